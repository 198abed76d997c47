import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { priceOfNumber, quantityOfNumber } from '../../src/domain/decimal.ts'
import { instrumentOf } from '../../src/domain/instruments.ts'
import type { MarketEvent, Trade } from '../../src/domain/market.ts'
import { createSimulatedMarket } from '../../src/engine/simulated-market.ts'

const START_MS = 1_700_000_000_000

function simulate(id: string, seed: number, count: number): readonly MarketEvent[] {
  const market = createSimulatedMarket({ instrument: instrumentOf(id), seed, startMs: START_MS })
  return Array.from({ length: count }, () => market.next())
}

const tradesOf = (events: readonly MarketEvent[]): readonly Trade[] =>
  events.filter((event): event is Trade => event.kind === 'trade')

test('equal seeds give equal markets, other seeds others', () => {
  assert.deepEqual(simulate('BTCUSDT.SIM', 7, 5000), simulate('BTCUSDT.SIM', 7, 5000))
  assert.notDeepEqual(simulate('BTCUSDT.SIM', 8, 500), simulate('BTCUSDT.SIM', 7, 500))
})

test('every price and quantity is an exact decimal on the grid of the instrument', () => {
  for (const id of ['BTCUSDT.SIM', 'ETHUSDT.BINANCE', 'ABCUSDT.SIM']) {
    const { tickSize, lotSize } = instrumentOf(id)
    const check = (price: number, quantity: number): void => {
      assert(price > 0)
      assert.equal(priceOfNumber(price) % tickSize, 0n)
      assert.equal(quantityOfNumber(quantity) % lotSize, 0n)
    }
    for (const event of simulate(id, 3, 5000)) {
      if (event.kind === 'trade' || event.kind === 'bookLevel') check(event.price, event.quantity)
      if (event.kind === 'quote') {
        check(event.bidPrice, event.bidQuantity)
        check(event.askPrice, event.askQuantity)
      }
    }
  }
})

test('the book of the level events is never crossed or empty, and quotes and trades agree with it', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 2 ** 31 }),
      fc.constantFrom('BTCUSDT.SIM', 'ABCUSDT.SIM'),
      (seed, id) => {
        const book = { buy: new Map<number, number>(), sell: new Map<number, number>() }
        let isBuilt = false
        for (const event of simulate(id, seed, 4000)) {
          if (event.kind === 'bookLevel') {
            if (event.quantity === 0)
              assert(book[event.side].delete(event.price), 'a level that is not there is removed')
            else book[event.side].set(event.price, event.quantity)
          }
          if (event.kind === 'quote') isBuilt = true
          if (!isBuilt) continue
          const [bid, ask] = [Math.max(...book.buy.keys()), Math.min(...book.sell.keys())]
          assert(bid < ask, `${bid} ${ask}`)
          assert(book.buy.size >= 1 && book.sell.size >= 1)
          if (event.kind === 'quote') {
            assert.deepEqual([event.bidPrice, event.bidQuantity], [bid, book.buy.get(bid)])
            assert.deepEqual([event.askPrice, event.askQuantity], [ask, book.sell.get(ask)])
          }
          if (event.kind === 'trade') {
            assert.equal(event.price, event.aggressor === 'buy' ? ask : bid)
            assert(event.quantity <= (book[event.aggressor === 'buy' ? 'sell' : 'buy'].get(event.price) ?? 0))
          }
        }
      },
    ),
    { numRuns: 20 },
  )
})

test('trades are numbered from one without a gap, and time does not go back', () => {
  const events = simulate('BTCUSDT.SIM', 5, 20_000)
  let lastMs = START_MS
  for (const event of events) {
    assert(event.eventMs >= lastMs && Number.isInteger(event.eventMs))
    lastMs = event.eventMs
  }
  for (const [index, trade] of tradesOf(events).entries()) assert.equal(trade.tradeId, index + 1)
  const perSecond = tradesOf(events).length / ((lastMs - START_MS) / 1000)
  assert(perSecond > 4 && perSecond < 25, `${perSecond} trades a second`)
})

test('returns have fat tails and cluster, sizes are skewed, and the book is ten deep', () => {
  const events = simulate('BTCUSDT.SIM', 11, 600_000)
  const trades = tradesOf(events)
  const returns: number[] = []
  let [last, nextMs] = [trades[0], START_MS + 10_000]
  for (const trade of trades) {
    if (trade.eventMs < nextMs || last === undefined) continue
    returns.push(Math.log(trade.price / last.price))
    last = trade
    nextMs = trade.eventMs + 10_000
  }
  const squares = returns.map((value) => value ** 2)
  const variance = mean(squares)
  const kurtosis = mean(returns.map((value) => value ** 4)) / variance ** 2
  assert(kurtosis > 4, `kurtosis ${kurtosis}, of a normal it is 3`)
  const clustering =
    mean(squares.slice(1).map((value, index) => (value - variance) * ((squares[index] ?? 0) - variance))) /
    mean(squares.map((value) => (value - variance) ** 2))
  assert(clustering > 0.05, `autocorrelation of squares ${clustering}`)
  const sizes = trades.map((trade) => trade.quantity).toSorted((left, right) => left - right)
  assert(mean(sizes) > 1.5 * (sizes[Math.floor(sizes.length / 2)] ?? 0), 'few trades are large')
  const levels = simulate('BTCUSDT.SIM', 11, 21).filter((event) => event.kind === 'bookLevel')
  assert.equal(levels.length, 20)
})

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length
