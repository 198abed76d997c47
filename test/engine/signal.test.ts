import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatDecimal } from '../../src/domain/decimal.ts'
import { CdbError } from '../../src/domain/errors.ts'
import type { Mark } from '../../src/domain/event.ts'
import type { Candle, MarketEvent, Trade } from '../../src/domain/market.ts'
import type { Signal } from '../../src/domain/signal.ts'
import { createSignal } from '../../src/engine/signal.ts'
import type { Strategy, StrategyDefinition, Wish } from '../../src/engine/strategy.ts'
import { bitcoin, configOf, enterLong, scripted, START_MS, tradeAt } from './scenario.ts'

const MINUTE_MS = 60_000

const definition = (strategy: Strategy, candleMs: number | null = null): StrategyDefinition => ({
  name: 'own',
  description: 'of this test',
  params: [],
  candleMs: () => candleMs,
  create: () => strategy,
})

function run(strategy: StrategyDefinition, tape: readonly MarketEvent[]): readonly (Mark | Signal)[] {
  const signal = createSignal(configOf({ strategy }))
  return tape.flatMap((event) => signal.onMarket(event))
}

const signalsIn = (outputs: readonly (Mark | Signal)[]): readonly Signal[] =>
  outputs.filter((output): output is Signal => output.kind === 'signal')

test('a signal follows the mark it was made at, and its slot names the trade', () => {
  const outputs = run(scripted({ 2: enterLong }), [tradeAt(1, 0, 50_000), tradeAt(2, 10, 50_001)])
  assert.deepEqual(
    outputs.map(({ kind }) => kind),
    ['mark', 'mark', 'signal'],
  )
  const [signal] = signalsIn(outputs)
  assert.equal(signal?.slot, `scripted/paper/${bitcoin.id}/t2`)
  assert.equal(formatDecimal(signal.price), '50001')
  assert.equal(signal.eventMs, START_MS + 10)
})

test('trades without an id get slots by their number within the millisecond', () => {
  const always = definition({ onTrade: () => enterLong })
  const nameless = (eventMs: number): Trade => ({ ...tradeAt(1, eventMs, 50_000), tradeId: null })
  const slots = signalsIn(run(always, [nameless(0), nameless(0), nameless(5)])).map(({ slot }) => slot)
  assert.deepEqual(
    slots.map((slot) => slot.split('/').at(-1)),
    [`${START_MS}.0`, `${START_MS}.1`, `${START_MS + 5}.0`],
  )
})

test('candles of the asked interval are built from trades, and their slot names the open', () => {
  const seen: Candle[] = []
  const strategy = definition(
    {
      onCandle(candle) {
        seen.push(candle)
        return enterLong
      },
    },
    MINUTE_MS,
  )
  const outputs = run(strategy, [tradeAt(1, 0, 100), tradeAt(2, 30_000, 110), tradeAt(3, 61_000, 105)])
  assert.equal(seen.length, 1)
  assert.deepEqual([seen[0]?.open, seen[0]?.high, seen[0]?.close], [100, 110, 110])
  assert.equal(signalsIn(outputs)[0]?.slot.endsWith(`c${START_MS}/${MINUTE_MS}`), true)
})

test('a strategy sees each trade even when its candle wishes at the same one', () => {
  const ids: (number | null)[] = []
  const wish: Wish = enterLong
  const strategy = definition(
    {
      onTrade(trade) {
        ids.push(trade.tradeId)
        return trade.tradeId === 3 ? wish : null
      },
      onCandle: () => wish,
    },
    MINUTE_MS,
  )
  const outputs = run(strategy, [tradeAt(1, 0, 100), tradeAt(2, 30_000, 110), tradeAt(3, 61_000, 105)])
  assert.deepEqual(ids, [1, 2, 3])
  assert.equal(new Set(signalsIn(outputs).map(({ slot }) => slot)).size, 2)
})

test('quotes reach a strategy once there is a price', () => {
  const quotes: number[] = []
  const strategy = definition({
    onQuote({ bidPrice }) {
      quotes.push(bidPrice)
      return enterLong
    },
  })
  const quote = (eventMs: number, bidPrice: number): MarketEvent => ({
    kind: 'quote',
    eventMs: START_MS + eventMs,
    bidPrice,
    bidQuantity: 1,
    askPrice: bidPrice + 1,
    askQuantity: 1,
  })
  const outputs = run(strategy, [quote(0, 99), tradeAt(1, 1, 100), quote(2, 101)])
  assert.deepEqual(quotes, [101])
  assert.equal(signalsIn(outputs).length, 1)
})

test('a heartbeat closes the candle of a quiet instrument', () => {
  let closed = 0
  const strategy = definition(
    {
      onCandle() {
        closed += 1
        return null
      },
    },
    MINUTE_MS,
  )
  run(strategy, [tradeAt(1, 0, 100), { kind: 'heartbeat', eventMs: START_MS + MINUTE_MS }])
  assert.equal(closed, 1)
})

test('a gap is told to the strategy and marks are stale', () => {
  const gaps: number[] = []
  const strategy = definition({ onTrade: () => null, onGap: (gapMs) => void gaps.push(gapMs) })
  const outputs = run(strategy, [tradeAt(1, 0, 100), { kind: 'gap', eventMs: START_MS + 9000, gapMs: 9000 }])
  assert.deepEqual(gaps, [9000])
  const last = outputs.at(-1)
  assert.equal(last?.kind === 'mark' && last.stale, true)
})

test('a strategy that throws is named, with the time of the event, and its error is the cause', () => {
  const cause = new TypeError('no such thing')
  for (const strategy of [
    definition({
      onTrade: () => {
        throw cause
      },
    }),
    definition(
      {
        onCandle: () => {
          throw cause
        },
      },
      MINUTE_MS,
    ),
  ]) {
    assert.throws(
      () => run(strategy, [tradeAt(1, 0, 100), tradeAt(2, 61_000, 100)]),
      (error) =>
        error instanceof CdbError &&
        error.code === 'CDB_STRATEGY_FAILED' &&
        error.message.includes('own') &&
        error.cause === cause,
    )
  }
})

test('a wish that cannot be read is the strategy failing, not an order', () => {
  const wishes = [
    { action: 'buy', side: 'buy', reason: 'x' },
    { action: 'enter', side: 'long', reason: 'x' },
    { action: 'enter', side: 'buy' },
  ]
  for (const wish of wishes) {
    const strategy = definition({ onTrade: () => wish as Wish })
    assert.throws(() => run(strategy, [tradeAt(1, 0, 100)]), /CDB_STRATEGY_FAILED|a wish has action/)
  }
})

test('stop-loss and take-profit in percent become exact shares', () => {
  const wish: Wish = { ...enterLong, stopLossPercent: 1.5, takeProfitPercent: 3 }
  const [signal] = signalsIn(run(scripted({ 1: wish }), [tradeAt(1, 0, 100)]))
  assert.equal(signal?.stopLoss, 15_000_000_000n)
  assert.equal(signal.takeProfit, 30_000_000_000n)
})
