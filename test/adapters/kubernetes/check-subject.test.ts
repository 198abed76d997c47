import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hasSubject } from '../../../src/adapters/kubernetes/check-subject.ts'
import { checks } from '../../../src/adapters/kubernetes/checks.ts'
import { sampleInput } from './audit-sample.ts'
import { deploymentText } from './check-run.ts'
import { completeInput } from './report-facts.ts'

const idsWith = (input: typeof completeInput): readonly string[] =>
  checks.flatMap(({ id }) => (hasSubject(id, input) ? [id] : []))

test('a complete folder has a subject for every check, an empty one for none', () => {
  assert.equal(idsWith(completeInput).length, checks.length)
  assert.deepEqual(idsWith(sampleInput('')), [])
  assert.equal(hasSubject('L01', sampleInput('')), true, 'a cluster is its own subject')
})

test('a folder with one workload has no subject for GitOps, scripts, documents, monitoring and Jobs', () => {
  const ids = idsWith(sampleInput(deploymentText()))
  assert.ok(ids.includes('R01') && ids.includes('W01') && ids.includes('X01') && ids.includes('S01'))
  for (const id of ['G01', 'D01', 'D06', 'X20', 'X21', 'X22', 'X26']) assert.ok(!ids.includes(id), id)
})

test('each engine is the subject of its own checks', () => {
  const [, flux, argo] = completeInput.gitops
  assert.ok(flux && argo)
  const ofFlux = { ...completeInput, gitops: [flux] }
  const ofArgo = { ...completeInput, gitops: [argo] }
  assert.deepEqual(
    ['G01', 'G03', 'G16'].map((id) => hasSubject(id, ofFlux)),
    [true, true, false],
  )
  assert.deepEqual(
    ['G01', 'G03', 'G16'].map((id) => hasSubject(id, ofArgo)),
    [true, false, true],
  )
})
