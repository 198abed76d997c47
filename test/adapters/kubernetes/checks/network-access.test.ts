import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  isAllowed,
  isInBlock,
  isInRange,
  isReachable,
  networkOf,
  policiesFor,
} from '../../../../src/adapters/kubernetes/checks/network-access.ts'
import type { Peer } from '../../../../src/adapters/kubernetes/checks/network-access.ts'
import { workloadsOf } from '../../../../src/adapters/kubernetes/workload.ts'
import { sampleManifests } from '../audit-sample.ts'
import { deploymentText } from '../check-run.ts'

const pods =
  deploymentText() +
  deploymentText({ name: 'db', container: 'ports: [{ name: sql, containerPort: 5432 }]' }) +
  deploymentText({ name: 'far', namespace: 'other' })

const policy = (spec: string): string => `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: p, namespace: shop }
spec: ${spec}
---
`
const DENY = '{ podSelector: {}, policyTypes: [Ingress, Egress] }'
const OUT = (rule: string): string =>
  `{ podSelector: { matchLabels: { app: web } }, policyTypes: [Egress], egress: [${rule}] }`
const IN = (rule: string): string => `{ podSelector: { matchLabels: { app: db } }, ingress: [${rule}] }`

function scene(...specs: readonly string[]) {
  const manifests = sampleManifests(pods + specs.map(policy).join(''))
  const [web, db, far] = workloadsOf(manifests)
  assert.ok(web && db && far)
  return { network: networkOf(manifests), web, db, far }
}
const SQL = { port: 5432, protocol: 'TCP' }

test('without policies everything is open, with an empty one nothing is', () => {
  const open = scene()
  assert.ok(isReachable(open.network, open.web, open.db, SQL))
  const closed = scene(DENY)
  assert.ok(!isReachable(closed.network, closed.web, closed.db, SQL))
  assert.equal(policiesFor(closed.network, closed.web, 'egress').length, 1)
  assert.equal(policiesFor(closed.network, closed.far, 'egress').length, 0)
})

test('a flow is open when both ends allow it, by number or by the name of the port', () => {
  const out = OUT('{ to: [{ podSelector: { matchLabels: { app: db } } }], ports: [{ port: 5432 }] }')
  const into = IN('{ from: [{ podSelector: { matchLabels: { app: web } } }], ports: [{ port: sql }] }')
  const half = scene(DENY, out)
  assert.ok(!isReachable(half.network, half.web, half.db, SQL))
  const both = scene(DENY, out, into)
  assert.ok(isReachable(both.network, both.web, both.db, SQL))
  assert.ok(!isReachable(both.network, both.web, both.db, { ...SQL, port: 5433 }))
  assert.ok(!isReachable(both.network, both.web, both.db, { ...SQL, protocol: 'UDP' }))
})

test('a range of ports ends with endPort', () => {
  const { network, web, db } = scene(
    OUT('{ to: [{ podSelector: {} }], ports: [{ port: 5000, endPort: 5500 }] }'),
  )
  assert.ok(isReachable(network, web, db, SQL))
  assert.ok(!isReachable(network, web, db, { ...SQL, port: 5501 }))
})

test('peers of other namespaces need a namespaceSelector', () => {
  const here = scene(OUT('{ to: [{ podSelector: {} }] }'))
  assert.ok(!isReachable(here.network, here.web, here.far, SQL))
  const byName = '{ matchLabels: { kubernetes.io/metadata.name: other } }'
  const there = scene(OUT(`{ to: [{ namespaceSelector: ${byName} }] }`))
  assert.ok(isReachable(there.network, there.web, there.far, SQL))
  assert.ok(!isReachable(there.network, there.web, there.db, SQL))
})

test('addresses are matched by blocks without their exceptions', () => {
  const block = '{ cidr: 0.0.0.0/0, except: [10.0.0.0/8] }'
  const { network, web } = scene(OUT(`{ to: [{ ipBlock: ${block} }], ports: [{ port: 443 }] }`))
  const peer = (address: string): Peer => ({ kind: 'address', address })
  assert.ok(isAllowed(network, web, 'egress', peer('8.8.8.8'), { port: 443, protocol: 'TCP' }))
  assert.ok(!isAllowed(network, web, 'egress', peer('10.1.2.3'), { port: 443, protocol: 'TCP' }))
  assert.ok(isInBlock({ cidr: '10.0.0.0/8' }, '10.255.0.1') && !isInBlock(null, '10.0.0.1'))
  assert.ok(isInRange('192.168.1.5', '192.168.1.5') && !isInRange('192.168.1.4/31', '192.168.1.6'))
  assert.ok(!isInRange('::/0', '1.2.3.4'))
})

test('a policy without policyTypes is for ingress, and for egress where it has rules', () => {
  const { network } = scene('{ podSelector: {} }', '{ podSelector: {}, egress: [{}] }')
  assert.deepEqual(
    network.policies.map(({ directions }) => directions),
    [['ingress'], ['ingress', 'egress']],
  )
})
