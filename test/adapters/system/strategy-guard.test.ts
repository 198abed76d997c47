import assert from 'node:assert/strict'
import { test } from 'node:test'
import { guardStrategy } from '../../../src/adapters/system/strategy-guard.ts'
import type { Candle } from '../../../src/domain/market.ts'
import type { Strategy, StrategyDefinition, Wish } from '../../../src/engine/strategy.ts'

const definitionOf = (parts: Partial<StrategyDefinition>): StrategyDefinition => ({
  ...{ name: 'mine', description: '', params: [], candleMs: () => null, create: () => ({}) },
  ...parts,
})
const guarded = (strategy: Strategy): Strategy =>
  guardStrategy(definitionOf({ create: () => strategy })).create({})
const candle: Candle = {
  ...{ kind: 'candle', eventMs: 1, intervalMs: 1, open: 1, high: 1, low: 1, close: 1, volume: 1 },
}
const quote = { kind: 'quote', eventMs: 0, bidPrice: 1, bidQuantity: 1, askPrice: 2, askQuantity: 1 } as const

test('a wish passes through as it is', () => {
  const wish: Wish = { action: 'enter', side: 'buy', reason: 'x', stopLossPercent: 2 }
  assert.equal(guarded({ onCandle: () => wish }).onCandle?.(candle, { regime: 'trend' }), wish)
})

test('a callback that returns nothing wishes nothing', () => {
  assert.equal(guarded({ onQuote: (() => undefined) as never }).onQuote?.(quote), null)
})

test('an error without a place is told without one', () => {
  const onQuote = (): never => {
    throw Object.assign(new Error('lost'), { name: 'MyError', stack: '' })
  }
  assert.throws(() => guarded({ onQuote }).onQuote?.(quote), { message: 'MyError: lost, in onQuote' })
})

test('onGap is watched too', () => {
  const onGap = (): void => {
    throw new RangeError('gone')
  }
  assert.throws(() => {
    guarded({ onGap }).onGap?.(5)
  }, /RangeError: gone, in onGap at file:/)
})

test('an interval of candles is a whole number of milliseconds or null', () => {
  assert.equal(guardStrategy(definitionOf({ candleMs: () => 60_000 })).candleMs({}), 60_000)
  assert.equal(guardStrategy(definitionOf({})).candleMs({}), null)
  for (const interval of [0, -1, 0.5, Number.NaN, '1m' as never, undefined as never]) {
    assert.throws(() => guardStrategy(definitionOf({ candleMs: () => interval })).candleMs({}), {
      code: 'CDB_STRATEGY_FAILED',
    })
  }
})

test('create must give a strategy', () => {
  assert.throws(() => guardStrategy(definitionOf({ create: () => null as never })).create({}), {
    code: 'CDB_STRATEGY_FAILED',
  })
})
