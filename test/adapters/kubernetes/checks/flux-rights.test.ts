import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fluxRightsChecks } from '../../../../src/adapters/kubernetes/checks/flux-rights.ts'
import { messagesOf } from '../check-run.ts'
import { gitopsInput, kustomizationText, workloadText } from '../gitops-sample.ts'

const account = `
apiVersion: v1
kind: ServiceAccount
metadata: { name: reconciler, namespace: flux-system }
---
`
const binding = (kind = 'RoleBinding', roleKind = 'Role'): string => `
apiVersion: rbac.authorization.k8s.io/v1
kind: ${kind}
metadata: { name: reconciler${kind === 'RoleBinding' ? ', namespace: shop' : ''} }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ${roleKind}, name: reconciler }
subjects: [{ kind: ServiceAccount, name: reconciler, namespace: flux-system }]
---
`
const role = (rules: string, kind = 'Role'): string => `
apiVersion: rbac.authorization.k8s.io/v1
kind: ${kind}
metadata: { name: reconciler${kind === 'Role' ? ', namespace: shop' : ''} }
rules: [${rules}]
---
`
const namespaceRule = '{ apiGroups: [""], resources: [namespaces], verbs: [get, patch] }'
const deploymentRule = '{ apiGroups: [apps], resources: [deployments], verbs: [get, create, patch, delete] }'
const policyRule = '{ apiGroups: [networking.k8s.io], resources: [networkpolicies], verbs: ["*"] }'
const everything = `${workloadText('Deployment', 'web')}
apiVersion: v1
kind: Namespace
metadata: { name: shop }
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: deny, namespace: shop }
`
const synced = kustomizationText('web', './overlays/prod', ['serviceAccountName: reconciler'])

const found = (cluster: string, gitops = synced, applied = everything): readonly string[] =>
  messagesOf(fluxRightsChecks, 'G10', gitopsInput({ gitops, builds: { 'overlays/prod': applied, cluster } }))

const right = account + binding() + role([namespaceRule, deploymentRule, policyRule].join(', '))

test('an account whose Role fits what it applies passes G10', () => {
  assert.deepEqual(found(right), [])
})

test('a ClusterRole that is bound in the namespace passes G10 too', () => {
  const rules = [namespaceRule, deploymentRule, policyRule].join(', ')
  assert.deepEqual(found(account + binding('RoleBinding', 'ClusterRole') + role(rules, 'ClusterRole')), [])
})

test('G10 refuses the rights of Flux itself, and an account that is not there', () => {
  assert.match(found(right, kustomizationText('web', './overlays/prod')).join(), /the rights of Flux itself/)
  assert.match(found(binding()).join(), /flux-system\/reconciler, an account that the folder does not have/)
})

test('G10 names the rights that are missing', () => {
  assert.deepEqual(found(account + binding() + role(`${namespaceRule}, ${policyRule}`)), [
    'may not get, create, patch, delete deployments in shop as reconciler',
  ])
  const reading = deploymentRule.replace('create, patch, delete', 'list')
  assert.deepEqual(found(account + binding() + role(`${namespaceRule}, ${reading}, ${policyRule}`)), [
    'may not create, patch, delete deployments in shop as reconciler',
  ])
  assert.equal(found(account + role(deploymentRule)).length, 3)
})

test('a right that is for one name is none for another, in G10', () => {
  const named = `{ apiGroups: [apps], resources: [deployments], verbs: ["*"], resourceNames: [api] }`
  assert.equal(found(account + binding() + role(`${namespaceRule}, ${named}, ${policyRule}`)).length, 1)
})

test('G10 refuses objects of the cluster, which no Role reaches', () => {
  const applied = 'apiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: { name: high }\n'
  assert.deepEqual(found(right, synced, applied), [
    'may not get, create, patch, delete priorityclasses in the cluster as reconciler',
  ])
})

test('G10 refuses rights in the whole cluster', () => {
  assert.match(
    found(right + binding('ClusterRoleBinding', 'ClusterRole')).join(),
    /rights in the whole cluster/,
  )
})

test('G10 refuses references to another namespace', () => {
  const far = kustomizationText('web', './overlays/prod', [
    'serviceAccountName: reconciler',
    'dependsOn: [{ name: a, namespace: other }, { name: b, namespace: flux-system }]',
  ])
  assert.deepEqual(found(right, far), ['refers to something in the namespace other'])
})
