import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rbacChecks } from '../../../../src/adapters/kubernetes/checks/rbac.ts'
import { sampleInput, sampleManifests } from '../audit-sample.ts'
import { messagesOf } from '../check-run.ts'

const ACCOUNT = `
apiVersion: v1
kind: ServiceAccount
metadata: { name: web, namespace: shop }
---
`
const role = (rules: string, kind = 'Role'): string => `
apiVersion: rbac.authorization.k8s.io/v1
kind: ${kind}
metadata: { name: reader, namespace: ${kind === 'Role' ? 'shop' : "''"} }
rules: [${rules}]
---
`
const binding = (
  roleRef = '{ kind: Role, name: reader }',
  subject = '{ kind: ServiceAccount, name: web, namespace: shop }',
  kind = 'RoleBinding',
): string => `
apiVersion: rbac.authorization.k8s.io/v1
kind: ${kind}
metadata: { name: reader, namespace: ${kind === 'RoleBinding' ? 'shop' : "''"} }
roleRef: ${roleRef}
subjects: [${subject}]
---
`
const PODS = "{ apiGroups: [''], resources: [pods], verbs: [get, list] }"
const found = (text: string): readonly string[] => messagesOf(rbacChecks, 'X23', text)

test('a Role that names what it allows, bound to an account that exists, passes', () => {
  assert.deepEqual(found(ACCOUNT + role(PODS) + binding()), [])
  const one = "{ apiGroups: [''], resources: [secrets], resourceNames: [db], verbs: [get] }"
  assert.deepEqual(found(role(one)), [])
})

test('wildcards, Secrets and verbs that give rights are told', () => {
  assert.deepEqual(found(role("{ apiGroups: [''], resources: [pods/*], verbs: ['*', bind] }")), [
    'verbs has a wildcard: pods/* (*, bind)',
    'resources has a wildcard: pods/* (*, bind)',
    'verb bind gives rights that the role itself does not have',
  ])
  assert.deepEqual(found(role("{ apiGroups: [''], resources: [secrets], verbs: [list] }")), [
    'reads every Secret',
  ])
  assert.deepEqual(found(role("{ apiGroups: [''], resources: [serviceaccounts/token], verbs: [create] }")), [
    'makes tokens of any ServiceAccount',
  ])
})

test('a ClusterRole that a Role could be is told, one for nodes is not', () => {
  const everywhere = binding('{ kind: ClusterRole, name: reader }', undefined, 'ClusterRoleBinding')
  assert.deepEqual(found(ACCOUNT + role(PODS, 'ClusterRole') + everywhere), [
    'is bound in every namespace, and allows only what is in namespaces',
  ])
  const nodes = role("{ apiGroups: [''], resources: [nodes], verbs: [list] }", 'ClusterRole')
  assert.deepEqual(found(ACCOUNT + nodes + everywhere), [])
})

test('who may bind one Role by its name gets no right that the Role does not have', () => {
  const bind = '{ apiGroups: [rbac.authorization.k8s.io], resources: [roles], verbs: [bind]'
  assert.deepEqual(found(ACCOUNT + role(`${bind}, resourceNames: [reader] }`) + binding()), [])
  assert.equal(found(ACCOUNT + role(`${bind} }`) + binding()).length, 1)
})

test('bindings to what does not exist, to anybody and to cluster-admin are told', () => {
  assert.deepEqual(found(binding()), [
    'names role reader, which is not there',
    'subject shop/web is no ServiceAccount that is deployed',
  ])
  const admin = binding(
    '{ kind: ClusterRole, name: cluster-admin }',
    '{ kind: Group, name: "system:authenticated" }',
  )
  assert.deepEqual(found(admin), [
    'gives cluster-admin, every right on everything',
    'binds system:authenticated, which is anybody',
  ])
  assert.deepEqual(found(role(PODS) + binding(undefined, '{ kind: ServiceAccount, name: default }')), [
    'binds shop/default, the account of every pod that names none',
  ])
  assert.deepEqual(found(role(PODS) + binding(undefined, '')), ['binds nobody'])
})

test('accounts of controllers are not of the folder, and objects beside the builds count', () => {
  const flux = '{ kind: ServiceAccount, name: kustomize-controller, namespace: flux-system }'
  assert.deepEqual(found(role(PODS) + binding(undefined, flux)), [])
  const gitops = sampleManifests(ACCOUNT + role(PODS) + binding())
  assert.deepEqual(messagesOf(rbacChecks, 'X23', sampleInput('', { gitops })), [])
})
