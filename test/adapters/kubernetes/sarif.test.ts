import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AuditOutcome, Finding } from '../../../src/adapters/kubernetes/audit-outcome.ts'
import { sarifOf } from '../../../src/adapters/kubernetes/sarif.ts'

const finding: Finding = {
  ...{ id: 'W01', severity: 'blocker', file: 'base/a b.yaml', line: 3, object: 'Pod shop/web' },
  ...{ message: 'runs as root', mend: 'set runAsNonRoot' },
}
const outcome: AuditOutcome = {
  results: [
    { id: 'R01', severity: 'blocker', title: 'it builds', outcome: 'passed' },
    { id: 'W01', severity: 'blocker', title: 'pods are restricted', outcome: 'failed' },
    {
      id: 'L01',
      severity: 'high',
      title: 'a cluster takes it',
      outcome: 'notRun',
      reason: 'asks for a cluster',
    },
  ],
  findings: [finding, { ...finding, severity: 'medium', file: null, line: 0, object: '' }],
  waived: [{ finding, waiver: { check: 'W01', object: '*', reason: 'known', expires: '2026-02-01' } }],
}
const { $schema, version, runs } = sarifOf(outcome, '1.2.3')
const [run] = runs

test('the log names its version, its tool and a rule for every check', () => {
  assert.equal(version, '2.1.0')
  assert.match($schema ?? '', /sarif-2\.1\.0/)
  assert.equal(run?.tool.driver.version, '1.2.3')
  assert.deepEqual(
    run.tool.driver.rules?.map(({ id, defaultConfiguration }) => [id, defaultConfiguration?.level]),
    [
      ['R01', 'error'],
      ['W01', 'error'],
      ['L01', 'error'],
    ],
  )
})

test('a finding has its rule, its level and where it stands', () => {
  const [first, second] = run?.results ?? []
  assert.deepEqual(first, {
    ruleId: 'W01',
    ruleIndex: 1,
    level: 'error',
    message: { text: 'Pod shop/web: runs as root. Mend: set runAsNonRoot' },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: 'base/a%20b.yaml', uriBaseId: 'FOLDER' },
          region: { startLine: 3 },
        },
        logicalLocations: [{ fullyQualifiedName: 'Pod shop/web', kind: 'resource' }],
      },
    ],
  })
  assert.deepEqual([second?.level, second?.locations], ['warning', [{}]])
})

test('a waived finding is suppressed with its reason, and what was not run is told', () => {
  assert.deepEqual(run?.results?.[2]?.suppressions, [
    { kind: 'external', status: 'accepted', justification: 'known' },
  ])
  assert.deepEqual(
    run.invocations?.[0]?.toolExecutionNotifications?.map(({ message }) => message.text),
    ['L01 was not run: asks for a cluster'],
  )
})
