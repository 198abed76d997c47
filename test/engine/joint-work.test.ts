import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runJointly } from '../../src/engine/joint-work.ts'

const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => {
      resolve()
    })
  })

test('one loop that fails ends the others, and its error is thrown after they have ended', async () => {
  let hasEnded = false
  const other = async (signal: AbortSignal): Promise<void> => {
    await untilAborted(signal)
    await Promise.resolve()
    hasEnded = true
  }
  const failing = (): Promise<void> => Promise.reject(new Error('first'))
  await assert.rejects(runJointly(new AbortController().signal, [other, failing]), /first/)
  assert(hasEnded)
})

test('loops end when told to, also when told before they begin', async () => {
  const stop = new AbortController()
  const running = runJointly(stop.signal, [untilAborted, untilAborted])
  stop.abort()
  await running
  await runJointly(stop.signal, [untilAborted])
})

test('a loop that returns leaves the others running', async () => {
  const stop = new AbortController()
  let isOver = false
  const running = runJointly(stop.signal, [() => Promise.resolve(), untilAborted]).then(() => (isOver = true))
  for (let turn = 0; turn < 5; turn++) await Promise.resolve()
  assert.equal(isOver, false)
  stop.abort()
  await running
})
