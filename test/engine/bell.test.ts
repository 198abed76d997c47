import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createBell } from '../../src/engine/bell.ts'

const never = new AbortController().signal

test('a ring before the wait is heard, once', async () => {
  const bell = createBell()
  bell.ring()
  bell.ring()
  await bell.wait(never)
  let isHeard = false
  const waiting = bell.wait(never).then(() => (isHeard = true))
  await Promise.resolve()
  await Promise.resolve()
  assert.equal(isHeard, false)
  bell.ring()
  await waiting
})

test('a wait ends when aborted, also when it was before', async () => {
  const bell = createBell()
  const stop = new AbortController()
  const waiting = bell.wait(stop.signal)
  stop.abort()
  await waiting
  await bell.wait(stop.signal)
})
