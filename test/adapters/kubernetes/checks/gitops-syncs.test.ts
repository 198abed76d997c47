import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  activeSyncs,
  buildAt,
  engineOf,
  gitopsObjects,
  isOfCluster,
  otherObjects,
  syncsOf,
  usesEngine,
} from '../../../../src/adapters/kubernetes/checks/gitops-syncs.ts'
import { sampleManifests } from '../audit-sample.ts'
import {
  applicationText,
  gitopsInput,
  kustomizationText,
  repositoryText,
  workloadText,
} from '../gitops-sample.ts'

const builds = { 'overlays/prod/services': workloadText('Deployment', 'web') }

test('a path of the repository is found below whatever folders lead to the audited one', () => {
  const input = gitopsInput({ gitops: '', builds: { ...builds, '.': '' } })
  assert.equal(buildAt(input, './k8s/overlays/prod/services/')?.path, 'overlays/prod/services')
  assert.equal(buildAt(input, 'overlays/prod/services')?.path, 'overlays/prod/services')
  assert.equal(buildAt(input, './k8s/overlays/staging'), undefined)
  assert.equal(buildAt(input, './')?.path, '.')
  assert.equal(buildAt(input, './audited')?.path, '.')
})

test('a Kustomization of Flux applies what its path builds, by the names that it gives', () => {
  const spec = [
    'targetNamespace: store',
    'namePrefix: my-',
    'suspend: true',
    'kubeConfig: { secretRef: { name: far } }',
  ]
  const [sync] = syncsOf(
    gitopsInput({ gitops: kustomizationText('web', './overlays/prod/services', spec), builds }),
  )
  assert.ok(sync)
  assert.deepEqual(
    sync.objects.map(({ name, namespace }) => [name, namespace]),
    [['my-web', 'store']],
  )
  assert.deepEqual(
    [sync.engine, sync.cluster, sync.isSuspended, sync.environment],
    ['flux', 'far', true, 'prod'],
  )
})

test('an Application of Argo CD gives its namespace to what has none', () => {
  const object = (kind: string, name: string): string =>
    `apiVersion: v1\nkind: ${kind}\nmetadata: { name: ${name} }\n---\n`
  const bare = object('Service', 'web') + object('Namespace', 'shop')
  const input = gitopsInput({ gitops: applicationText(), builds: { 'overlays/prod': bare } })
  const [sync] = syncsOf(input)
  assert.ok(sync)
  assert.deepEqual(
    sync.objects.map(({ kind, namespace }) => [kind, namespace]),
    [
      ['Service', 'shop'],
      ['Namespace', ''],
    ],
  )
  assert.equal(sync.cluster, '')
})

test('what is suspended is not active', () => {
  const gitops = kustomizationText('a', './', ['suspend: true']) + kustomizationText('b', './')
  const active = activeSyncs(gitopsInput({ gitops }), 'flux')
  assert.deepEqual(
    active.map(({ manifest }) => manifest.name),
    ['b'],
  )
})

test('an object that is written and built is there once, as built, where it is written', () => {
  const built = repositoryText().replace('name: app,', 'name: app, labels: { part: shop },')
  const input = gitopsInput({ gitops: repositoryText(), builds: { flux: built } })
  const [repository, ...others] = gitopsObjects(input)
  assert.deepEqual(
    [repository?.labels['part'], repository?.file, others.length],
    ['shop', 'flux/gitops.yaml', 0],
  )
})

test('an object whose namespace comes from the build is not taken for another one', () => {
  const bare = repositoryText().replace(', namespace: flux-system', '')
  const input = gitopsInput({ gitops: bare, builds: { flux: repositoryText() } })
  assert.deepEqual(
    gitopsObjects(input).map(({ namespace }) => namespace),
    ['flux-system'],
  )
})

test('objects of the engines are told from all others', () => {
  const [repository, application, workflow, service] = sampleManifests(
    `${repositoryText()}${applicationText()}
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: { name: a }
---
apiVersion: v1
kind: Service
metadata: { name: b }`,
  )
  assert.ok(repository && application && workflow && service)
  assert.deepEqual([repository, application, workflow, service].map(engineOf), ['flux', 'argo', null, null])
  const input = gitopsInput({ gitops: repositoryText(), builds })
  assert.ok(usesEngine(input, 'flux'))
  assert.ok(!usesEngine(input, 'argo'))
  assert.deepEqual(
    otherObjects(input).map(({ name }) => name),
    ['web'],
  )
})

test('objects of the cluster lie in no namespace', () => {
  const [namespace, service] = sampleManifests(
    'apiVersion: v1\nkind: Namespace\nmetadata: { name: a }\n---\napiVersion: v1\nkind: Service\nmetadata: { name: a }',
  )
  assert.ok(namespace && service)
  assert.deepEqual([isOfCluster(namespace), isOfCluster(service)], [true, false])
})
