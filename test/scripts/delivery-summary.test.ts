import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { sampleInput } from '../adapters/kubernetes/audit-sample.ts'
import { readAuditedFolder } from '../../src/cli/audited-folder.ts'
import { deliveryPages, filled } from '../../scripts/delivery-summary.ts'
import * as tables from '../../scripts/delivery-tables.ts'
import { build } from '../k8s/build.ts'
import { root } from '../tidy/repository.ts'

const SAMPLE = `
apiVersion: v1
kind: Service
metadata: { name: shop, namespace: cdb-trading }
spec:
  clusterIP: None
  ports: [{ name: http, port: 8080 }]
---
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: shop, namespace: cdb-trading }
spec:
  replicas: 2
  template:
    spec:
      containers:
        - name: shop
          image: shop
          ports: [{ name: http, containerPort: 8080 }]
          readinessProbe: { exec: { command: [sh, -c, 'redis-cli ping | grep PONG'] } }
          livenessProbe: { tcpSocket: { port: http } }
          resources:
            requests: { cpu: 250m, memory: 512Mi }
            limits: { cpu: '1', memory: 1Gi }
  volumeClaimTemplates:
    - metadata: { name: data }
      spec: { resources: { requests: { storage: 10Gi } } }
`
const rowsOf = (table: string): readonly string[] => table.split('\n').slice(2)

test('a table has a line for its head and each row, and a bar within a cell is no border', () => {
  assert.equal(
    tables.table(['a', 'b'], [['x|y', 'two\nlines']]),
    '| a | b |\n| --- | --- |\n| x\\|y | two lines |',
  )
})

test('a workload is told with its ports, replicas, sizes and probes', () => {
  const input = sampleInput(SAMPLE)
  assert.deepEqual(rowsOf(tables.workloadTable(input)), ['| `shop` | StatefulSet | 8080 | 2 | 1Gi, 1000m |'])
  assert.deepEqual(rowsOf(tables.sizeTable(input)), [
    '| `shop` | StatefulSet | 512Mi, 250m | 1Gi, 1000m | liveness: `port http`; readiness: `redis-cli` |',
  ])
})

test('each replica of a StatefulSet has a volume, and an environment asks for all of them', () => {
  const input = sampleInput(SAMPLE)
  assert.deepEqual(rowsOf(tables.volumeTable(input)), [
    '| `data-shop-0` | 10Gi | shop |',
    '| `data-shop-1` | 10Gi | shop |',
  ])
  assert.deepEqual(rowsOf(tables.demandTable(input, () => true)), [
    '| prod | 2 | 0.50 CPU, 1.0 GiB | 2.00 CPU, 2.0 GiB | 20 GiB |',
  ])
  assert.deepEqual(rowsOf(tables.demandTable(input, () => false)), [])
})

test('objects are counted by kind, and Services have their type and ports', () => {
  const input = sampleInput(SAMPLE)
  assert.deepEqual(rowsOf(tables.objectTable(input)), [
    '| Service | 1 |',
    '| StatefulSet | 1 |',
    '| all | 2 |',
  ])
  assert.deepEqual(rowsOf(tables.serviceTable(input)), ['| `shop` | headless | 8080 `http` | prod |'])
})

test('a marked block is written anew, all else stays, and an unknown name is refused', () => {
  const input = sampleInput(SAMPLE)
  const page = 'Before.\n\n<!-- generated: objects -->\nold\n<!-- end -->\n\nAfter.\n'
  const text = filled(page, input)
  assert.match(text, /^Before\.\n\n<!-- generated: objects -->\n\n\| kind /)
  assert.match(text, /\| all \| 2 \|\n\n<!-- end -->\n\nAfter\.\n$/)
  assert.equal(filled(text, input), text)
  assert.throws(
    () => filled(page.replace('objects', 'object'), input),
    /no table is called object; there are /,
  )
})

const read = await readAuditedFolder(join(root, 'k8s'), {
  overlay: null,
  signal: new AbortController().signal,
})

test('the pages count what kubectl renders', async () => {
  const pages = await deliveryPages(read)
  const summary = pages.get('DELIVERY_SUMMARY.md') ?? ''
  const count = (folder: string, kind: string): number =>
    build(folder).filter((manifest) => kind === 'all' || manifest.kind === kind).length
  for (const kind of ['all', 'Deployment', 'StatefulSet', 'NetworkPolicy', 'PodDisruptionBudget']) {
    const row = new RegExp(`^\\| ${kind} +\\| (\\d+) +\\| (\\d+) +\\|$`, 'm').exec(summary)
    assert.deepEqual(
      [Number(row?.[1]), Number(row?.[2])],
      [count('overlays/dev', kind), count('overlays/prod', kind)],
      kind,
    )
  }
  for (const name of ['README.md', 'QUICKSTART.md']) assert(pages.has(name), name)
})

test('a figure that somebody has typed into a page is put right', async () => {
  const page = readFileSync(join(root, 'k8s', 'README.md'), 'utf8')
  const typed = page.replace(/^(\| all +\| )\d+/m, '$11234')
  assert.notEqual(typed, page)
  const files = read.input.files.map((file) => (file.path === 'README.md' ? { ...file, text: typed } : file))
  const pages = await deliveryPages({ ...read, input: { ...read.input, files } })
  assert.equal(pages.get('README.md'), page)
})

test('the pages in k8s are those that the script writes', () => {
  const script = join(root, 'scripts', 'delivery-summary.ts')
  const { status, stderr } = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' })
  assert.deepEqual([status, stderr], [0, ''])
})
