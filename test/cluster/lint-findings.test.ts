import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import {
  judge,
  lintCounts,
  lintTable,
  parseKubeLinter,
  parseKubeScore,
  parseLintWaivers,
} from './lint-findings.ts'
import type { LintFinding, LintWaiver } from './lint-findings.ts'
import { linterBuilds } from './linter-builds.ts'
import { lintGuidePath, readLintWaivers } from './linters.ts'

/** One object as kube-score v1.20.0 prints it, shortened to what is read. */
const scored = (checks: readonly unknown[]): string =>
  JSON.stringify([
    {
      type_meta: { kind: 'Deployment', apiVersion: 'apps/v1' },
      object_meta: { name: 'shop', namespace: 'town' },
      checks,
    },
  ])

const finding = (object: string, check = 'c'): LintFinding => ({
  ...{ linter: 'kube-score', check, object },
  message: 'm',
})

const waiver = (object: string, check = 'c'): LintWaiver => ({
  ...{ linter: 'kube-score', check, object },
  reason: 'r',
})

test('each comment of a failed check of kube-score is a finding; what is fine or skipped is none', () => {
  const comments = [
    { path: 'web', summary: 'CPU' },
    { path: '', summary: 'Memory' },
  ]
  const text = scored([
    { check: { id: 'resources' }, grade: 1, skipped: false, comments },
    { check: { id: 'replicas' }, grade: 5, skipped: false, comments: null },
    { check: { id: 'almost' }, grade: 7, skipped: false, comments },
    { check: { id: 'left-out' }, grade: 1, skipped: true, comments },
  ])
  const place = { linter: 'kube-score', object: 'Deployment town/shop' }
  assert.deepEqual(parseKubeScore(text), [
    { ...place, check: 'resources', message: 'web: CPU' },
    { ...place, check: 'resources', message: 'Memory' },
    { ...place, check: 'replicas', message: '' },
  ])
})

test('each report of kube-linter is a finding, and an object without namespace has none in its name', () => {
  const text = JSON.stringify({
    Checks: [{ name: 'owner' }],
    Reports: [
      {
        Diagnostic: { Message: 'no owner' },
        Check: 'owner',
        Object: { K8sObject: { Namespace: '', Name: 'town', GroupVersionKind: { Kind: 'Namespace' } } },
      },
    ],
  })
  assert.deepEqual(parseKubeLinter(text), [
    { linter: 'kube-linter', check: 'owner', object: 'Namespace town', message: 'no owner' },
  ])
  assert.deepEqual(parseKubeLinter('{"Checks":[{"name":"owner"}],"Reports":null}'), [])
})

test('a linter that has looked at nothing is no clean result', () => {
  assert.throws(() => parseKubeScore('null'), /judged no object/)
  assert.throws(() => parseKubeLinter('{"Checks":null,"Reports":null}'), /made no check/)
  assert.throws(() => parseKubeScore('Failed to score'), { code: 'CDB_FORMAT_UNKNOWN' })
})

test('a waiver accepts findings of its check on its objects, and one that accepts nothing is told', () => {
  const findings = [finding('Job a/x'), finding('Job b/x'), finding('Job a/x', 'other')]
  const waivers = [waiver('Job a/*'), waiver('Job c/*')]
  assert.deepEqual(judge(findings, waivers), {
    waived: [finding('Job a/x')],
    open: [finding('Job b/x'), finding('Job a/x', 'other')],
    unused: [waiver('Job c/*')],
  })
  assert.equal(judge([finding('Job a/x')], [{ ...waiver('*'), linter: 'kube-linter' }]).open.length, 1)
})

test('a waiver without a reason, or of a linter that is not known, is refused', () => {
  const whole = { linter: 'kube-score', check: 'c', object: '*', reason: 'r' }
  assert.deepEqual(parseLintWaivers(JSON.stringify({ waivers: [whole] })), [whole])
  for (const fault of [{ reason: ' ' }, { linter: 'polaris' }, { object: '' }]) {
    const text = JSON.stringify({ waivers: [whole, { ...whole, ...fault }] })
    assert.throws(() => parseLintWaivers(text), { code: 'CDB_CONFIG_INVALID', message: /waiver 2/ })
  }
})

test('the table has a line for each check and a sum for each linter', () => {
  const one: LintFinding = { ...finding('Job a/x'), linter: 'kube-linter' }
  const renders = { prod: [one, finding('Job a/x')], dev: [finding('Job b/x')], forerunner: [one, one] }
  assert.deepEqual(
    lintTable(lintCounts(renders, [one]))
      .split('\n')
      .slice(2),
    [
      '| kube-linter | c | 1 | 0 | 1 | 2 |',
      '| kube-linter | all | 1 | 0 | 1 | 2 |',
      '| kube-score | c | 1 | 1 | 0 | 0 |',
      '| kube-score | all | 1 | 1 | 0 | 0 |',
    ],
  )
})

test('the guide counts no finding that is not waived, and has counts for exactly the checks that are', () => {
  const rows = readFileSync(lintGuidePath, 'utf8')
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .filter(([, linter, check]) => /^kube-/.test(linter ?? '') && check !== 'all')
  const waivedOf = (row: readonly string[]): number => Number(row[5])
  assert(rows.length > 0, 'the guide has no counts')
  for (const row of rows) assert.equal(Number(row[3]) + Number(row[4]), waivedOf(row), row.join(' '))
  const counted = rows
    .filter((row) => waivedOf(row) > 0)
    .map(([, linter, check]) => [linter, check].join(' '))
  const waived = new Set(readLintWaivers().map(({ linter, check }) => `${linter} ${check}`))
  assert.deepEqual(counted.sort(), [...waived].sort())
})

test('the guide names the versions that run', () => {
  const guide = readFileSync(lintGuidePath, 'utf8').replaceAll('\n', ' ')
  for (const [name, { version }] of Object.entries(linterBuilds)) {
    assert.match(guide, new RegExp(`\\[${name}\\]\\([^)]*\\) ${version.replaceAll('.', '\\.')}[ .]`))
  }
})
