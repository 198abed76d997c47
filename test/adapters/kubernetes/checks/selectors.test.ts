import assert from 'node:assert/strict'
import { test } from 'node:test'
import { selectorChecks } from '../../../../src/adapters/kubernetes/checks/selectors.ts'
import { sampleBuild, sampleInput, sampleManifests } from '../audit-sample.ts'
import { deploymentText, messagesOf, problemsOf, serviceText } from '../check-run.ts'

const both = deploymentText() + deploymentText({ name: 'api' })

test('selectors of their own pass X01, X02 and X03', () => {
  const text = both + serviceText('web') + serviceText('api')
  for (const id of ['X01', 'X02', 'X03']) assert.deepEqual(problemsOf(selectorChecks, id, text), [], id)
})

test('X01 refuses a selector that does not mean its own pods, and none at all', () => {
  const stray = deploymentText().replace('matchLabels: { app: web }', 'matchLabels: { app: wep }')
  assert.match(messagesOf(selectorChecks, 'X01', stray).join(), /does not mean its own pods/)
  const none = deploymentText().replace('selector: { matchLabels: { app: web } }', 'selector: {}')
  assert.deepEqual(messagesOf(selectorChecks, 'X01', none), ['it has no selector'])
})

test('X02 and X03 refuse what means the pods of two environments in one namespace', () => {
  const named = (prefix: string) =>
    (deploymentText() + serviceText('web')).replaceAll('name: web', `name: ${prefix}web`)
  const input = sampleInput('', {
    environments: ['dev', 'prod'],
    builds: [
      sampleBuild(named('dev-'), { path: 'overlays/dev', environment: 'dev' }),
      sampleBuild(named('prod-'), { path: 'overlays/prod', environment: 'prod' }),
    ],
  })
  assert.deepEqual(messagesOf(selectorChecks, 'X02', input), [
    'its selector also means the pods of Deployment shop/prod-web',
    'its selector also means the pods of Deployment shop/dev-web',
  ])
  assert.deepEqual(messagesOf(selectorChecks, 'X03', input), [
    'it sends to 2 workloads: Deployment shop/dev-web, Deployment shop/prod-web',
    'it sends to 2 workloads: Deployment shop/dev-web, Deployment shop/prod-web',
  ])
})

test('what Flux applies besides the overlays counts too', () => {
  const sync = `
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: { name: base }
spec: { path: ./k8s/base }`
  const base = sampleBuild(deploymentText({ name: 'web' }).replace('name: web', 'name: old'), {
    path: 'base',
    environment: null,
    isWhole: false,
  })
  const builds = [sampleBuild(deploymentText()), base]
  const input = sampleInput('', { builds, gitops: sampleManifests(sync) })
  assert.equal(problemsOf(selectorChecks, 'X02', input).length, 2)
  assert.deepEqual(problemsOf(selectorChecks, 'X02', sampleInput('', { builds })), [])
})

test('X03 refuses a Service that selects nothing', () => {
  assert.deepEqual(messagesOf(selectorChecks, 'X03', serviceText('web')), [
    'it selects nothing by {"app":"web"}',
  ])
})

test('a Service may select several workloads when the settings say so', () => {
  const shared = both.replaceAll('labels: { app: api }', 'labels: { app: web }') + serviceText('web')
  assert.equal(problemsOf(selectorChecks, 'X03', shared).length, 1)
  const settings = { serviceTargets: { web: ['web', 'api'] } }
  assert.deepEqual(problemsOf(selectorChecks, 'X03', sampleInput(shared, { settings })), [])
})

test('pods of a rendered Cluster of CloudNativePG are selected by its name', () => {
  const text = serviceText('postgresql').replace('app: postgresql', 'cnpg.io/cluster: postgresql')
  const cluster = '{ apiVersion: postgresql.cnpg.io/v1, kind: Cluster, metadata: { name: postgresql } }'
  assert.deepEqual(problemsOf(selectorChecks, 'X03', text + cluster), [])
  assert.equal(problemsOf(selectorChecks, 'X03', text).length, 1)
})

const stateful = (name: string): string =>
  deploymentText({ spec: `serviceName: ${name}` }).replace('kind: Deployment', 'kind: StatefulSet')

test('X11 wants a headless Service that selects the pods', () => {
  const headless = serviceText('web').replace('spec: {', 'spec: { clusterIP: None,')
  assert.deepEqual(problemsOf(selectorChecks, 'X11', stateful('web') + headless), [])
  assert.match(messagesOf(selectorChecks, 'X11', stateful('web') + serviceText('web')).join(), /not headless/)
  assert.match(messagesOf(selectorChecks, 'X11', stateful('web')).join(), /is not rendered/)
  const other = headless.replace('app: web', 'app: other')
  assert.match(messagesOf(selectorChecks, 'X11', stateful('web') + other).join(), /does not select its pods/)
  const none = deploymentText().replace('kind: Deployment', 'kind: StatefulSet')
  assert.deepEqual(messagesOf(selectorChecks, 'X11', none), ['it has no serviceName'])
})
