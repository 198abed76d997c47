import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { money, toNumber } from '../../../src/domain/decimal.ts'
import type { ExecutionReport, Fill } from '../../../src/domain/execution-report.ts'
import { applyMove, isTerminal } from '../../../src/domain/order.ts'
import type { OrderRequest, OrderState } from '../../../src/domain/order.ts'
import { approvedOrder } from '../../../src/engine/approved-order.ts'
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
import { anyAccount, anyDay } from './random-day.ts'
import type { Move } from './random-day.ts'
import { realData, realDataTest } from '../../real-data.ts'
import { applyFill, createPortfolio, positionOf } from '../../../src/engine/portfolio.ts'
import { fillsOf, heartbeat, idOf, instrument, openVenue, submit, trade } from './market-day.ts'
import type { VenueOptions } from './market-day.ts'

const CASH = '100000'

type Day = Readonly<{ reports: readonly ExecutionReport[]; orders: ReadonlyMap<string, OrderRequest> }>

function play(
  moves: readonly Move[],
  options: VenueOptions,
): Day & { totals: ReturnType<ReturnType<typeof openVenue>['totals']> } {
  const venue = openVenue({ cash: CASH, ...options })
  const orders = new Map<string, OrderRequest>()
  const reports: ExecutionReport[] = []
  for (const move of moves) {
    if (move.kind === 'event') reports.push(...venue.onMarket(move.event))
    if (move.kind === 'cancel') venue.cancel(idOf(move.id), move.sentMs)
    if (move.kind !== 'submit') continue
    if (!orders.has(move.order.clientOrderId)) orders.set(move.order.clientOrderId, move.order)
    venue.submit(approvedOrder({ kind: 'approved', order: move.order }), move.sentMs)
    const { cash, position } = venue.totals()
    assert(options.short === true || (cash >= 0n && position >= 0n), 'a cash account owes nothing')
  }
  return { reports, orders, totals: venue.totals() }
}

const isDuplicate = (report: ExecutionReport): boolean =>
  report.kind === 'rejected' && report.reason.startsWith('duplicate')

/** Follows each order through its life cycle; an illegal move, as a fill after the end, throws. */
function checkLives({ reports, orders }: Day): void {
  const states = new Map<string, OrderState>()
  const filled = new Map<string, bigint>()
  const lastMs = new Map<string, number>()
  for (const report of reports) {
    if (isDuplicate(report)) continue
    const { clientOrderId: id } = report
    const order = orders.get(id)
    assert(order !== undefined)
    assert(report.eventMs >= (lastMs.get(id) ?? -Infinity), 'an order is never reported back in time')
    assert(Number.isSafeInteger(report.eventMs))
    lastMs.set(id, report.eventMs)
    if (report.kind === 'filled') {
      const sum = (filled.get(id) ?? 0n) + report.quantity
      filled.set(id, sum)
      assert(sum <= order.quantity, 'filled beyond its quantity')
      assert.equal(report.leaves, order.quantity - sum)
      checkFill(order, report)
    }
    states.set(id, applyMove(states.get(id) ?? 'submitting', moveOf(report)))
  }
  for (const [id, state] of states) {
    if (filled.get(id) === orders.get(id)?.quantity) assert(isTerminal(state))
  }
}

function moveOf(report: ExecutionReport): Parameters<typeof applyMove>[1] {
  switch (report.kind) {
    case 'accepted':
      return 'accept'
    case 'rejected':
      return 'reject'
    case 'canceled':
      return 'cancel'
    case 'expired':
      return 'expire'
    case 'unknown':
      return 'lose'
    case 'notPlaced':
      return 'disprove'
    case 'filled':
      return report.leaves === 0n ? 'fillRest' : 'fillPart'
    default:
      return report satisfies never
  }
}

function checkFill(order: OrderRequest, fill: Fill): void {
  assert.equal(fill.side, order.side)
  assert(fill.quantity > 0n && fill.quantity % instrument.lotSize === 0n)
  assert(fill.price > 0n && fill.price % instrument.tickSize === 0n)
  if (order.price !== null)
    assert(fill.side === 'buy' ? fill.price <= order.price : fill.price >= order.price)
  if (fill.liquidity === 'maker') assert.equal(fill.price, order.price, 'a maker trades at its limit')
  assert(fill.fee >= 0n)
  if (order.timeInForce === 'fok' && order.type !== 'stopLimit') assert(fill.liquidity === 'taker')
}

test('no history fills beyond an order, after its end, or past its limit', () => {
  fc.assert(
    fc.property(anyDay, anyAccount, (moves, account) => {
      checkLives(play(moves, account))
    }),
    { numRuns: 1000 },
  )
})

test("the venue's cash, position and fees are those that its fills make in our portfolio", () => {
  fc.assert(
    fc.property(anyDay, anyAccount, (moves, account) => {
      const { reports, totals } = play(moves, account)
      const portfolio = createPortfolio(money(CASH))
      for (const fill of fillsOf(reports))
        assert(applyFill(portfolio, instrument, fill), 'each fill has its own id')
      assert.equal(portfolio.cash, totals.cash)
      assert.equal(positionOf(portfolio, instrument.id).quantity, totals.position)
      assert.equal(portfolio.feesByAsset.get('USDT') ?? 0n, totals.fees)
      assert.equal(portfolio.feesByAsset.get('BTC') ?? 0n, totals.feesBase)
    }),
    { numRuns: 1000 },
  )
})

test('orders of one group are never both filled', () => {
  fc.assert(
    fc.property(anyDay, anyAccount, (moves, account) => {
      const { reports, orders } = play(moves, account)
      const ended = new Map<string, number>()
      const firstFill = new Map<string, number>()
      const started = new Map<string, number>()
      for (const [index, report] of reports.entries()) {
        const { clientOrderId: id, kind } = report
        if (kind === 'accepted') started.set(id, index)
        else if (kind === 'filled') firstFill.set(id, firstFill.get(id) ?? index)
        else if (!isDuplicate(report)) ended.set(id, index)
      }
      for (const [id, at] of firstFill) {
        const group = orders.get(id)?.group ?? null
        const rivals = [...firstFill].filter(
          ([other, first]) => other !== id && first > at && orders.get(other)?.group === group,
        )
        // A rival that fills later was sent after this fill: it was no sibling of its time.
        for (const [rival] of group === null ? [] : rivals)
          assert((started.get(rival) ?? 0) > at, `${id} and ${rival}`)
      }
      assert(ended.size <= orders.size)
    }),
    { numRuns: 1000 },
  )
})

test('a fok order fills in full at once or not at all', () => {
  fc.assert(
    fc.property(anyDay, anyAccount, (moves, account) => {
      const { reports, orders } = play(moves, account)
      const sums = new Map<string, bigint>()
      for (const fill of fillsOf(reports))
        sums.set(fill.clientOrderId, (sums.get(fill.clientOrderId) ?? 0n) + fill.quantity)
      for (const [id, sum] of sums) {
        const order = orders.get(id)
        if (order?.timeInForce === 'fok') assert.equal(sum, order.quantity)
      }
    }),
    { numRuns: 1000 },
  )
})

test('a reduce-only order never brings the position across zero', () => {
  fc.assert(
    fc.property(anyDay, anyAccount, (moves, account) => {
      const { reports, orders } = play(moves, { ...account, params: { ...account.params, feeIn: 'quote' } })
      let position = 0n
      for (const fill of fillsOf(reports)) {
        const after = fill.side === 'buy' ? position + fill.quantity : position - fill.quantity
        if (orders.get(fill.clientOrderId)?.reduceOnly === true) {
          assert(
            (position !== 0n && after >= 0n === position > 0n) || after === 0n,
            `${position} to ${after}`,
          )
        }
        position = after
      }
    }),
    { numRuns: 1000 },
  )
})

test('equal seeds give equal reports; the seed moves nothing where chance has no part', () => {
  fc.assert(
    fc.property(anyDay, anyAccount, (moves, account) => {
      assert.deepEqual(
        play(moves, { ...account, seed: 7 }).reports,
        play(moves, { ...account, seed: 7 }).reports,
      )
      const certain = { ...account, params: { ...account.params, latencyJitterMs: '0', slippageNoise: '0' } }
      assert.deepEqual(
        play(moves, { ...certain, seed: 1 }).reports,
        play(moves, { ...certain, seed: 2 }).reports,
      )
    }),
    { numRuns: 1000 },
  )
})

test('a trade without open orders returns the one shared, frozen nothing', () => {
  const venue = openVenue()
  const nothing = venue.onMarket(trade(1, 100))
  assert(Object.isFrozen(nothing) && nothing.length === 0)
  assert.equal(venue.onMarket(trade(2, 101)), nothing)
  assert.equal(venue.onMarket(heartbeat(3)), nothing)
})

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

async function tradeDay(seed: number): Promise<readonly ExecutionReport[]> {
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
    const first = await tradeDay(1)
    const taken = fillsOf(first).filter(({ liquidity }) => liquidity === 'taker')
    const made = fillsOf(first).filter(({ liquidity }) => liquidity === 'maker')
    assert(taken.length >= 16 && made.length >= 5, `${taken.length} taken, ${made.length} made`)
    assert.deepEqual(await tradeDay(1), first)
    assert.notDeepEqual(await tradeDay(2), first)
  },
)
