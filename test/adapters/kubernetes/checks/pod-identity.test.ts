import assert from 'node:assert/strict'
import { test } from 'node:test'
import { podIdentityChecks } from '../../../../src/adapters/kubernetes/checks/pod-identity.ts'
import { sampleInput } from '../audit-sample.ts'
import { deploymentText, messagesOf, problemsOf } from '../check-run.ts'

const accountText = (name: string, more = ''): string =>
  `{ apiVersion: v1, kind: ServiceAccount, metadata: { name: ${name}, namespace: shop }${more} }\n---\n`
const roleBindingText = `
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: web, namespace: shop }
subjects: [{ kind: ServiceAccount, name: web }]
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: web }
---
`

test('a workload with an account of its own passes W05', () => {
  const text = deploymentText({ pod: 'serviceAccountName: web' }) + accountText('web')
  assert.deepEqual(problemsOf(podIdentityChecks, 'W05', text), [])
})

test('W05 refuses the default account, a missing one and a shared one', () => {
  assert.match(messagesOf(podIdentityChecks, 'W05', deploymentText()).join(), /default ServiceAccount/)
  const missing = deploymentText({ pod: 'serviceAccountName: web' })
  assert.match(messagesOf(podIdentityChecks, 'W05', missing).join(), /web is not among the manifests/)
  const shared =
    missing + deploymentText({ name: 'api', pod: 'serviceAccountName: web' }) + accountText('web')
  assert.deepEqual(messagesOf(podIdentityChecks, 'W05', shared), [
    'it shares the ServiceAccount web with api',
    'it shares the ServiceAccount web with web',
  ])
})

test('a token is refused at the pod, at its account, or bound to a role: W06', () => {
  const pod = 'serviceAccountName: web'
  const refused = deploymentText({ pod: `${pod}\n      automountServiceAccountToken: false` })
  const byAccount = deploymentText({ pod }) + accountText('web', ', automountServiceAccountToken: false')
  const bound = deploymentText({ pod }) + accountText('web') + roleBindingText
  for (const text of [refused, byAccount, bound]) {
    assert.deepEqual(problemsOf(podIdentityChecks, 'W06', text), [])
  }
})

test('W06 refuses a token that no role makes good for anything', () => {
  const text = deploymentText({ pod: 'serviceAccountName: web' }) + accountText('web')
  assert.deepEqual(messagesOf(podIdentityChecks, 'W06', text), [
    'it gets a token of ServiceAccount web, to which no role is bound',
  ])
})

test('an own image with high ids and groups for its volumes passes W07', () => {
  const text = deploymentText({
    pod: `securityContext:
        { runAsUser: 10001, runAsGroup: 10001, fsGroup: 10001, fsGroupChangePolicy: OnRootMismatch }
      volumes: [{ name: data, persistentVolumeClaim: { claimName: data } }]`,
  })
  assert.deepEqual(problemsOf(podIdentityChecks, 'W07', text), [])
})

test('W07 names low users, missing groups and volumes that nobody owns', () => {
  const text = deploymentText({
    pod: `securityContext: { runAsUser: 1000 }
      volumes: [{ name: data, persistentVolumeClaim: { claimName: data } }]`,
  })
  assert.deepEqual(messagesOf(podIdentityChecks, 'W07', text), [
    'it mounts volumes, and fsGroup is not set',
    'it mounts a claim, and fsGroupChangePolicy is not set: each start walks the whole volume',
    'runAsGroup is not set for main',
    'container main: runAsUser is 1000, of an image of our own',
  ])
})

test('W07 takes own images from the settings', () => {
  const text = deploymentText({ pod: 'securityContext: { runAsUser: 1000, runAsGroup: 1000 }' })
  const others = sampleInput(text, { settings: { ownImages: ['cdb-*'] } })
  assert.deepEqual(problemsOf(podIdentityChecks, 'W07', others), [])
})

const redisText = (user: string): string => `
apiVersion: v1
kind: Pod
metadata: { name: redis }
spec: { ${user} containers: [{ name: redis, image: "redis:7.4" }] }`

test('W08 wants the user of a known image', () => {
  assert.deepEqual(
    problemsOf(podIdentityChecks, 'W08', redisText('securityContext: { runAsUser: 999 },')),
    [],
  )
  assert.deepEqual(messagesOf(podIdentityChecks, 'W08', redisText('')), [
    'container redis: runAsUser is nothing, and redis is made for 999',
  ])
})
