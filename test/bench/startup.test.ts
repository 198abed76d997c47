import assert from 'node:assert/strict'
import { test } from 'node:test'
import { benchStartup } from '../../bench/startup.ts'

test('the startup bench sees help end and a first signal of a new data folder', async () => {
  const bench = await benchStartup({ runs: 1 })
  assert.equal(bench.runs, 1)
  for (const figure of [bench.helpMsMedian, bench.firstSignalMsMedian]) assert(Number.isFinite(figure))
})
