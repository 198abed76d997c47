import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '../../../src/adapters/system/clock.ts'

test('a sleep ends at once when it is aborted, before and meanwhile', async () => {
  const controller = new AbortController()
  const asleep = systemClock.sleep(1_000_000, controller.signal)
  controller.abort()
  await asleep
  await systemClock.sleep(1_000_000, controller.signal)
})

test('a sleep lasts as long as was asked, and a time that has passed is none', async () => {
  const startMs = systemClock.monotonicMs()
  await systemClock.sleep(20)
  await systemClock.sleep(-5)
  // A timer may be early by a millisecond, never more.
  assert(systemClock.monotonicMs() - startMs >= 18)
})

test('the wall clock is that of the machine', () => {
  assert(Math.abs(systemClock.nowMs() - Date.now()) < 1_000)
})
