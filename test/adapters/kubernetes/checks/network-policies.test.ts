import assert from 'node:assert/strict'
import { test } from 'node:test'
import { networkPolicyChecks } from '../../../../src/adapters/kubernetes/checks/network-policies.ts'
import { sampleInput } from '../audit-sample.ts'
import { deploymentText, messagesOf } from '../check-run.ts'

const policy = (name: string, spec: string): string => `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: ${name}, namespace: shop }
spec: ${spec}
---
`
const DENY = policy('deny', '{ podSelector: {}, policyTypes: [Ingress, Egress] }')
const DNS = `{ to: [{ namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: kube-system } },
  podSelector: { matchLabels: { k8s-app: kube-dns } } }],
  ports: [{ port: 53, protocol: UDP }, { port: 53, protocol: TCP }] }`
const NAMES = policy('dns', `{ podSelector: {}, policyTypes: [Egress], egress: [${DNS}] }`)
const found = (text: string, rows?: readonly Record<string, string | number>[]): readonly string[] =>
  messagesOf(
    networkPolicyChecks,
    'X18',
    sampleInput(deploymentText() + text, rows === undefined ? {} : { settings: { flows: rows } }),
  )

test('deny by default and names for everybody pass', () => {
  assert.deepEqual(found(DENY + NAMES), [])
})

test('a namespace without policies denies nothing', () => {
  assert.deepEqual(found(''), [
    'namespace shop does not deny ingress by default',
    'namespace shop does not deny egress by default',
  ])
  assert.deepEqual(found(policy('in', '{ podSelector: {} }')), [
    'namespace shop does not deny egress by default',
  ])
})

test('a pod that may not ask the name server is told, unless the table says that it need not', () => {
  assert.deepEqual(found(DENY), ['may not ask the name server: UDP and TCP port 53 is closed'])
  assert.deepEqual(found(DENY, [{ from: 'db', to: 'dns', port: 53, why: 'names' }]), [])
  assert.equal(found(DENY, [{ from: 'web', to: 'dns', port: 53, why: 'names' }]).length, 1)
})

test('selectors and peers that mean nobody are told', () => {
  const lost = policy('lost', '{ podSelector: { matchLabels: { app: gone } }, policyTypes: [Ingress] }')
  const peer = policy(
    'peer',
    '{ podSelector: {}, policyTypes: [Ingress], ingress: [{ from: [{ podSelector: { matchLabels: { app: x } } }] }] }',
  )
  assert.deepEqual(found(DENY + NAMES + lost + peer), [
    'its podSelector app=gone selects no pod',
    'its peer app=x is no pod of the environment',
  ])
})
