import assert from 'node:assert/strict'
import { test } from 'node:test'
import { argoSyncChecks } from '../../../../src/adapters/kubernetes/checks/argo-sync.ts'
import { messagesOf } from '../check-run.ts'
import { applicationText, gitopsInput } from '../gitops-sample.ts'

const scaler =
  'apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: { name: web, namespace: shop }\n'
const found = (gitops: string, build = ''): readonly string[] =>
  messagesOf(argoSyncChecks, 'G18', gitopsInput({ gitops, builds: { 'overlays/prod': build } }))

test('an Application that applies server-side, prunes last, heals and tries again passes G18', () => {
  assert.deepEqual(found(applicationText()), [])
})

test('G18 refuses a sync without its options', () => {
  assert.deepEqual(found(applicationText({ options: [] })), [
    'syncs without ServerSideApply=true',
    'syncs without PruneLast=true',
  ])
})

test('G18 refuses an Application that heals nothing or gives up at once', () => {
  assert.deepEqual(found(applicationText({ policy: 'retry: { limit: 3 }' })), [
    'leaves changes in the cluster as they are',
  ])
  assert.deepEqual(found(applicationText({ policy: 'automated: { selfHeal: true }' })), [
    'gives up after the first failed sync',
  ])
  const off = 'automated: { enabled: false, selfHeal: true }, retry: { limit: 3 }'
  assert.equal(found(applicationText({ policy: off })).length, 1)
})

test('G18 lets it look away from replicas only where a scaler sets them', () => {
  const spec = 'ignoreDifferences: [{ group: apps, kind: Deployment, jsonPointers: [/spec/replicas] }]'
  const respecting = ['ServerSideApply=true', 'PruneLast=true', 'RespectIgnoreDifferences=true']
  assert.deepEqual(found(applicationText({ spec, options: respecting }), scaler), [])
  assert.deepEqual(found(applicationText({ spec, options: respecting })), [
    'looks away from replicas, which nothing but Git sets',
  ])
  assert.deepEqual(found(applicationText({ spec }), scaler), [
    'sets replicas back at each sync, though it does not look at them',
  ])
})

test('G18 refuses a finalizer on production, and none elsewhere', () => {
  const metadata = 'finalizers: [resources-finalizer.argocd.argoproj.io/foreground]'
  assert.deepEqual(found(applicationText({ metadata })), ['takes production with it when it is deleted'])
  assert.deepEqual(found(applicationText({ name: 'shop-dev', path: 'overlays/dev', metadata })), [])
})
