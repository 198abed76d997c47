import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMetricRegistry } from '../../../src/adapters/system/metric-registry.ts'
import { metrics } from '../../../src/engine/telemetry.ts'

test('every metric of the table is shown from the start, with its help and type', async () => {
  const { text, contentType } = await createMetricRegistry('risk').exposition()
  assert.match(contentType, /^text\/plain/)
  for (const [name, { type, help }] of Object.entries(metrics)) {
    assert(text.includes(`# HELP cdb_${name} ${help}\n# TYPE cdb_${name} ${type}\n`), name)
  }
})

test('counters add up, gauges hold the last, histograms take seconds', async () => {
  const registry = createMetricRegistry('risk')
  registry.count('signals_total')
  registry.count('signals_total', 4)
  registry.set('lease_held', 1)
  registry.set('lease_held', 0.5)
  registry.observe('commit_seconds', 4)
  for (let scrapes = 0; scrapes < 2; scrapes++) {
    const { text } = await registry.exposition()
    assert.match(text, /^cdb_signals_total\{service="risk"\} 5$/m)
    assert.match(text, /^cdb_lease_held\{service="risk"\} 0.5$/m)
    assert.match(text, /^cdb_commit_seconds_bucket\{le="0.003",service="risk"\} 0$/m)
    assert.match(text, /^cdb_commit_seconds_bucket\{le="0.005",service="risk"\} 1$/m)
    assert.match(text, /^cdb_commit_seconds_sum\{service="risk"\} 0.004$/m)
  }
})

test('memory and event loop of the process are among them', async () => {
  const { text } = await createMetricRegistry('ws').exposition()
  assert.match(text, /^process_resident_memory_bytes\{/m)
  assert.match(text, /^nodejs_eventloop_lag_seconds\{/m)
})
