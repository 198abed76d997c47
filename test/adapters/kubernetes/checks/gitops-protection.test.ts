import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gitopsProtectionChecks } from '../../../../src/adapters/kubernetes/checks/gitops-protection.ts'
import { messagesOf } from '../check-run.ts'
import { applicationText, gitopsInput, kustomizationText, workloadText } from '../gitops-sample.ts'

type Sample = Parameters<typeof gitopsInput>[0]
const found = (id: string, sample: Sample): readonly string[] =>
  messagesOf(gitopsProtectionChecks, id, gitopsInput(sample))

const flux = kustomizationText('shop', './overlays/prod')
const argo = applicationText()
const volume = (annotations: string): Readonly<Record<string, string>> => ({
  'overlays/prod': `
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: data, namespace: shop, annotations: { ${annotations} } }
`,
})
const prune = 'kustomize.toolkit.fluxcd.io/prune: disabled'
const confirm = "argocd.argoproj.io/sync-options: 'Prune=confirm, Delete=confirm'"

test('data that neither engine may delete passes G08', () => {
  assert.deepEqual(found('G08', { gitops: flux + argo, builds: volume(`${prune}, ${confirm}`) }), [])
})

test('G08 asks for the word of the engine that is used, and of no other', () => {
  assert.match(found('G08', { gitops: flux, builds: volume(confirm) }).join(), /deleted by Flux/)
  assert.match(found('G08', { gitops: argo, builds: volume(prune) }).join(), /deleted by Argo CD/)
  assert.deepEqual(found('G08', { gitops: '', builds: volume('') }), [])
})

test('G08 asks Argo CD to confirm both ways of deleting', () => {
  const half = 'argocd.argoproj.io/sync-options: Prune=confirm'
  assert.equal(found('G08', { gitops: argo, builds: volume(half) }).length, 1)
})

test('G08 refuses what is not pruned', () => {
  const kept = kustomizationText('shop', './overlays/prod', ['interval: 10m', 'prune: false'])
  assert.deepEqual(found('G08', { gitops: kept }), ['leaves in the cluster what is gone from Git'])
  assert.equal(found('G08', { gitops: applicationText({ policy: 'automated: {}' }) }).length, 1)
})

test('G08 refuses a StatefulSet that takes its volumes with it', () => {
  const store = (when: string): Readonly<Record<string, string>> => ({
    'overlays/prod': workloadText('StatefulSet', 'redis', {
      spec: `persistentVolumeClaimRetentionPolicy: { whenDeleted: ${when} }`,
    }),
  })
  assert.deepEqual(found('G08', { gitops: flux, builds: store('Retain') }), [])
  assert.deepEqual(found('G08', { gitops: flux, builds: store('Delete') }), [
    'takes its volumes with it when it is deleted',
  ])
})

const job = (annotations: string): Readonly<Record<string, string>> => ({
  'overlays/prod': workloadText('Job', 'migrate', { annotations }),
})
const force = 'kustomize.toolkit.fluxcd.io/force: Enabled'
const hook = 'argocd.argoproj.io/hook: Sync, argocd.argoproj.io/hook-delete-policy: BeforeHookCreation'

test('a Job that both engines may replace passes G12', () => {
  assert.deepEqual(found('G12', { gitops: flux + argo, builds: job(`${force}, ${hook}`) }), [])
  assert.deepEqual(found('G12', { gitops: '', builds: job('') }), [])
})

test('G12 refuses a Job that an engine cannot replace', () => {
  assert.match(found('G12', { gitops: flux, builds: job(hook) }).join(), /Flux fails at its next version/)
  assert.match(found('G12', { gitops: argo, builds: job(force) }).join(), /Argo CD fails at its next version/)
  const kept = 'argocd.argoproj.io/hook: Sync, argocd.argoproj.io/hook-delete-policy: HookSucceeded'
  assert.equal(found('G12', { gitops: argo, builds: job(kept) }).length, 1)
})

test('a Job that Argo CD replaces by force passes G12', () => {
  const replaced = "argocd.argoproj.io/sync-options: 'Replace=true,Force=true'"
  assert.deepEqual(found('G12', { gitops: argo, builds: job(replaced) }), [])
})
