import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { InvariantError } from '../../../src/domain/errors.ts'
import { createSma } from '../../../src/engine/indicators/sma.ts'

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

test('a simple average is null until it has its values, and then their mean', () => {
  const sma = createSma(3)
  assert.deepEqual([1, 2, 6, 7, 8].map(sma.next), [null, null, 3, 5, 7])
})

test('a simple average equals the mean of its window, computed anew', () => {
  const values = fc.array(fc.double({ min: 1e-6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 80 })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), values, (length, series) => {
      const sma = createSma(length)
      series.forEach((value, index) => {
        const found = sma.next(value)
        if (index + 1 < length) return assert.equal(found, null)
        const expected = mean(series.slice(index + 1 - length, index + 1))
        assert(found !== null && Math.abs(found - expected) <= 1e-9 * Math.max(1, ...series))
      })
    }),
  )
})

test('a huge value leaves no rounding error behind once the window has turned', () => {
  const sma = createSma(4)
  for (const value of [1e18, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1]) sma.next(value)
  assert.equal(sma.next(0.1), 0.1)
})

test('after a reset nothing is remembered', () => {
  const sma = createSma(2)
  sma.next(100)
  sma.next(100)
  sma.reset()
  assert.deepEqual([sma.next(1), sma.next(3)], [null, 2])
})

test('a length is a whole number of one or more', () => {
  for (const length of [0, -1, 1.5, Number.NaN]) assert.throws(() => createSma(length), InvariantError)
})
