import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mustReach, runSeed } from './chaos.ts'

const SEEDS = 200
/** Run twice, which must leave the same trace. */
const TWICE_EVERY = 10

test('200 seeds of faults break no invariant, reach every fault and branch, and run the same twice', async () => {
  const reached = new Set<string>()
  for (let seed = 1; seed <= SEEDS; seed++) {
    const result = await runSeed(seed)
    assert.deepEqual(result.violations, [], `seed ${seed}`)
    for (const name of result.reached) reached.add(name)
    if (seed % TWICE_EVERY !== 0) continue
    const again = await runSeed(seed)
    assert.equal(again.traceHash, result.traceHash, `seed ${seed} leaves another trace the second time`)
  }
  assert.deepEqual(
    mustReach.filter((name) => !reached.has(name)),
    [],
    'faults and branches that were never reached',
  )
})

test('other seeds leave other traces', async () => {
  const hashes = await Promise.all([1, 2, 3].map(async (seed) => (await runSeed(seed)).traceHash))
  assert.equal(new Set(hashes).size, 3)
})
