import assert from 'node:assert/strict'
import { test } from 'node:test'
import { auditFacts } from '../../src/cli/audit-facts.ts'

test('each service has the settings that it reads, required ones among them', () => {
  const { serviceSettings } = auditFacts
  assert.deepEqual(Object.keys(serviceSettings).toSorted(), [
    ...['cdb-db-writer', 'cdb-execution', 'cdb-risk', 'cdb-signal', 'cdb-ws'],
  ])
  for (const [name, { known, required }] of Object.entries(serviceSettings)) {
    assert.ok(required.includes('DATABASE_URL'), name)
    for (const setting of required) assert.ok(known.includes(setting), `${name} ${setting}`)
  }
  assert.ok(serviceSettings['cdb-ws']?.known.includes('CDB_VENUE_URL'))
  assert.ok(!serviceSettings['cdb-risk']?.known.includes('CDB_VENUE_URL'))
})

test('metrics are named as they are shown, histograms with their series', () => {
  const names = auditFacts.metricNames
  assert.ok(names.includes('cdb_commits_total') && !names.includes('cdb_commits_total_bucket'))
  for (const suffix of ['', '_bucket', '_sum', '_count'])
    assert.ok(names.includes(`cdb_commit_seconds${suffix}`))
})
