import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createEma, createWilderAverage } from '../../../src/engine/indicators/ema.ts'

test('an exponential average starts at the mean and moves by two parts in length plus one', () => {
  const ema = createEma(3)
  // Seed (1 + 2 + 6) / 3 = 3; then half of the way to each value.
  assert.deepEqual([1, 2, 6, 7, 1].map(ema.next), [null, null, 3, 5, 3])
})

test('a Wilder average moves by one part in length', () => {
  const average = createWilderAverage(4)
  assert.deepEqual([4, 4, 4, 8, 9, 1].map(average.next), [null, null, null, 5, 6, 4.75])
})

test('an average of equal values is that value', () => {
  const ema = createEma(10)
  for (let i = 0; i < 9; i++) assert.equal(ema.next(61_583.22), null)
  for (let i = 0; i < 1000; i++) assert(Math.abs((ema.next(61_583.22) ?? 0) - 61_583.22) < 1e-10)
})

test('after a reset the average is seeded anew', () => {
  const ema = createEma(2)
  for (const value of [1000, 2000, 3000]) ema.next(value)
  ema.reset()
  assert.deepEqual([ema.next(1), ema.next(3)], [null, 2])
})
