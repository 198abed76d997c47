import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runCrashPoints } from './crash-points.ts'

test('a process killed or paused at any effect of an order cycle breaks no invariant', async () => {
  const { points, kills, zombies, failed, kinds } = await runCrashPoints({ which: 'effects', every: 1 })
  assert.deepEqual(failed, [])
  assert(points > 200 && kills === zombies, `${points} points, ${kills} kills`)
  for (const kind of ['approved', 'submitting', 'filled', 'cancelRequested', 'canceled', 'command']) {
    assert(kinds.has(kind), `the cycle has a ${kind}`)
  }
})
