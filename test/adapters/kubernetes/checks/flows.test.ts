import assert from 'node:assert/strict'
import { test } from 'node:test'
import { flowChecks } from '../../../../src/adapters/kubernetes/checks/flows.ts'
import type { ValueRecord } from '../../../../src/adapters/kubernetes/value.ts'
import { sampleInput } from '../audit-sample.ts'
import { deploymentText, messagesOf, serviceText } from '../check-run.ts'

const policy = (app: string, spec: string): string => `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: ${app}, namespace: shop }
spec: { podSelector: { matchLabels: { app: ${app} } }, ${spec} }
---
`
const DENY = policy('all', 'policyTypes: [Ingress, Egress]').replace('{ matchLabels: { app: all } }', '{}')
const POD = (app: string): string => `{ podSelector: { matchLabels: { app: ${app} } } }`
const OUT = policy('web', `policyTypes: [Egress], egress: [{ to: [${POD('db')}], ports: [{ port: 5432 }] }]`)
const IN = policy(
  'db',
  `policyTypes: [Ingress], ingress: [{ from: [${POD('web')}], ports: [{ port: 5432 }] }]`,
)
const PODS =
  deploymentText({ container: "env: [{ name: DB_URL, value: 'postgres://db/x' }]" }) +
  deploymentText({ name: 'db', container: 'ports: [{ containerPort: 5432 }]' }) +
  serviceText('db', 'port: 5432')
const ROW = { from: 'web', to: 'db', port: 5432, why: 'reads' }

const found = (text: string, flows?: readonly ValueRecord[]): readonly string[] =>
  messagesOf(flowChecks, 'X19', sampleInput(PODS + text, flows === undefined ? {} : { settings: { flows } }))

test('a flow that is needed, declared and allowed at both ends passes', () => {
  assert.deepEqual(found(DENY + OUT + IN, [ROW]), [])
  assert.deepEqual(found(DENY + OUT + IN), [])
})

test('what configuration needs is told with the end that is closed', () => {
  assert.deepEqual(found(DENY + OUT), [
    'may not reach db on port 5432, closed at the ingress of db: DB_URL needs it',
  ])
  assert.deepEqual(found(DENY + IN), [
    'may not reach db on port 5432, closed at the egress of web: DB_URL needs it',
  ])
})

test('a row that no policy allows is told, and one for a component that is not there', () => {
  const rows = [
    ROW,
    { from: 'db', to: 'web', port: 80, why: 'x' },
    { from: 'web', to: 'gone', port: 1, why: 'x' },
  ]
  assert.deepEqual(found(DENY + OUT + IN, rows), [
    'gone is the end of a flow, and no build has such a component',
    'may not reach web on port 80, closed at the egress of db: the table of flows declares it',
  ])
  const optional = [ROW, { from: 'db', to: 'web', port: 80, why: 'x', when: 'option' }]
  assert.deepEqual(found(DENY + OUT + IN, optional), [])
})

test('what may talk without a row is told', () => {
  const rows = [{ ...ROW, port: 1, when: 'never' }]
  assert.deepEqual(found(DENY + OUT + IN, rows), [
    'may reach db on port 5432, and no row of the table says so',
  ])
})

test('rules for everybody are told', () => {
  const wide = policy('db', 'policyTypes: [Ingress, Egress], ingress: [{}], egress: [{}]')
  assert.deepEqual(found(DENY + OUT + IN + wide), [
    'an ingress rule has no peers, so that it allows ingress from everything',
    'an egress rule has no peers, so that it allows egress to everything',
  ])
  const every = policy('db', 'policyTypes: [Egress], egress: [{ to: [{ namespaceSelector: {} }] }]')
  assert.deepEqual(found(DENY + OUT + IN + every), ['an egress rule names every pod of every namespace'])
  const names = policy('db', 'policyTypes: [Egress], egress: [{ ports: [{ port: 53, protocol: UDP }] }]')
  assert.deepEqual(found(DENY + OUT + IN + names), [])
})

test('a way out needs a row, and spares the addresses of clouds', () => {
  const open = (block: string): string =>
    policy('db', `policyTypes: [Egress], egress: [{ to: [{ ipBlock: ${block} }], ports: [{ port: 443 }] }]`)
  const good = open('{ cidr: 0.0.0.0/0, except: [169.254.0.0/16] }')
  assert.deepEqual(found(DENY + OUT + IN + open('{ cidr: 0.0.0.0/0 }')), [
    'an egress rule reaches 169.254.169.254, where clouds keep credentials',
  ])
  assert.deepEqual(found(DENY + OUT + IN + good, [ROW]), [
    'an egress rule leads out of the namespace for db, and no row of the table says so',
  ])
  const row = { from: 'db', to: 'venue-internet', port: 443, why: 'asks' }
  assert.deepEqual(found(DENY + OUT + IN + good, [ROW, row]), [])
  assert.deepEqual(found(DENY + OUT + IN, [ROW, row]), [
    'may not reach venue-internet on port 443, which the table of flows declares',
  ])
})

test('the gateway comes in from another namespace, where a row says so', () => {
  const outside = '{ namespaceSelector: { matchLabels: { a: b } } }'
  const rule = `{ from: [${outside}], ports: [{ port: 5432 }] }`
  const door = policy('db', `policyTypes: [Ingress], ingress: [${rule}]`)
  const row = { from: 'ingress-gateway', to: 'db', port: 5432, why: 'serves' }
  assert.deepEqual(found(DENY + OUT + IN + door, [ROW, row]), [])
  assert.deepEqual(found(DENY + OUT + IN + door, [ROW]), [
    'an ingress rule leads out of the namespace for db, and no row of the table says so',
  ])
  assert.deepEqual(found(DENY + OUT + IN, [ROW, row]), [
    'is closed to the gateway on port 5432, which the table of flows declares',
  ])
})

test('no policy at all, and a table that cannot be read, are told once', () => {
  assert.deepEqual(found(''), ['overlays/prod has no NetworkPolicy: every pod may talk to every other'])
  assert.deepEqual(found(DENY + OUT + IN, [{ from: 'web' }]), [
    'the table of flows cannot be read: row 1 lacks from, to, port or why',
  ])
})
