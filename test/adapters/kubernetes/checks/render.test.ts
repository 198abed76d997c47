import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AuditInput } from '../../../../src/adapters/kubernetes/check.ts'
import { renderChecks } from '../../../../src/adapters/kubernetes/checks/render.ts'
import { sampleBuild, sampleInput, sampleManifests } from '../audit-sample.ts'
import { deploymentText, messagesOf, problemsOf, serviceText } from '../check-run.ts'

const messages = (id: string, input: AuditInput): readonly string[] => messagesOf(renderChecks, id, input)

test('R01: builds that fail or warn are told, each at its kustomization', () => {
  const input = sampleInput('', {
    builds: [
      sampleBuild(deploymentText()),
      sampleBuild('', { path: 'base', isWhole: false, error: 'no such file' }),
      sampleBuild('', { path: '.', isWhole: false, warnings: ["# Warning: 'bases' is deprecated"] }),
    ],
  })
  assert.deepEqual(
    problemsOf(renderChecks, 'R01', input).map(({ file, message }) => [file, message]),
    [
      ['base/kustomization.yaml', 'does not build: no such file'],
      ['kustomization.yaml', "'bases' is deprecated"],
    ],
  )
  assert.deepEqual(messages('R01', sampleInput(deploymentText())), [])
})

test('R01: a folder in which nothing is deployed is not in order', () => {
  assert.deepEqual(messages('R01', sampleInput('')), ['holds no object of Kubernetes'])
  assert.deepEqual(messages('R01', sampleInput('', { builds: [] })), ['nothing is deployed'])
})

test('R07: remote resources are told, pinned or not, and so are charts', () => {
  const withText = (text: string): AuditInput =>
    sampleInput('', { files: [{ path: 'a/kustomization.yaml', text }] })
  assert.deepEqual(
    messages('R07', withText('resources: [github.com/a/b, "https://h/x?ref=v1", ../base]\n')),
    ['github.com/a/b is remote, and not pinned', 'https://h/x?ref=v1 is remote'],
  )
  assert.equal(
    messages('R07', withText('helmCharts: [{ name: redis, repo: https://charts.example.test }]\n')).length,
    1,
  )
  assert.deepEqual(messages('R07', withText('resources: [../base, a.yaml]\n')), [])
})

const web = serviceText('web')
const store = serviceText('store')
const layer = (name: string, text: string) =>
  sampleBuild(text, { path: `overlays/prod/${name}`, isWhole: false })
const shared = (text: string) => sampleBuild(text, { path: 'base', environment: null, isWhole: false })
const flux = (name: string, path: string): string => `
kind: Kustomization
apiVersion: kustomize.toolkit.fluxcd.io/v1
metadata: { name: ${name} }
spec: { path: ${path} }
---
`

test('R09: an overlay is the sum of its layers', () => {
  const inputOf = (...builds: AuditInput['builds']): AuditInput => sampleInput('', { builds })
  const whole = sampleBuild(`${web}${store}`)
  assert.deepEqual(messages('R09', inputOf(whole, layer('a', web), layer('b', store))), [])
  assert.deepEqual(messages('R09', inputOf(whole)), [], 'without layers there is nothing to add up')
  assert.deepEqual(messages('R09', inputOf(whole, layer('a', web))), [
    'Service shop/store is in no part that the layers deploys',
  ])
  assert.deepEqual(messages('R09', inputOf(whole, layer('a', web), layer('b', `${web}${store}`))), [
    'Service shop/web is in overlays/prod/a and in overlays/prod/b of the layers',
  ])
  assert.deepEqual(messages('R09', inputOf(sampleBuild(web), layer('a', `${web}${store}`))), [
    'Service shop/store is in overlays/prod/a of the layers only',
  ])
  assert.deepEqual(messages('R09', inputOf(sampleBuild(web), layer('a', serviceText('web', 'port: 81')))), [
    'Service shop/web differs from that in overlays/prod/a',
  ])
})

test('R09: paths of Flux and of Argo CD are added up each for itself, and a shared one counts everywhere', () => {
  const builds = [sampleBuild(`${web}${store}`), shared(web), layer('services', `${web}${store}`)]
  const gitops = sampleManifests(`
${flux('infrastructure', './k8s/base')}
${flux('services', './k8s/overlays/prod/services/')}
kind: Application
apiVersion: argoproj.io/v1alpha1
metadata: { name: prod }
spec: { source: { path: k8s/overlays/prod } }
`)
  assert.deepEqual(messages('R09', sampleInput('', { builds, gitops })), [
    'Service shop/web is in base and in overlays/prod/services of Flux',
  ])
})

test('R10: large objects want an apply by the server, and a ConfigMap has a limit that nothing lifts', () => {
  const configMap = (bytes: number): string =>
    `kind: ConfigMap\napiVersion: v1\nmetadata: { name: a }\ndata: { text: ${'x'.repeat(bytes)} }\n`
  const gitops = sampleManifests(flux('a', './x'))
  const large = configMap(300 << 10)
  assert.match(messages('R10', sampleInput(large))[0] ?? '', /an apply by the client takes 262144/)
  assert.deepEqual(messages('R10', sampleInput(large, { gitops })), [], 'Flux applies by the server')
  const script = (text: string): AuditInput => sampleInput(large, { files: [{ path: 'deploy.sh', text }] })
  assert.equal(messages('R10', script('kubectl apply -k overlays/prod\n')).length, 1)
  assert.deepEqual(messages('R10', script('kubectl apply --server-side -k overlays/prod\n')), [])
  assert.match(messages('R10', sampleInput(configMap(1 << 20), { gitops }))[0] ?? '', /holds 1048576 bytes/)
  assert.deepEqual(messages('R10', sampleInput(configMap(1000))), [])
})
