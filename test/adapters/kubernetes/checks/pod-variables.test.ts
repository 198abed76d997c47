import assert from 'node:assert/strict'
import { test } from 'node:test'
import { variablesOf } from '../../../../src/adapters/kubernetes/checks/pod-variables.ts'
import { workloadsOf } from '../../../../src/adapters/kubernetes/workload.ts'
import { sampleManifests } from '../audit-sample.ts'
import { deploymentText } from '../check-run.ts'

test('variables are those of env and of whole ConfigMaps, with their prefix', () => {
  const container = `env: [{ name: A }]
          envFrom: [{ prefix: P_, configMapRef: { name: config } }, { secretRef: { name: none } }]`
  const map =
    '{ apiVersion: v1, kind: ConfigMap, metadata: { name: config, namespace: shop }, data: { B: "1" } }'
  const manifests = sampleManifests(deploymentText({ container }) + map)
  assert.deepEqual(
    workloadsOf(manifests).flatMap((workload) => variablesOf(workload, manifests)),
    ['A', 'P_B'],
  )
})
