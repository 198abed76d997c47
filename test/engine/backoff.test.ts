import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createBackoff } from '../../src/engine/backoff.ts'

test('waits double up to the most, and begin anew after a success', () => {
  const backoff = createBackoff('', { msMin: 100, msMax: 400 })
  const waits = [0, 1, 2, 3, 4].map(() => backoff.nextMs())
  const [first = 0] = waits
  assert(first >= 100 && first < 125)
  assert.deepEqual(
    waits.map((waitMs) => Math.round(waitMs / first)),
    [1, 2, 4, 4, 4],
  )
  backoff.reset()
  assert.equal(backoff.nextMs(), first)
})

test('replicas wait differently, each always the same', () => {
  const firstOf = (owner: string): number => createBackoff(owner, { msMin: 10_000, msMax: 10_000 }).nextMs()
  const waits = ['ws-1', 'ws-2', 'ws-3', 'ws-4'].map(firstOf)
  assert.equal(new Set(waits).size, 4)
  assert.deepEqual(['ws-1', 'ws-2', 'ws-3', 'ws-4'].map(firstOf), waits)
  assert(waits.every((waitMs) => waitMs >= 10_000 && waitMs <= 12_500))
})
