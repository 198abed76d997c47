import assert from 'node:assert/strict'
import { test } from 'node:test'
import { replicaRange, scalersOf } from '../../../../src/adapters/kubernetes/checks/replica-range.ts'
import { workloadsOf } from '../../../../src/adapters/kubernetes/workload.ts'
import { sampleManifests } from '../audit-sample.ts'
import { deploymentText } from '../check-run.ts'

const rangeOf = (text: string) => {
  const manifests = sampleManifests(text)
  const [workload] = workloadsOf(manifests)
  return workload === undefined ? null : replicaRange(workload, manifests)
}

const scaler = (kind: string, apiVersion: string, spec: string): string => `
apiVersion: ${apiVersion}
kind: ${kind}
metadata: { name: web, namespace: shop }
spec: { ${spec} }`

test('replicas are as written, one where nothing is written', () => {
  assert.deepEqual(rangeOf(deploymentText({ spec: 'replicas: 3' })), { min: 3, max: 3 })
  assert.deepEqual(rangeOf(deploymentText()), { min: 1, max: 1 })
})

test('a scaler decides over its target', () => {
  const spec = 'scaleTargetRef: { kind: Deployment, name: web }, minReplicas: 2, maxReplicas: 4'
  const text = deploymentText() + scaler('HorizontalPodAutoscaler', 'autoscaling/v2', spec)
  assert.deepEqual(rangeOf(text), { min: 2, max: 4 })
})

test('a ScaledObject scales a Deployment from 0 to 100 unless it says other', () => {
  const text = scaler('ScaledObject', 'keda.sh/v1alpha1', 'scaleTargetRef: { name: web }')
  assert.deepEqual(rangeOf(deploymentText() + text), { min: 0, max: 100 })
  assert.deepEqual(scalersOf(sampleManifests(text))[0]?.targetKind, 'Deployment')
})

test('a DaemonSet has a pod a node', () => {
  assert.deepEqual(rangeOf(deploymentText().replace('Deployment', 'DaemonSet')), { min: 1, max: Infinity })
})
