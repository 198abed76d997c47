import assert from 'node:assert/strict'
import { test } from 'node:test'
import { argoOrderChecks } from '../../../../src/adapters/kubernetes/checks/argo-order.ts'
import { messagesOf } from '../check-run.ts'
import { applicationText, gitopsInput, workloadText } from '../gitops-sample.ts'

type Sample = Parameters<typeof gitopsInput>[0]
const found = (sample: Sample): readonly string[] => messagesOf(argoOrderChecks, 'G17', gitopsInput(sample))

const wave = (number: number): Readonly<Record<string, string>> => ({
  annotations: `argocd.argoproj.io/sync-wave: '${number}'`,
})
const settings = { services: ['web'] }
const layers = (store: number, job: number, service: number): Readonly<Record<string, string>> => ({
  'overlays/prod':
    workloadText('StatefulSet', 'redis', wave(store)) +
    workloadText('Job', 'migrate', wave(job)) +
    workloadText('Deployment', 'web', wave(service)),
})

test('stores, then the migration, then the services pass G17', () => {
  assert.deepEqual(found({ gitops: applicationText(), builds: layers(0, 1, 2), settings }), [])
})

test('G17 refuses waves in another order, or in none', () => {
  assert.deepEqual(found({ gitops: applicationText(), builds: layers(0, 2, 1), settings }), [
    'applies Job shop/migrate in wave 2, and Deployment shop/web, which needs it, in wave 1',
  ])
  assert.equal(found({ gitops: applicationText(), builds: layers(0, 0, 0), settings }).length, 2)
})

test('without a migration G17 compares stores with services', () => {
  const builds = { 'overlays/prod': workloadText('StatefulSet', 'redis') + workloadText('Deployment', 'web') }
  assert.equal(found({ gitops: applicationText(), builds, settings }).length, 1)
})

test('G17 knows the services by the layer that they stand in, too', () => {
  const builds = { ...layers(0, 2, 1), 'overlays/prod/services': workloadText('Deployment', 'web') }
  assert.equal(found({ gitops: applicationText(), builds }).length, 1)
  assert.deepEqual(found({ gitops: applicationText(), builds: layers(0, 2, 1) }), [])
})

const hooked = (hook: string): Readonly<Record<string, string>> => ({
  'overlays/prod':
    workloadText('Job', 'migrate', {
      annotations: `argocd.argoproj.io/hook: ${hook}, argocd.argoproj.io/sync-wave: '1'`,
      pod: 'volumes: [{ name: sql, configMap: { name: sql } }]',
    }) + 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: sql, namespace: shop }\n',
})

test('G17 refuses a hook before the sync that needs what the sync brings', () => {
  assert.deepEqual(found({ gitops: applicationText(), builds: hooked('PreSync') }), [
    'runs Job shop/migrate before it applies ConfigMap shop/sql, which that needs',
  ])
  assert.deepEqual(found({ gitops: applicationText(), builds: hooked('Sync') }), [])
})

const two =
  applicationText() + applicationText({ name: 'shop-infrastructure', path: 'overlays/prod/infrastructure' })
const apart: Readonly<Record<string, string>> = {
  'overlays/prod': workloadText('Deployment', 'web'),
  'overlays/prod/infrastructure': workloadText('StatefulSet', 'redis'),
}
const health = `
apiVersion: v1
kind: ConfigMap
metadata: { name: argocd-cm, namespace: argocd }
data: { resource.customizations.health.argoproj.io_Application: return }
`

test('G17 refuses two Applications in one namespace, which come in no order', () => {
  assert.equal(found({ gitops: two, builds: apart }).length, 2)
})

test('G17 refuses the wave of an Application, unless its health is known', () => {
  const waved = applicationText({ metadata: "annotations: { argocd.argoproj.io/sync-wave: '1' }" })
  assert.match(found({ gitops: waved }).join(), /waits for no other Application/)
  assert.deepEqual(found({ gitops: waved + health }), [])
  assert.deepEqual(found({ gitops: two + health, builds: apart }), [])
})
