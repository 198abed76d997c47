import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createVwap } from '../../../src/engine/indicators/vwap.ts'

test('each price counts by what was traded at it', () => {
  const vwap = createVwap()
  assert.equal(vwap.next(100, 1), 100)
  assert.equal(vwap.next(200, 3), 175)
})

test('there is no average of nothing traded', () => {
  const vwap = createVwap()
  assert.equal(vwap.next(100, 0), null)
  assert.equal(vwap.next(100, 2), 100)
})

test('many small trades after a large one are not lost in rounding', () => {
  const vwap = createVwap()
  vwap.next(1, 1e15)
  let last: number | null = null
  for (let index = 0; index < 100_000; index++) last = vwap.next(10_000_000_001, 0.01)
  // 1000 bought at 1e10 + 1 on top of 1e15 bought at 1: 1 + 1e13 / (1e15 + 1000).
  assert(last !== null && Math.abs(last - (1 + 1e13 / (1e15 + 1000))) < 1e-15)
})

test('a reset starts a new session', () => {
  const vwap = createVwap()
  vwap.next(100, 5)
  vwap.reset()
  assert.equal(vwap.next(7, 1), 7)
})
