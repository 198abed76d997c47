import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  amountOf,
  amountsAt,
  boundedResources,
  defaultsOf,
  limitRangesOf,
  podAmount,
  podsAtMost,
} from '../../../../src/adapters/kubernetes/checks/pod-demand.ts'
import { workloadsOf } from '../../../../src/adapters/kubernetes/workload.ts'
import { sampleManifests } from '../audit-sample.ts'
import { deploymentText } from '../check-run.ts'

const NONE = { requests: {}, limits: {} }
const RANGE = `
apiVersion: v1
kind: LimitRange
metadata: { name: r, namespace: shop }
spec: { limits: [{ type: Container, default: { cpu: 1 }, defaultRequest: { memory: 1Mi } }, { type: Pod }] }
---
`
function podsOf(text: string): number {
  const manifests = sampleManifests(text)
  const [workload] = workloadsOf(manifests)
  assert.ok(workload)
  return podsAtMost(manifests, workload)
}

test('a rollout brings a quarter more, rounded up, unless it is told otherwise', () => {
  assert.equal(podsOf(deploymentText({ spec: 'replicas: 5' })), 7)
  assert.equal(podsOf(deploymentText({ spec: 'replicas: 2\n  strategy: { type: Recreate }' })), 2)
  assert.equal(
    podsOf(deploymentText({ spec: 'replicas: 2\n  strategy: { rollingUpdate: { maxSurge: 1 } }' })),
    3,
  )
  assert.equal(
    podsOf(deploymentText({ spec: 'replicas: 2\n  strategy: { rollingUpdate: { maxSurge: 100% } }' })),
    4,
  )
})

test('a scaler decides how many there may be', () => {
  const scaler = (kind: string, max: string): string => `
apiVersion: ${kind === 'ScaledObject' ? 'keda.sh/v1alpha1' : 'autoscaling/v2'}
kind: ${kind}
metadata: { name: s, namespace: shop }
spec: { scaleTargetRef: { kind: Deployment, name: web }, ${max} }
`
  const web = deploymentText({ spec: 'strategy: { type: Recreate }' })
  assert.equal(podsOf(web + scaler('HorizontalPodAutoscaler', 'maxReplicas: 9')), 9)
  assert.equal(podsOf(web + scaler('ScaledObject', 'maxReplicaCount: 4')), 4)
  assert.equal(podsOf(web + scaler('ScaledObject', 'x: 1')), 100)
})

test('StatefulSets roll one by one, and Jobs run as parallel as they say', () => {
  assert.equal(podsOf('kind: StatefulSet\nmetadata: { name: a }\nspec: { replicas: 3 }'), 3)
  assert.equal(podsOf('kind: Job\nmetadata: { name: a }\nspec: { parallelism: 2 }'), 2)
  assert.equal(podsOf('kind: CronJob\nmetadata: { name: a }\nspec: {}'), 1)
})

test('a pod takes its containers together, or an init container that takes more', () => {
  const spec = (init: string): string => `
kind: Pod
metadata: { name: a }
spec:
  initContainers: [{ name: i, ${init} resources: { requests: { cpu: 2 } } }]
  containers: [{ name: b, resources: { requests: { cpu: 500m } } }, { name: c, resources: { limits: { cpu: 1 } } }]
`
  const amount = (text: string): number => {
    const [pod] = workloadsOf(sampleManifests(text))
    assert.ok(pod)
    return podAmount(pod, 'requests', 'cpu', NONE)
  }
  assert.equal(amount(spec('')), 2)
  assert.equal(amount(spec('restartPolicy: Always,')), 3.5)
})

test('a LimitRange gives what is not written, its limits as requests too', () => {
  const manifests = sampleManifests(
    RANGE + deploymentText({ container: 'resources: { limits: { memory: 2Mi } }' }),
  )
  const defaults = defaultsOf(manifests, 'shop')
  assert.deepEqual(defaults, { limits: { cpu: 1 }, requests: { cpu: 1, memory: 2 ** 20 } })
  const container = workloadsOf(manifests)[0]?.containers[0]
  assert.ok(container)
  assert.equal(amountOf(container, 'requests', 'cpu', defaults), 1)
  assert.equal(amountOf(container, 'requests', 'memory', defaults), 2 ** 21)
  assert.equal(amountOf(container, 'requests', 'ephemeral-storage', defaults), null)
  assert.equal(limitRangesOf(manifests, 'other').length, 0)
  assert.deepEqual(amountsAt({ a: { x: '1k', y: 'z' } }, 'a'), { x: 1000 })
  assert.equal(boundedResources.length, 3)
})
