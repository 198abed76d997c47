import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { checks } from '../../src/adapters/kubernetes/checks.ts'
import { liveChecks } from '../../src/adapters/kubernetes/live-checks.ts'
import { manifestsDigest } from '../../src/adapters/kubernetes/live-record.ts'
import { digest } from '../../src/adapters/system/digest.ts'
import { withFiles } from '../adapters/kubernetes/written-folder.ts'
import type { WrittenFiles } from '../adapters/kubernetes/written-folder.ts'
import { runCaptured } from './run-cli.ts'
import type { CliRun } from './run-cli.ts'

type Json = Readonly<{
  overlays: readonly string[]
  checks: number
  passed: number
  failed: number
  waived: number
  notRun: number
  findings: readonly Readonly<Record<string, unknown>>[]
  criteria: readonly Readonly<{ name: string; ok: boolean; checks: readonly string[] }>[]
  results: readonly Readonly<{ id: string; outcome: string }>[]
  waivedFindings: readonly Readonly<{ id: string; reason: string }>[]
}>

const audit = (files: WrittenFiles, ...options: readonly string[]): Promise<CliRun> =>
  withFiles(files, (folder) =>
    runCaptured(['audit', 'k8s', folder, ...options.map((each) => each.replace('FOLDER', folder))]),
  )

const namespace = 'kind: Namespace\napiVersion: v1\nmetadata: { name: shop }\n'
const overlay = {
  'overlays/prod/kustomization.yaml': 'resources: [a.yaml]\n',
  'overlays/prod/a.yaml': namespace,
}

test('--json prints every check with its outcome, the findings and the criteria', async () => {
  const run = await audit({ 'a.yaml': `${namespace}replica: 1\n` }, '--json')
  const json = JSON.parse(run.stdout) as Json
  assert.equal(run.code, 1)
  assert.equal(json.checks, checks.length + liveChecks.length + 2)
  assert.equal(json.results.length, json.checks)
  assert.equal(json.passed + json.failed + json.waived + json.notRun, json.checks)
  assert.equal(json.criteria.length, 8)
  const found = json.findings.find(({ id }) => id === 'R02')
  assert.deepEqual(found, {
    ...{ id: 'R02', severity: 'blocker', file: 'a.yaml', line: 1, object: 'Namespace shop' },
    message: 'replica is not a field that the kind has',
    mend: 'see: kubectl explain namespace.replica',
  })
})

test('broken YAML, keys given twice, binary files and links that lead out are findings', async () => {
  const run = await audit(
    {
      ...overlay,
      'broken.yaml': 'a: [1\n',
      'twice.yaml': 'kind: Pod\nkind: Service\n',
      'binary.yaml': Uint8Array.of(0, 1, 2),
      'out.yaml': '-> /etc/hostname',
    },
    '--json',
  )
  assert.equal(run.code, 1)
  const { findings, results } = JSON.parse(run.stdout) as Json
  const files = findings.flatMap(({ id, file }) => (id === 'R02' ? [file] : []))
  assert.deepEqual(files.toSorted(), ['binary.yaml', 'broken.yaml', 'out.yaml', 'twice.yaml'])
  assert.equal(results.find(({ id }) => id === 'R02')?.outcome, 'failed')
})

test('a manifest of 50 MB neither crashes nor passes', async () => {
  const big = Buffer.alloc(50_000_000, `${namespace}---\n`)
  const run = await audit({ 'kustomization.yaml': 'resources: [big.yaml]\n', 'big.yaml': big }, '--json')
  assert.equal(run.code, 1)
  const { findings } = JSON.parse(run.stdout) as Json
  assert.deepEqual(
    findings.flatMap(({ id, file }) => (id === 'R01' || id === 'R02' ? [[id, file]] : [])),
    [
      ['R01', 'kustomization.yaml'],
      ['R02', 'big.yaml'],
    ],
  )
})

test('an empty folder is not green', async () => {
  const run = await audit({}, '--json')
  assert.equal(run.code, 1)
  const { criteria, findings } = JSON.parse(run.stdout) as Json
  assert.ok(criteria.every(({ ok }) => !ok))
  assert.ok(findings.some(({ id }) => id === 'R01'))
})

test('a folder that is not there, a file and an unknown overlay are told with what mends them', async () => {
  const missing = await runCaptured(['audit', 'k8s', '/nowhere/at/all'])
  assert.deepEqual([missing.code, missing.stdout], [1, ''])
  assert.match(missing.stderr, /CDB_FILE_MISSING: the folder \/nowhere\/at\/all is not there\n {2}mend: /)
  await withFiles(overlay, async (folder) => {
    const file = await runCaptured(['audit', 'k8s', join(folder, 'overlays/prod/a.yaml')])
    assert.equal(file.code, 1)
    assert.match(file.stderr, /CDB_FILE_UNREADABLE: .* is not a folder/)
    const unknown = await runCaptured(['audit', 'k8s', folder, '--overlay', 'staging'])
    assert.equal(unknown.code, 2)
    assert.match(unknown.stderr, /CDB_USAGE: the folder has no overlay "staging": it has prod\n {2}mend: /)
  })
})

test('options that exclude each other, two folders and options of the other audit are usage errors', async () => {
  for (const argv of [
    ['k8s', '.', '--json', '--sarif'],
    ['k8s', 'a', 'b'],
    ['k8s', '.', '--venue-ledger', 'x'],
    ['data', '--overlay', 'prod'],
    ['data', 'folder'],
    ['cluster'],
    [],
  ]) {
    const run = await runCaptured(['audit', ...argv])
    assert.deepEqual([run.code, run.stdout], [2, ''], argv.join(' '))
    assert.match(run.stderr, /CDB_USAGE/)
  }
})

test('a person gets findings by severity and one line of sums', async () => {
  const run = await audit({ ...overlay, 'twice.yaml': 'kind: Pod\nkind: Service\n' }, '--overlay', 'prod')
  assert.equal(run.code, 1)
  assert.match(run.stdout, /^BLOCKER$/m)
  assert.match(run.stdout, /^ {2}R02 {2}twice\.yaml:2\n {7}is not strict YAML: /m)
  assert.match(run.stdout, /^\d+ checks: \d+ passed, \d+ failed, 0 waived, \d+ not run; findings: /m)
})

test('--sarif prints a log that code scanning reads', async () => {
  const run = await audit({ 'twice.yaml': 'kind: Pod\nkind: Service\n' }, '--sarif')
  const log = JSON.parse(run.stdout) as Readonly<{
    version: string
    runs: readonly Readonly<{ results: readonly unknown[] }>[]
  }>
  assert.equal(log.version, '2.1.0')
  assert.ok((log.runs[0]?.results.length ?? 0) > 0)
})

test('--report writes the report, and a place that cannot be written is told', async () => {
  await withFiles(overlay, async (folder) => {
    const file = join(folder, 'AUDIT_REPORT.md')
    const run = await runCaptured(['audit', 'k8s', folder, '--report', file, '--json'])
    assert.match(run.stderr, /the report is in /)
    assert.match(readFileSync(file, 'utf8'), /^# Kubernetes & GitOps Audit Report\n/)
    const bad = await runCaptured(['audit', 'k8s', folder, '--report', join(folder, 'no', 'x.md')])
    assert.match(bad.stderr, /CDB_FILE_UNREADABLE: the report cannot be written/)
    assert.equal(bad.code, 1)
  })
})

test('waivers of the folder count, and one that is past is told', async () => {
  const waiver = (expires: string): string =>
    `waivers: [{ check: R02, object: Cluster shop/a, reason: no schema, expires: "${expires}" }]\n`
  const files = {
    'a.yaml': 'kind: Cluster\napiVersion: postgresql.cnpg.io/v1\nmetadata: { name: a, namespace: shop }\n',
  }
  const good = JSON.parse(
    (await audit({ ...files, 'audit.yaml': waiver('9999-12-31') }, '--json')).stdout,
  ) as Json
  assert.deepEqual(
    good.waivedFindings.map(({ id, reason }) => [id, reason]),
    [['R02', 'no schema']],
  )
  assert.equal(good.results.find(({ id }) => id === 'R02')?.outcome, 'waived')
  const past = JSON.parse(
    (await audit({ ...files, 'audit.yaml': waiver('2020-01-01') }, '--json')).stdout,
  ) as Json
  assert.equal(past.results.find(({ id }) => id === 'A01')?.outcome, 'failed')
  assert.equal(past.results.find(({ id }) => id === 'R02')?.outcome, 'failed')
})

test('--record takes what the cluster tests wrote, and refuses what is none', async () => {
  const files = [{ path: 'a.yaml', text: namespace }]
  const record = {
    ...{ date: '2026-01-05', kubernetes: 'v1.35.8', manifests: manifestsDigest(files, digest) },
    checks: { L08: [{ title: 'flows (L08)', outcome: 'passed' }] },
  }
  await withFiles({ 'record.json': JSON.stringify(record), 'broken.json': '{' }, async (folder) => {
    const audited = async (name: string): Promise<CliRun> =>
      audit({ 'a.yaml': namespace }, '--json', '--record', join(folder, name))
    const { results } = JSON.parse((await audited('record.json')).stdout) as Json
    assert.equal(results.find(({ id }) => id === 'L08')?.outcome, 'passed')
    assert.equal(results.find(({ id }) => id === 'L09')?.outcome, 'notRun')
    for (const name of ['broken.json', 'absent.json']) {
      const run = await audited(name)
      assert.notEqual(run.code, 0)
      assert.match(run.stderr, new RegExp(`${name}[\\s\\S]*npm run test:cluster -- --record FILE`))
    }
  })
})
