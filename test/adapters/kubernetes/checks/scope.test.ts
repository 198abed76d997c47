import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  clusterManifests,
  eachContainer,
  eachOfKind,
  isProduction,
  lastingContainers,
  problemOf,
  runsForGood,
  shown,
} from '../../../../src/adapters/kubernetes/checks/scope.ts'
import { workloadsOf } from '../../../../src/adapters/kubernetes/workload.ts'
import { sampleBuild, sampleInput, sampleManifests } from '../audit-sample.ts'
import { deploymentText } from '../check-run.ts'

const fault = { message: 'wrong', mend: 'mend it' }

test('a problem names the object, and its place where that is known', () => {
  const [manifest] = sampleManifests(deploymentText())
  assert.ok(manifest)
  assert.deepEqual(problemOf(manifest, fault), { file: null, object: 'Deployment shop/web', ...fault })
  assert.deepEqual(problemOf({ ...manifest, file: 'web.yaml', line: 2 }, fault), {
    file: 'web.yaml',
    line: 2,
    object: 'Deployment shop/web',
    ...fault,
  })
})

test('checks look at whole builds of the chosen environments only', () => {
  const builds = [
    sampleBuild(deploymentText({ name: 'a' })),
    sampleBuild(deploymentText({ name: 'b' }), { environment: 'dev' }),
    sampleBuild(deploymentText({ name: 'c' }), { isWhole: false }),
  ]
  const found = (run: ReturnType<typeof eachContainer>) =>
    run(sampleInput('', { builds })).map(({ object }) => object)
  assert.deepEqual(found(eachContainer(() => [fault])), ['Deployment shop/a'])
  assert.deepEqual(found(eachOfKind('Deployment', () => [fault])), ['Deployment shop/a'])
  assert.deepEqual(found(eachOfKind('Service', () => [fault])), [])
})

test('a container begins the message', () => {
  const [problem] = eachContainer(() => [fault])(sampleInput(deploymentText()))
  assert.equal(problem?.message, 'container main: wrong')
})

test('the cluster holds what Argo CD applies besides, and each object once', () => {
  const builds = [
    sampleBuild(deploymentText()),
    sampleBuild(deploymentText() + deploymentText({ name: 'api' }), {
      path: 'base',
      environment: null,
      isWhole: false,
    }),
    sampleBuild(deploymentText({ name: 'other' }), { path: 'other', environment: null, isWhole: false }),
  ]
  const application = (source: string) =>
    sampleManifests(
      `{ apiVersion: argoproj.io/v1alpha1, kind: Application, metadata: { name: a }, spec: { ${source} } }`,
    )
  for (const source of ['source: { path: k8s/base/ }', 'sources: [{ path: base }]']) {
    const input = sampleInput('', { builds, gitops: application(source) })
    assert.deepEqual(
      clusterManifests(input).map(({ name }) => name),
      ['web', 'api'],
    )
  }
})

test('only Deployments, StatefulSets and DaemonSets run for good, and sidecars last', () => {
  const pod = 'initContainers: [{ name: first }, { name: side, restartPolicy: Always }]'
  const [workload] = workloadsOf(sampleManifests(deploymentText({ pod })))
  assert.ok(workload)
  assert.ok(runsForGood(workload))
  assert.ok(!runsForGood({ ...workload, kind: 'Job' }))
  assert.deepEqual(
    lastingContainers(workload).map(({ name }) => name),
    ['side', 'main'],
  )
})

test('production is what is called so', () => {
  assert.ok(isProduction(sampleBuild('', { environment: 'production' })))
  assert.ok(!isProduction(sampleBuild('', { environment: 'dev' })))
  assert.ok(!isProduction(sampleBuild('', { environment: null })))
})

test('values are shown as JSON', () => {
  assert.equal(shown(undefined), 'nothing')
  assert.equal(shown(['a']), '["a"]')
})
