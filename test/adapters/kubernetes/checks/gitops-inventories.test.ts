import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gitopsInventoryChecks } from '../../../../src/adapters/kubernetes/checks/gitops-inventories.ts'
import { messagesOf } from '../check-run.ts'
import { applicationText, gitopsInput, kustomizationText, workloadText } from '../gitops-sample.ts'

type Sample = Parameters<typeof gitopsInput>[0]
const found = (id: string, sample: Sample): readonly string[] =>
  messagesOf(gitopsInventoryChecks, id, gitopsInput(sample))

const web = workloadText('Deployment', 'web')
const builds = { 'overlays/prod': web, 'overlays/prod/services': web }
const whole = kustomizationText('whole', './overlays/prod')
const part = kustomizationText('part', './overlays/prod/services')

test('G05 refuses two Kustomizations, or two Applications, with the same object', () => {
  assert.deepEqual(found('G05', { gitops: whole + part, builds }), [
    'applies Deployment shop/web, as Kustomization flux-system/whole does',
  ])
  const twice = applicationText() + applicationText({ name: 'copy', path: 'overlays/prod/services' })
  assert.equal(found('G05', { gitops: twice, builds }).length, 1)
})

test('one owner, another cluster, a suspended one and the other engine pass G05', () => {
  assert.deepEqual(found('G05', { gitops: whole, builds }), [])
  const far = kustomizationText('part', './overlays/prod/services', [
    'kubeConfig: { secretRef: { name: far } }',
  ])
  assert.deepEqual(found('G05', { gitops: whole + far, builds }), [])
  const suspended = kustomizationText('part', './overlays/prod/services', ['suspend: true'])
  assert.deepEqual(found('G05', { gitops: whole + suspended, builds }), [])
  assert.deepEqual(found('G05', { gitops: whole + applicationText(), builds }), [])
})

test('G05 counts the objects that are shared', () => {
  const two = web + workloadText('Deployment', 'api')
  const shared = { 'overlays/prod': two, 'overlays/prod/services': two }
  assert.match(found('G05', { gitops: whole + part, builds: shared }).join(), /web and 1 more/)
})

test('environments with namespaces of their own pass G07', () => {
  const dev = workloadText('Deployment', 'web', { namespace: 'shop-dev' })
  assert.deepEqual(found('G07', { gitops: '', builds: { 'overlays/dev': dev, 'overlays/prod': web } }), [])
})

test('G07 refuses two environments in one namespace, prefixed or not', () => {
  const dev = workloadText('Deployment', 'dev-web')
  const shared = { 'overlays/dev': dev, 'overlays/prod': web }
  assert.deepEqual(found('G07', { gitops: '', builds: shared }), [
    'overlays/dev and overlays/prod both deploy into it',
  ])
})

test('environments of two clusters may have the same namespace for G07', () => {
  const shared = { 'overlays/dev': web, 'overlays/prod': web }
  const settings = { environments: { dev: { cluster: 'small' } } }
  assert.deepEqual(found('G07', { gitops: '', builds: shared, settings }), [])
  const far = kustomizationText('p', './overlays/prod', ['kubeConfig: { secretRef: { name: far } }'])
  assert.deepEqual(found('G07', { gitops: far, builds: shared }), [])
})
