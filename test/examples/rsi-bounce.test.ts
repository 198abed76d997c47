import assert from 'node:assert/strict'
import { test } from 'node:test'
import rsiBounce from '../../examples/rsi-bounce.ts'
import type { Regime } from '../../src/domain/signal.ts'
import { parseParams } from '../../src/domain/param.ts'

const wishesOn = (closes: readonly number[], regime: Regime) => {
  const strategy = rsiBounce.create(parseParams('rsi-bounce', rsiBounce.params, { length: '2' }))
  return closes.map((close, index) => {
    const eventMs = (index + 1) * 60_000
    const candle = { eventMs, intervalMs: 60_000, open: close, high: close, low: close, close, volume: 1 }
    return strategy.onCandle?.({ kind: 'candle', ...candle }, { regime }) ?? null
  })
}

test('the example buys the bounce and sells the recovery', () => {
  const wishes = wishesOn([100, 99, 98, 99, 103, 104], 'range').filter((wish) => wish !== null)
  assert.deepEqual(wishes, [
    { action: 'enter', side: 'buy', reason: 'rsi 0.00 to 50.00', stopLossPercent: 2, takeProfitPercent: 4 },
    { action: 'exit', side: 'sell', reason: 'rsi 50.00 to 90.00' },
  ])
})

test('the example stays out of a chaotic market', () => {
  assert.deepEqual(wishesOn([100, 99, 98, 99, 103, 104], 'chaotic'), new Array(6).fill(null))
})
