import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createHighest, createLowest } from '../../../src/engine/indicators/extreme.ts'

test('highest and lowest equal those of the window, looked up anew', () => {
  const series = fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 1, maxLength: 60 })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 8 }), series, (length, values) => {
      const highest = createHighest(length)
      const lowest = createLowest(length)
      values.forEach((value, index) => {
        const window = index + 1 < length ? null : values.slice(index + 1 - length, index + 1)
        assert.equal(highest.next(value), window && Math.max(...window))
        assert.equal(lowest.next(value), window && Math.min(...window))
      })
    }),
  )
})

test('after a reset nothing is remembered', () => {
  const highest = createHighest(2)
  highest.next(100)
  highest.next(90)
  highest.reset()
  assert.deepEqual([1, 3, 2].map(highest.next), [null, 3, 3])
})
