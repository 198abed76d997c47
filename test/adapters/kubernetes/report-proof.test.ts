import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AuditOutcome } from '../../../src/adapters/kubernetes/audit-outcome.ts'
import {
  claim,
  claimLine,
  evidenceOf,
  factLine,
  heading,
  markdownTable,
  standingOf,
  worstOf,
} from '../../../src/adapters/kubernetes/report-proof.ts'
import { sampleInput } from './audit-sample.ts'
import { deploymentText } from './check-run.ts'

const audited: AuditOutcome = {
  results: [
    { id: 'W01', severity: 'high', title: 'a', outcome: 'passed' },
    { id: 'W02', severity: 'high', title: 'b', outcome: 'failed' },
    { id: 'W03', severity: 'high', title: 'c', outcome: 'waived' },
    { id: 'W04', severity: 'high', title: 'd', outcome: 'notRun', reason: 'e' },
  ],
  findings: [
    { id: 'W02', severity: 'high', file: null, line: 0, object: 'Pod a', message: 'b', mend: 'c' },
    { id: 'W02', severity: 'high', file: null, line: 0, object: 'Pod b', message: 'b', mend: 'c' },
  ],
  waived: [],
}

const facts = { input: sampleInput(deploymentText()), outcome: audited }

test('a line holds only when all its checks passed or are waived', () => {
  assert.equal(standingOf(['W01', 'W03'], facts), 'holds')
  assert.equal(standingOf(['W01', 'W02', 'W04'], facts), 'fails')
  assert.equal(standingOf(['W01', 'W04'], facts), 'notRun')
  assert.equal(standingOf(['W01', 'Z99'], facts), 'notRun', 'a check that is not there has shown nothing')
  assert.equal(standingOf([], facts), 'notRun', 'what no check proves is not proven')
})

test('the evidence names each check once, and how it ended', () => {
  assert.equal(
    evidenceOf(['W01', 'W02', 'W03', 'W04', 'W01', 'Z99'], facts),
    'W01 passed, W02 FAILED (2), W03 waived, W04 not run, Z99 not run',
  )
})

test('what is known from a record is told once behind the checks', () => {
  const evidence = 'cluster tests of 2026-01-05'
  const results = audited.results.map((each) => ({ ...each, evidence }))
  const recorded = { ...facts, outcome: { ...audited, results } }
  assert.equal(evidenceOf(['W01', 'W03'], recorded), `W01 passed, W03 waived; ${evidence}`)
})

test('lines carry mark, text and evidence', () => {
  assert.equal(claimLine(claim('It runs', 'W01'), facts), '- ✅ It runs (W01 passed)')
  assert.equal(claimLine(claim('It runs', 'W02'), facts), '- ❌ It runs (W02 FAILED (2))')
  assert.equal(claimLine(claim('It runs', 'W04'), facts), '- ⏳ It runs (W04 not run)')
  assert.equal(factLine('Three files', 'fails', '2'), '- ❌ Three files (2)')
  assert.deepEqual([heading(2, 'A'), heading(3, 'B', 'fails')], ['## A', '### B ❌'])
})

test('the worst of several standings wins, and of none nothing is shown', () => {
  assert.equal(worstOf(['holds', 'notRun', 'fails']), 'fails')
  assert.equal(worstOf(['holds', 'notRun']), 'notRun')
  assert.equal(worstOf(['holds']), 'holds')
  assert.equal(worstOf([]), 'notRun')
})

test('cells of a table break neither its columns nor its rows', () => {
  assert.equal(markdownTable(['a', 'b'], [['x|y', 'p\nq']]), '| a | b |\n| --- | --- |\n| x\\|y | p q |')
})

test('a check that found nothing to look at has proven nothing', () => {
  const empty = { input: sampleInput(''), outcome: audited }
  assert.equal(standingOf(['W01'], empty), 'notRun')
  assert.equal(claimLine(claim('It runs', 'W01'), empty), '- ⏳ It runs (W01 without a subject)')
  assert.equal(standingOf(['W02'], empty), 'fails', 'what failed had one')
})
