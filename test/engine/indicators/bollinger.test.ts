import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createBollinger } from '../../../src/engine/indicators/bollinger.ts'
import { assertPublished, bollingerExample } from './chart-school.ts'

test('the bands reproduce the published example', () => {
  const bands = bollingerExample.closes.map(createBollinger(20, 2).next)
  for (const line of ['middle', 'upper', 'lower'] as const) {
    assertPublished(
      bands.map((band) => band?.[line] ?? null),
      bollingerExample[line],
      1e-5,
    )
  }
})

test('the bands equal mean and population deviation of the window, computed anew', () => {
  const series = fc.array(fc.double({ min: 60_000, max: 60_010, noNaN: true }), {
    minLength: 5,
    maxLength: 70,
  })
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 9 }), series, (length, values) => {
      const bollinger = createBollinger(length, 2)
      values.forEach((value, index) => {
        const bands = bollinger.next(value)
        if (index + 1 < length) return assert.equal(bands, null)
        const window = values.slice(index + 1 - length, index + 1)
        const middle = window.reduce((sum, each) => sum + each, 0) / length
        const variance = window.reduce((sum, each) => sum + (each - middle) ** 2, 0) / length
        assert(bands !== null && Math.abs(bands.middle - middle) < 1e-9)
        assert(Math.abs(((bands.upper - bands.lower) / 4) ** 2 - variance) < 1e-8)
      })
    }),
  )
})

test('a deviation far smaller than the price is not lost in rounding, however long it runs', () => {
  const bollinger = createBollinger(20, 1)
  let last = null
  for (let index = 0; index < 100_007; index++) last = bollinger.next(1_000_000 + (index % 2) * 0.001)
  assert(last !== null && Math.abs(last.upper - last.middle - 0.0005) < 1e-8)
})

test('a jump leaves no width behind once the window has turned', () => {
  const bollinger = createBollinger(3, 2)
  for (const value of [1e9, 1, 1, 1, 1, 1]) bollinger.next(value)
  assert.deepEqual(bollinger.next(1), { middle: 1, upper: 1, lower: 1 })
})

test('after a reset the bands warm up again', () => {
  const bollinger = createBollinger(2, 1)
  for (const value of [100, 200, 300]) bollinger.next(value)
  bollinger.reset()
  assert.deepEqual([bollinger.next(1), bollinger.next(3)], [null, { middle: 2, upper: 3, lower: 1 }])
})
