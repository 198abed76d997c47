import assert from 'node:assert/strict'
import { money, toNumber } from '../../../src/domain/decimal.ts'
import type { ExecutionReport } from '../../../src/domain/execution-report.ts'
import { openMarketFiles } from '../../../src/adapters/recording/open.ts'
import {
  applyLevel,
  applyQuote,
  applyTrade,
  bestAsk,
  bestBid,
  createBook,
  depthOf,
  resetBook,
} from '../../../src/engine/book.ts'
import { applyFill, createPortfolio, positionOf } from '../../../src/engine/portfolio.ts'
import { realData, realDataTest } from '../../real-data.ts'
import { fillsOf, instrument, openVenue, submit } from './market-day.ts'

const FILE = 'binance-spot-btcusdt-2024-08-08.ws.gz'
const BATCH = 4096

async function* eventsOf(name: string) {
  const files = await openMarketFiles([realData(name)])
  for (let batch = await files.read(BATCH); batch !== null; batch = await files.read(BATCH)) {
    for (let index = 0; index < batch.length; index++) {
      const event = batch.at(index)
      if (event !== undefined) yield event
    }
  }
  await files.close()
}

realDataTest('the recorded book is never crossed and follows its quotes', async () => {
  const book = createBook()
  let seen = 0
  for await (const event of eventsOf(FILE)) {
    if (event.kind === 'quote') applyQuote(book, event)
    if (event.kind === 'bookLevel') applyLevel(book, event)
    if (event.kind === 'bookReset') resetBook(book)
    if (event.kind === 'trade') applyTrade(book, event)
    const bid = bestBid(book)
    const ask = bestAsk(book)
    assert(bid === null || ask === null || bid < ask)
    if (event.kind !== 'quote') continue
    seen += 1
    assert.deepEqual([bid, ask], [event.bidPrice, event.askPrice], 'a quote is the newest word on the touch')
  }
  assert(seen > 10_000)
  assert((depthOf(book, 10) ?? 0) > 0)
})

async function trade(seed: number): Promise<readonly ExecutionReport[]> {
  const venue = openVenue({ seed, params: { latencyMs: '50', latencyJitterMs: '20', slippageBps: '1' } })
  const portfolio = createPortfolio(money('1000000'))
  const reports: ExecutionReport[] = []
  let trades = 0
  let bid = 0
  for await (const event of eventsOf(FILE)) {
    const said = venue.onMarket(event)
    reports.push(...said)
    for (const fill of fillsOf(said)) {
      assert(applyFill(portfolio, instrument, fill))
      assert(
        toNumber(fill.price) > 61_500 && toNumber(fill.price) < 61_950,
        `a fill at ${toNumber(fill.price)}`,
      )
    }
    if (event.kind === 'quote') bid = event.bidPrice
    if (event.kind !== 'trade') continue
    trades += 1
    if (trades % 200 === 0) submit(venue, { id: `m${trades}`, side: 'buy', quantity: '0.5' }, event.eventMs)
    if (trades % 200 === 100 && bid > 0) {
      submit(
        venue,
        { id: `l${trades}`, side: 'buy', quantity: '0.01', price: bid.toFixed(2), postOnly: true },
        event.eventMs,
      )
    }
  }
  const { cash, position } = venue.totals()
  assert.equal(trades, 9_757)
  assert.equal(portfolio.cash, cash)
  assert.equal(positionOf(portfolio, instrument.id).quantity, position)
  return reports
}

realDataTest(
  'orders fill at the recorded prices, the books agree, and only chance follows the seed',
  async () => {
    const first = await trade(1)
    const taken = fillsOf(first).filter(({ liquidity }) => liquidity === 'taker')
    const made = fillsOf(first).filter(({ liquidity }) => liquidity === 'maker')
    assert(taken.length >= 16 && made.length >= 5, `${taken.length} taken, ${made.length} made`)
    assert.deepEqual(await trade(1), first)
    assert.notDeepEqual(await trade(2), first)
  },
)
