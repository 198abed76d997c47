import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  manifestsDigest,
  parseLiveRecord,
  recordedFindings,
} from '../../../src/adapters/kubernetes/live-record.ts'
import type { LiveRecord, RecordedTest } from '../../../src/adapters/kubernetes/live-record.ts'
import { digest } from '../../../src/adapters/system/digest.ts'
import { CdbError } from '../../../src/domain/errors.ts'
import { sampleInput } from './audit-sample.ts'

const files = [
  { path: 'a.yaml', text: 'kind: Namespace\n' },
  { path: 'README.md', text: 'what it is\n' },
]
const input = sampleInput('', { files })

const recordOf = (checks: Readonly<Record<string, readonly RecordedTest[]>>): LiveRecord => ({
  ...{ date: '2026-01-05', kubernetes: 'v1.35.8', manifests: manifestsDigest(files, digest), checks },
})
const ended = (title: string, outcome: RecordedTest['outcome']): RecordedTest => ({ title, outcome })

test('a check was run when all its tests were, and failed when one of them did', () => {
  const { problems, evidence, absent } = recordedFindings(
    recordOf({
      L02: [ended('dev again', 'passed'), ended('prod again', 'passed')],
      L05: [ended('drift', 'passed'), ended('prune', 'failed')],
      L08: [ended('flows', 'passed'), ended('more flows', 'skipped')],
      L09: [],
    }),
    input,
    digest,
  )
  assert.deepEqual([...problems.keys()], ['L02', 'L05'])
  assert.deepEqual(problems.get('L02'), [])
  assert.match(problems.get('L05')?.[0]?.message ?? '', /a cluster test failed: prune/)
  assert.equal(evidence, 'cluster tests of 2026-01-05 on Kubernetes v1.35.8')
  assert.equal(absent, 'the record has no whole run of it')
})

test('a record of other manifests says nothing, and pages are no manifests', () => {
  const record = recordOf({ L02: [ended('dev again', 'passed')] })
  const withFiles = (more: typeof files) => recordedFindings(record, sampleInput('', { files: more }), digest)
  const changed = withFiles([{ path: 'a.yaml', text: 'kind: Pod\n' }])
  assert.equal(changed.problems.size, 0)
  assert.equal(changed.absent, 'the record is of other manifests')
  const reworded = withFiles([files[0] ?? assert.fail(), { path: 'README.md', text: 'what it was\n' }])
  assert.equal(reworded.problems.size, 1)
})

test('a record is read as it was written', () => {
  const record = recordOf({ L02: [ended('dev again', 'passed')] })
  assert.deepEqual(parseLiveRecord(JSON.stringify(record), 'record.json'), record)
})

test('what is no record is refused by name, with what writes one', () => {
  const texts = {
    'no JSON': '{',
    'a list': '[]',
    'no checks': JSON.stringify({ ...recordOf({}), checks: 'all' }),
    'no outcome': JSON.stringify({ ...recordOf({}), checks: { L02: [{ title: 'dev again' }] } }),
    'another outcome': JSON.stringify({
      ...recordOf({}),
      checks: { L02: [{ title: 'a', outcome: 'fine' }] },
    }),
  }
  for (const [name, text] of Object.entries(texts)) {
    assert.throws(
      () => parseLiveRecord(text, 'record.json'),
      (error: unknown) =>
        error instanceof CdbError &&
        error.code === 'CDB_FILE_CORRUPT' &&
        error.message.startsWith('record.json ') &&
        error.mend.includes('npm run test:cluster -- --record'),
      name,
    )
  }
})
