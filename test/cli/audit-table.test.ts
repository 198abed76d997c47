import assert from 'node:assert/strict'
import { stripVTControlCharacters } from 'node:util'
import { test } from 'node:test'
import type { AuditOutcome, Finding } from '../../src/adapters/kubernetes/audit-outcome.ts'
import { auditText, outcomeCounts } from '../../src/cli/audit-table.ts'

const finding: Finding = {
  ...{ id: 'W01', severity: 'blocker', file: 'base/web.yaml', line: 3, object: 'Pod shop/web' },
  ...{ message: 'runs as root', mend: 'set runAsNonRoot' },
}
const outcome: AuditOutcome = {
  results: [
    { id: 'W01', severity: 'blocker', title: 'a', outcome: 'failed' },
    { id: 'W02', severity: 'low', title: 'b', outcome: 'failed' },
    { id: 'W03', severity: 'low', title: 'c', outcome: 'waived' },
    { id: 'R01', severity: 'blocker', title: 'd', outcome: 'passed' },
    { id: 'L01', severity: 'blocker', title: 'e', outcome: 'notRun', reason: 'asks for a cluster' },
    { id: 'L02', severity: 'high', title: 'f', outcome: 'notRun', reason: 'asks for a cluster' },
  ],
  findings: [finding, { ...finding, id: 'W02', severity: 'low', file: null, line: 0, message: 'is old' }],
  waived: [
    { finding, waiver: { check: 'W03', object: 'Pod *', reason: 'one tenant', expires: '2026-06-30' } },
  ],
}
const criteria = [
  { name: 'Resource limits', ok: true, checks: ['W11', 'X24'] },
  { name: 'GitOps reconcile', ok: false, checks: ['G01'], missing: 'no Kustomization' },
]

test('findings come by severity with place and mend, then what is waived and not run, criteria and sums', () => {
  assert.equal(
    auditText(outcome, criteria, false),
    `BLOCKER
  W01  base/web.yaml:3  Pod shop/web
       runs as root
       mend: set runAsNonRoot

LOW
  W02  Pod shop/web
       is old
       mend: set runAsNonRoot

WAIVED
  W03  Pod *  1  until 2026-06-30  one tenant

NOT RUN
  L01 L02: asks for a cluster

CRITERIA
  ok      Resource limits   W11 X24
  FAILED  GitOps reconcile  no Kustomization

6 checks: 1 passed, 2 failed, 1 waived, 2 not run; findings: 1 blocker, 0 high, 0 medium, 1 low
`,
  )
})

test('colors are for terminals, and change no word', () => {
  const plain = auditText(outcome, criteria, false)
  const colored = auditText(outcome, criteria, true)
  assert.ok(colored.includes('\u001b['))
  assert.equal(stripVTControlCharacters(colored), plain)
})

test('words of a file move no cursor and start no line', () => {
  const evil = { ...finding, object: 'Pod \u001b[2J\u202eweb', message: 'a\nCRITERIA\r\u0007' }
  const text = auditText({ ...outcome, findings: [evil] }, criteria, false)
  assert.match(text, /^ {2}W01 {2}base\/web\.yaml:3 {2}Pod {2}\[2J web\n {7}a CRITERIA\n/m)
})

test('of one check only the first findings are shown, and the rest is counted', () => {
  const many = Array.from({ length: 14 }, (_, index) => ({ ...finding, object: `Pod ${index}` }))
  const text = auditText({ ...outcome, findings: many }, criteria, false)
  assert.equal(text.match(/runs as root/g)?.length, 10)
  assert.match(text, /^ {2}W01 {2}and 4 more$/m)
})

test('checks are counted by how they ended', () => {
  assert.deepEqual(outcomeCounts(outcome.results), { passed: 1, failed: 2, waived: 1, notRun: 2 })
})
