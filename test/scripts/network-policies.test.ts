import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { policiesByFolder } from '../../scripts/flow-policies.ts'
import type { Flow, FlowTable } from '../../scripts/flow-policies.ts'
import { policyFiles, readFlowTable } from '../../scripts/network-policies.ts'

const row = (from: string, to: string, port: number, when: string | null = null): Flow => ({
  ...{ from, to, port, when },
  why: 'a test',
})

const tableOf = (...flows: readonly Flow[]): FlowTable => ({
  components: {
    shop: { layer: 'services', component: 'sale' },
    store: { layer: 'infrastructure', component: 'storage' },
    gift: { layer: 'infrastructure', component: 'extra' },
  },
  flows,
})

/** Names of the policies by folder. */
const namesOf = (table: FlowTable): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(
    [...policiesByFolder(table)].map(([folder, policies]) => [
      folder,
      policies.map(({ metadata }) => metadata.name),
    ]),
  )

const policyOf = (table: FlowTable, folder: string, name: string): unknown =>
  policiesByFolder(table)
    .get(folder)
    ?.find(({ metadata }) => metadata.name === name)?.spec

test('a flow opens both of its ends, each in the folder of its layer, and all else is denied', () => {
  const table = tableOf(row('shop', 'store', 5432))
  assert.deepEqual(namesOf(table), {
    'network-policy/infrastructure': ['default-deny', 'store'],
    'network-policy/services': ['shop'],
  })
  assert.deepEqual(policyOf(table, 'network-policy/infrastructure', 'default-deny'), {
    podSelector: {},
    policyTypes: ['Ingress', 'Egress'],
  })
  const pods = (name: string): unknown => ({
    podSelector: { matchLabels: { 'app.kubernetes.io/name': name } },
  })
  assert.deepEqual(policyOf(table, 'network-policy/services', 'shop'), {
    podSelector: { matchLabels: { 'app.kubernetes.io/name': 'shop' } },
    policyTypes: ['Ingress', 'Egress'],
    egress: [{ to: [pods('store')], ports: [{ protocol: 'TCP', port: 5432 }] }],
  })
  assert.deepEqual(policyOf(table, 'network-policy/infrastructure', 'store'), {
    podSelector: { matchLabels: { 'app.kubernetes.io/name': 'store' } },
    policyTypes: ['Ingress', 'Egress'],
    ingress: [{ from: [pods('shop')], ports: [{ protocol: 'TCP', port: 5432 }] }],
  })
})

test('what an option opens lies in its own folder, under a name of its own where the pod has another policy', () => {
  const table = tableOf(row('shop', 'store', 5432), row('shop', 'gift', 80, 'wrapping'))
  assert.deepEqual(namesOf(table)['wrapping'], ['shop-wrapping', 'gift'])
})

test('name servers are asked over UDP and TCP, and nobody else by address', () => {
  const { egress } = policyOf(tableOf(row('shop', 'dns', 53)), 'network-policy/services', 'shop') as {
    egress: readonly { ports: unknown; to: unknown }[]
  }
  assert.deepEqual(egress[0]?.ports, [
    { protocol: 'UDP', port: 53 },
    { protocol: 'TCP', port: 53 },
  ])
  assert.doesNotMatch(JSON.stringify(egress), /ipBlock/)
})

test('the way to a venue does not lead to private addresses', () => {
  const table = tableOf(row('shop', 'venue-internet', 443, 'live'))
  const text = JSON.stringify(policyOf(table, 'live', 'shop'))
  for (const block of ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16', '100.64.0.0/10']) {
    assert(text.includes(block), block)
  }
})

test('a row that names nobody is refused', () => {
  assert.throws(() => policiesByFolder(tableOf(row('shop', 'stroe', 5432))), /stroe is neither a component/)
})

test('the policies in k8s/components are those of k8s/flows.yaml', async () => {
  for (const [path, text] of await policyFiles(readFlowTable())) {
    assert.equal(readFileSync(path, 'utf8'), text, `${path}: node scripts/network-policies.ts`)
  }
})

test('the script finds nothing to do, and says so by its exit code', () => {
  const script = join(import.meta.dirname, '..', '..', 'scripts', 'network-policies.ts')
  const { status, stderr } = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' })
  assert.deepEqual([status, stderr], [0, ''])
})
