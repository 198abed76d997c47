import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isBinding, isRole, mayDo, roleOf } from '../../../../src/adapters/kubernetes/checks/role-access.ts'
import type { Right } from '../../../../src/adapters/kubernetes/checks/role-access.ts'
import { sampleManifests } from '../audit-sample.ts'

const objects = (kind: 'Role' | 'ClusterRole', binding: string, rule: string) =>
  sampleManifests(`
apiVersion: rbac.authorization.k8s.io/v1
kind: ${kind}
metadata: { name: reader, namespace: ${kind === 'Role' ? 'shop' : "''"} }
rules: [${rule}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ${binding}
metadata: { name: reader, namespace: ${binding === 'RoleBinding' ? 'shop' : "''"} }
roleRef: { kind: ${kind}, name: reader }
subjects: [{ kind: ServiceAccount, name: web, namespace: shop }]
`)
const PODS = "{ apiGroups: [''], resources: [pods], verbs: [get, list] }"
const right: Right = { verbs: ['get', 'list'], group: '', resource: 'pods', namespace: 'shop' }
const web = { name: 'web', namespace: 'shop' }

test('a bound Role gives its verbs in its namespace, and nothing else', () => {
  const manifests = objects('Role', 'RoleBinding', PODS)
  assert.ok(mayDo(manifests, web, right))
  assert.ok(!mayDo(manifests, { ...web, name: 'mail' }, right))
  assert.ok(!mayDo(manifests, web, { ...right, verbs: ['get', 'watch'] }))
  assert.ok(!mayDo(manifests, web, { ...right, group: 'apps' }))
  assert.ok(!mayDo(manifests, web, { ...right, namespace: 'other' }))
  assert.ok(!mayDo(manifests, web, { ...right, namespace: null }))
})

test('a ClusterRole reaches as far as its binding, and a star is everything', () => {
  const star = "{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }"
  assert.ok(mayDo(objects('ClusterRole', 'ClusterRoleBinding', star), web, { ...right, namespace: null }))
  assert.ok(!mayDo(objects('ClusterRole', 'RoleBinding', star), web, { ...right, namespace: null }))
  assert.ok(mayDo(objects('ClusterRole', 'RoleBinding', star), web, right))
})

test('roles and bindings are told apart', () => {
  const [role, binding] = objects('Role', 'RoleBinding', PODS)
  assert.ok(role && binding && isRole(role) && isBinding(binding) && !isRole(binding))
  assert.equal(roleOf([role, binding], binding), role)
  assert.equal(roleOf([binding], binding), undefined)
})
