import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createRsi } from '../../../src/engine/indicators/rsi.ts'
import { assertPublished, rsiExample } from './chart-school.ts'

test('RSI reproduces the published example', () => {
  assertPublished(rsiExample.closes.map(createRsi(14).next), rsiExample.values, 5e-4)
})

test('RSI is 100 when every change is a gain, 0 when every one is a loss, 50 without change', () => {
  const steps = Array.from({ length: 20 }, (_, index) => index + 100)
  assert.equal(steps.map(createRsi(14).next).at(-1), 100)
  assert.equal(steps.toReversed().map(createRsi(14).next).at(-1), 0)
  assert.equal(
    steps
      .map(() => 7)
      .map(createRsi(14).next)
      .at(-1),
    50,
  )
})

test('a gain whose hundredfold is rounded up is still 100 and not more', () => {
  assert((100 * 0.007) / 0.007 > 100)
  assert.deepEqual([0, 0.007].map(createRsi(1).next), [null, 100])
})

test('RSI stays within 0 and 100', () => {
  const closes = fc.array(fc.double({ min: 1e-8, max: 1e8, noNaN: true }), { minLength: 5, maxLength: 60 })
  fc.assert(
    fc.property(closes, (series) => {
      for (const value of series.map(createRsi(3).next))
        assert(value === null || (value >= 0 && value <= 100))
    }),
  )
})

test('after a reset RSI warms up again', () => {
  const rsi = createRsi(2)
  for (const close of [1, 2, 3, 4]) rsi.next(close)
  rsi.reset()
  assert.deepEqual([10, 9, 8].map(rsi.next), [null, null, 0])
})
