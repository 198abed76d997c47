import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rejectStorm } from '../../../src/engine/controls/reject-storm.ts'
import type { RiskFacts } from '../../../src/engine/control.ts'
import { breachOf, facts, limitsOf, NOW_MS, order } from './facts.ts'

/** Both ways in which it is judged must agree. */
function isStopped(changes: Partial<RiskFacts>): boolean {
  const about = facts(changes)
  const breach = breachOf(rejectStorm, order(), about)
  assert.deepEqual(rejectStorm.watch?.(about, limitsOf(rejectStorm)), breach)
  return breach !== null
}

test('four rejections within the window pass, the fifth stops the instrument', () => {
  const rejects = (count: number, ageMs = 0) => ({
    rejectsMs: Array.from({ length: count }, () => NOW_MS - ageMs),
  })
  assert.equal(isStopped(rejects(4)), false)
  assert.equal(isStopped(rejects(5)), true)
  assert.equal(isStopped(rejects(5, 59_999)), true)
  assert.equal(isStopped(rejects(5, 60_000)), false)
})

test('exactly the share of the outcomes may be rejections', () => {
  const outcomes = (rejected: number, all: number) => ({
    outcomes: Array.from({ length: all }, (_, index) => index < rejected),
  })
  assert.equal(isStopped(outcomes(6, 20)), false)
  assert.equal(isStopped(outcomes(7, 20)), true)
  assert.equal(isStopped(outcomes(3, 10)), false)
  assert.equal(isStopped(outcomes(4, 10)), true)
})

test('the share is not judged before enough outcomes are known', () => {
  assert.equal(isStopped({ outcomes: Array.from({ length: 9 }, () => true) }), false)
  assert.equal(isStopped({ outcomes: Array.from({ length: 10 }, () => true) }), true)
})
