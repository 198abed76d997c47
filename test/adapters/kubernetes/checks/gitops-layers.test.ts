import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gitopsLayerChecks } from '../../../../src/adapters/kubernetes/checks/gitops-layers.ts'
import { messagesOf } from '../check-run.ts'
import {
  applicationText,
  gitopsInput,
  kustomizationText,
  repositoryText,
  workloadText,
} from '../gitops-sample.ts'

type Sample = Parameters<typeof gitopsInput>[0]
const found = (id: string, sample: Sample): readonly string[] =>
  messagesOf(gitopsLayerChecks, id, gitopsInput(sample))

const layers = {
  'overlays/prod/infrastructure': workloadText('StatefulSet', 'redis'),
  'overlays/prod/services': workloadText('Deployment', 'web'),
}
const infrastructure = kustomizationText('shop-infrastructure', './k8s/overlays/prod/infrastructure')
const services = kustomizationText('shop-services', './k8s/overlays/prod/services')

test('paths that build and a source that exists pass G02', () => {
  const gitops = repositoryText() + infrastructure + services
  assert.deepEqual(found('G02', { gitops, builds: layers }), [])
})

test('G02 refuses a path that is not there, of Flux and of Argo CD', () => {
  const gitops = repositoryText() + kustomizationText('a', './k8s/overlays/test') + applicationText()
  assert.deepEqual(found('G02', { gitops, builds: layers }), [
    'points at ./k8s/overlays/test, where the folder has no kustomization',
    'points at overlays/prod, where the folder has no kustomization',
  ])
})

test('G02 refuses a source of another name or namespace', () => {
  assert.match(found('G02', { gitops: services, builds: layers }).join(), /GitRepository flux-system\/app/)
  const elsewhere = repositoryText().replace('flux-system', 'sources')
  assert.equal(found('G02', { gitops: elsewhere + services, builds: layers }).length, 1)
})

test('an Application of a chart needs no path for G02, any other one does', () => {
  const chart = applicationText().replace('path: overlays/prod', 'chart: redis')
  assert.deepEqual(found('G02', { gitops: chart }), [])
  const none = applicationText().replace(', path: overlays/prod', '')
  assert.deepEqual(found('G02', { gitops: none }), ['names no path'])
})

test('G03 asks for wait, or for a health check of every workload', () => {
  assert.deepEqual(found('G03', { gitops: services, builds: layers }), [])
  const check = (name: string): readonly string[] => [
    'interval: 10m',
    'prune: true',
    `healthChecks: [{ apiVersion: apps/v1, kind: Deployment, name: ${name}, namespace: shop }]`,
  ]
  const checked = (name: string): string => kustomizationText('web', './overlays/prod/services', check(name))
  assert.deepEqual(found('G03', { gitops: checked('web'), builds: layers }), [])
  assert.deepEqual(found('G03', { gitops: checked('dev-web'), builds: layers }), [
    'waits for Deployment shop/dev-web, which it does not apply',
    'does not wait for Deployment shop/web',
  ])
})

test('layers that hold different workloads pass G06', () => {
  assert.deepEqual(found('G06', { gitops: infrastructure + services, builds: layers }), [])
})

test('G06 refuses an infrastructure that deploys what something else deploys too', () => {
  const builds = { ...layers, 'overlays/prod/infrastructure': workloadText('Deployment', 'web') }
  assert.deepEqual(found('G06', { gitops: infrastructure + services, builds }), [
    'deploys Deployment shop/web with the infrastructure',
  ])
})

test('G06 does not compare the layers of Flux with the whole that Argo CD deploys', () => {
  const builds = { ...layers, 'overlays/prod': Object.values(layers).join('') }
  assert.deepEqual(found('G06', { gitops: infrastructure + services + applicationText(), builds }), [])
})

test('G06 refuses a service that the settings name in a build of that name, without any GitOps', () => {
  const builds = { 'base/infrastructure': workloadText('Deployment', 'web') }
  assert.deepEqual(found('G06', { gitops: '', builds, settings: { services: ['web'] } }), [
    'deploys Deployment shop/web with the infrastructure',
  ])
  assert.deepEqual(found('G06', { gitops: '', builds, settings: { services: ['other'] } }), [])
})

test('of many workloads the first are named, and the others counted', () => {
  const many = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => workloadText('Deployment', name)).join('')
  const [said = ''] = found('G03', {
    gitops: kustomizationText('web', './overlays/prod/services', ['interval: 10m', 'prune: true']),
    builds: { 'overlays/prod/services': many },
  })
  assert.match(said, /Deployment shop\/d and 2 more$/)
})
