import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isGreen, runAudit } from '../../../src/adapters/kubernetes/audit-outcome.ts'
import type {
  AuditOutcome,
  AuditPlan,
  Outcome,
  RatedProblem,
} from '../../../src/adapters/kubernetes/audit-outcome.ts'
import type { Check, Severity } from '../../../src/adapters/kubernetes/check.ts'
import { liveChecks } from '../../../src/adapters/kubernetes/live-checks.ts'
import { CdbError } from '../../../src/domain/errors.ts'
import { sampleInput } from './audit-sample.ts'

const problem = (object: string, extras: Partial<RatedProblem> = {}): RatedProblem => ({
  ...{ object, message: 'is wrong', mend: 'mend it' },
  ...extras,
})

const check = (id: string, severity: Severity, run: Check['run']): Check => ({
  id,
  severity,
  title: `${id} holds`,
  run,
})

const audited = (checks: readonly Check[], extras: Partial<AuditPlan> = {}): AuditOutcome =>
  runAudit({
    ...{ checks, input: sampleInput(''), given: new Map(), live: new Map(), today: '2026-01-06' },
    ...extras,
  })

const outcomeOf = ({ results }: AuditOutcome, id: string): Outcome | undefined =>
  results.find((each) => each.id === id)?.outcome

const waiver = { check: 'X01', object: 'Pod a', reason: 'known', expires: '2026-02-01' }

test('checks pass, fail with findings the worst first, and live ones are not run without a cluster', () => {
  const outcome = audited([
    check('X01', 'low', () => [problem('Pod a')]),
    check('X02', 'blocker', () => [problem('Pod b', { file: 'b.yaml', line: 3 })]),
    check('X03', 'high', () => []),
  ])
  assert.deepEqual(
    ['X01', 'X02', 'X03', 'L01', 'A01'].map((id) => outcomeOf(outcome, id)),
    [...['failed', 'failed', 'passed'], ...['notRun', 'passed']],
  )
  assert.equal(outcome.results.length, 3 + liveChecks.length + 2)
  assert.deepEqual(outcome.findings, [
    {
      id: 'X02',
      severity: 'blocker',
      file: 'b.yaml',
      line: 3,
      object: 'Pod b',
      message: 'is wrong',
      mend: 'mend it',
    },
    {
      id: 'X01',
      severity: 'low',
      file: null,
      line: 0,
      object: 'Pod a',
      message: 'is wrong',
      mend: 'mend it',
    },
  ])
})

test('a problem may weigh other than its check, and the same problem is told once', () => {
  const { findings } = audited([
    check('X01', 'blocker', () => [
      problem('Pod a', { severity: 'medium' }),
      problem('Pod a', { severity: 'medium' }),
    ]),
  ])
  assert.deepEqual(
    findings.map(({ severity }) => severity),
    ['medium'],
  )
})

test('problems that were met on the way belong to their check, also when it breaks', () => {
  const given = new Map([['X01', [problem('', { file: 'big.yaml' })]]])
  const broken = check('X01', 'blocker', () => {
    throw new TypeError('no such field')
  })
  const passing = check('X01', 'blocker', () => [])
  assert.equal(audited([passing], { given }).findings.length, 1)
  assert.equal(outcomeOf(audited([broken], { given }), 'X01'), 'failed')
})

test('a check that breaks, or cannot work, is not run, with the reason, and what is grave is not green', () => {
  const broken = audited([
    check('X01', 'blocker', () => {
      throw new TypeError('no such field')
    }),
  ])
  const unable = audited([
    check('X01', 'medium', () => {
      throw new CdbError('CDB_FILE_MISSING', 'the schemas are not installed', { mend: 'run npm ci' })
    }),
  ])
  const reasonOf = ({ results }: AuditOutcome): string | undefined => results[0]?.reason
  assert.equal(reasonOf(broken), 'the check broke: TypeError: no such field')
  assert.equal(reasonOf(unable), 'the schemas are not installed; run npm ci')
  assert.equal(isGreen(broken, { strict: false, live: false }), false)
  assert.equal(isGreen(unable, { strict: false, live: false }), true)
  assert.equal(isGreen(unable, { strict: true, live: false }), false)
})

test('blocker and high are grave, the others only when strict; live checks count when they were asked for', () => {
  for (const [severity, plain] of [
    ['blocker', false],
    ['high', false],
    ['medium', true],
    ['low', true],
  ] as const) {
    const outcome = audited([check('X01', severity, () => [problem('Pod a')])])
    assert.equal(isGreen(outcome, { strict: false, live: false }), plain, severity)
    assert.equal(isGreen(outcome, { strict: true, live: false }), false, severity)
  }
  const good = audited([check('X01', 'blocker', () => [])])
  assert.equal(isGreen(good, { strict: true, live: false }), true)
  assert.equal(isGreen(good, { strict: false, live: true }), false)
})

test('what a cluster showed is taken in: without problems it passed, with problems it failed', () => {
  const live = new Map(liveChecks.map(({ id }) => [id, id === 'L02' ? [problem('Pod a')] : []] as const))
  const outcome = audited([], { live })
  assert.deepEqual([outcomeOf(outcome, 'L01'), outcomeOf(outcome, 'L02')], ['passed', 'failed'])
  assert.equal(isGreen(outcome, { strict: false, live: true }), false)
})

test('a waiver takes its finding out, and the check is waived when none is left', () => {
  const input = sampleInput('', { settings: { waivers: [waiver] } })
  const one = audited([check('X01', 'blocker', () => [problem('Pod a')])], { input })
  assert.equal(outcomeOf(one, 'X01'), 'waived')
  assert.deepEqual(one.findings, [])
  assert.deepEqual(
    one.waived.map(({ finding, waiver: by }) => [finding.object, by.reason]),
    [['Pod a', 'known']],
  )
  assert.equal(isGreen(one, { strict: true, live: false }), true)
  const two = audited([check('X01', 'blocker', () => [problem('Pod a'), problem('Pod b')])], { input })
  assert.equal(outcomeOf(two, 'X01'), 'failed')
  assert.equal(two.findings.length, 1)
})

test('a waiver that is past or has no reason waives nothing, and is a finding itself', () => {
  for (const bad of [
    { ...waiver, expires: '2026-01-05' },
    { ...waiver, reason: ' ' },
  ]) {
    const input = sampleInput('', { settings: { waivers: [bad] } })
    const outcome = audited([check('X01', 'low', () => [problem('Pod a')])], { input })
    assert.deepEqual([outcomeOf(outcome, 'X01'), outcomeOf(outcome, 'A01')], ['failed', 'failed'])
    assert.equal(isGreen(outcome, { strict: false, live: false }), false)
  }
})

test('a waiver that waives nothing is a finding of low severity', () => {
  const waivers = [waiver, { ...waiver, check: 'Z99' }]
  const outcome = audited([check('X01', 'low', () => [])], {
    input: sampleInput('', { settings: { waivers } }),
  })
  assert.deepEqual(
    outcome.findings.map(({ id, severity, message }) => [id, severity, message]),
    [
      ['A02', 'low', 'nothing is left to waive'],
      ['A02', 'low', 'there is no check Z99'],
    ],
  )
  assert.equal(isGreen(outcome, { strict: false, live: false }), true)
})

test('a check that finds no end of problems is cut off, and says so', () => {
  const many = Array.from({ length: 1000 }, (_, index) => problem(`Pod ${index}`))
  const { findings } = audited([check('X01', 'low', () => many)])
  assert.equal(findings.length, 201)
  assert.equal(findings.at(-1)?.message, 'and 800 findings more of this check')
})

test('what a cluster says now counts before what a record says, and the record before nothing', () => {
  const recorded = {
    problems: new Map([
      ['L01', [problem('Pod a')]],
      ['L02', [problem('Pod b')]],
      ['L05', []],
    ]),
    evidence: 'cluster tests of 2026-01-05',
    absent: 'the record has no whole run of it',
  }
  const outcome = audited([], { live: new Map([['L01', []]]), recorded })
  const told = outcome.results
    .filter(({ id }) => ['L01', 'L02', 'L05', 'L08'].includes(id))
    .map(({ id, outcome: end, evidence, reason }) => [id, end, evidence ?? reason])
  assert.deepEqual(told, [
    ['L01', 'passed', undefined],
    ['L02', 'failed', recorded.evidence],
    ['L05', 'passed', recorded.evidence],
    ['L08', 'notRun', recorded.absent],
  ])
})
