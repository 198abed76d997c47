import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createBell, timerSleeper } from '../../../src/adapters/memory/bell.ts'

const never = new AbortController().signal
const LONG_MS = 600_000

test('a bell wakes all who wait, and nobody who comes later', async () => {
  const bell = createBell(timerSleeper)
  bell.ring()
  const waiting = [bell.wait(LONG_MS, never), bell.wait(LONG_MS, never)]
  bell.ring()
  await Promise.all(waiting)
  let late = true
  const later = bell.wait(20, never).then(() => {
    late = false
  })
  assert.equal(late, true)
  await later
})

test('waiting ends when aborted, and at once when aborted before', async () => {
  const bell = createBell(timerSleeper)
  const stop = new AbortController()
  const waiting = bell.wait(LONG_MS, stop.signal)
  stop.abort()
  await waiting
  await bell.wait(LONG_MS, stop.signal)
})

test('the sleeper that is given measures the time', async () => {
  const slept: number[] = []
  const bell = createBell({
    sleep(ms) {
      slept.push(ms)
      return Promise.resolve()
    },
  })
  await bell.wait(LONG_MS, never)
  assert.deepEqual(slept, [LONG_MS])
})
