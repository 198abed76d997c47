import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CdbError } from '../../src/domain/errors.ts'
import { createStrategyRunner } from '../../src/engine/strategy-runner.ts'
import type { StrategyRunner } from '../../src/engine/strategy-runner.ts'
import type { Strategy, Wish } from '../../src/engine/strategy.ts'
import { enterLong, tradeAt } from './scenario.ts'

const started = (strategy: Strategy): StrategyRunner =>
  createStrategyRunner(
    { name: 'own', description: 'of this test', params: [], candleMs: () => null, create: () => strategy },
    {},
  )

const trade = tradeAt(1, 0, 100)
const candle = {
  kind: 'candle',
  eventMs: 5,
  intervalMs: 5,
  open: 1,
  high: 1,
  low: 1,
  close: 1,
  volume: 1,
} as const
const quote = { kind: 'quote', eventMs: 6, bidPrice: 1, bidQuantity: 1, askPrice: 2, askQuantity: 1 } as const

test('callbacks that a strategy does not have wish nothing', () => {
  const runner = started({})
  assert.equal(runner.readsQuotes, false)
  assert.equal(runner.onTrade(trade), null)
  assert.equal(runner.onQuote(quote), null)
  assert.equal(runner.onCandle(candle, 'trend'), null)
  assert.doesNotThrow(() => {
    runner.onGap(0, 1)
  })
})

test('wishes and the regime are passed on', () => {
  const regimes: string[] = []
  const runner = started({
    onTrade: () => enterLong,
    onQuote: () => enterLong,
    onCandle(_, { regime }) {
      regimes.push(regime)
      return enterLong
    },
  })
  assert.equal(runner.readsQuotes, true)
  assert.equal(runner.onTrade(trade), enterLong)
  assert.equal(runner.onQuote(quote), enterLong)
  assert.equal(runner.onCandle(candle, 'range'), enterLong)
  assert.deepEqual(regimes, ['range'])
})

test('whatever a callback throws is blamed on the strategy, with the time of the event', () => {
  const cause = new RangeError('off by one')
  const fail = (): never => {
    throw cause
  }
  const runner = started({ onTrade: fail, onQuote: fail, onCandle: fail, onGap: fail })
  for (const [call, eventMs] of [
    [() => runner.onTrade(trade), trade.eventMs],
    [() => runner.onQuote(quote), quote.eventMs],
    [() => runner.onCandle(candle, 'trend'), candle.eventMs],
    [
      () => {
        runner.onGap(7, 1)
      },
      7,
    ],
  ] as const) {
    assert.throws(
      call,
      (error) =>
        error instanceof CdbError &&
        error.code === 'CDB_STRATEGY_FAILED' &&
        error.message === `strategy own failed at event time ${eventMs} ms: off by one` &&
        error.cause === cause,
    )
  }
})

test('a strategy that keeps a callback with state of its own is called as a method', () => {
  const strategy = {
    count: 0,
    onTrade(): Wish | null {
      this.count += 1
      return null
    },
  }
  started(strategy).onTrade(trade)
  assert.equal(strategy.count, 1)
})
