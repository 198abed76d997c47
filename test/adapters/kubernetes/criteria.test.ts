import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AuditOutcome, Outcome } from '../../../src/adapters/kubernetes/audit-outcome.ts'
import type { AuditInput } from '../../../src/adapters/kubernetes/check.ts'
import { checks } from '../../../src/adapters/kubernetes/checks.ts'
import { criteria, judgeCriteria } from '../../../src/adapters/kubernetes/criteria.ts'
import { sampleInput } from './audit-sample.ts'
import { completeInput } from './report-facts.ts'

const outcomeWith = (own: Readonly<Record<string, Outcome>>): AuditOutcome => ({
  results: criteria
    .flatMap((each) => each.checks)
    .map((id) => ({ id, severity: 'high', title: id, outcome: own[id] ?? 'passed' })),
  findings: [],
  waived: [],
})

const okOf = (own: Readonly<Record<string, Outcome>>): readonly boolean[] =>
  judgeCriteria(outcomeWith(own), completeInput).map(({ ok }) => ok)

test('the eight criteria of the acceptance are judged by checks that exist', () => {
  assert.deepEqual(
    criteria.map(({ name }) => name),
    [
      'All services stateless',
      'ConfigMaps/Secrets',
      'Resource limits',
      'Liveness/Readiness probes',
      'GitOps reconcile',
      'Helm/Kustomize',
      'All services in K8s',
      'No manual config',
    ],
  )
  const known = new Set(checks.map(({ id }) => id))
  for (const { name, checks: ids } of criteria) {
    for (const id of ids) assert.ok(known.has(id), `${name}: ${id}`)
  }
})

test('a criterion holds when all of its checks passed or are waived', () => {
  assert.deepEqual(okOf({}), [true, true, true, true, true, true, true, true])
  assert.deepEqual(okOf({ W11: 'waived' })[2], true)
})

test('a criterion does not hold when a check failed, was not run or is not there', () => {
  assert.deepEqual(okOf({ W11: 'failed' }), [true, true, false, true, true, true, true, true])
  assert.deepEqual(okOf({ W12: 'notRun' }), [true, true, true, false, true, true, true, true])
  assert.ok(judgeCriteria({ results: [], findings: [], waived: [] }, completeInput).every(({ ok }) => !ok))
})

test('a criterion does not hold when what it is about is missing', () => {
  const missingIn = (input: AuditInput): readonly (string | undefined)[] =>
    judgeCriteria(outcomeWith({}), input).map(({ missing }) => missing)
  assert.ok(missingIn(completeInput).every((missing) => missing === undefined))
  const services = { ...completeInput, settings: { services: ['web', 'store'] } }
  assert.equal(missingIn(services)[2], 'overlays/prod has no store')
  const empty = missingIn(sampleInput(''))
  assert.deepEqual(
    [empty[1], empty[2], empty[4], empty[5]],
    [
      'overlays/prod has no ConfigMap and no Secret',
      'overlays/prod has no workload',
      'no Kustomization of Flux and no Application of Argo CD',
      'no kustomization and no chart',
    ],
  )
})
