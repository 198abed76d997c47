import assert from 'node:assert/strict'
import { test } from 'node:test'
import { variablesOf } from '../../../../src/adapters/kubernetes/checks/environment-variables.ts'
import { workloadsOf } from '../../../../src/adapters/kubernetes/workload.ts'
import { sampleManifests } from '../audit-sample.ts'
import { deploymentText } from '../check-run.ts'

const config = `
apiVersion: v1
kind: ConfigMap
metadata: { name: config, namespace: shop }
data: { HOST: redis, LEVEL: info }
`

function variables(container: string): Readonly<Record<string, string | null>> {
  const manifests = sampleManifests(deploymentText({ container }) + config)
  const [workload] = workloadsOf(manifests)
  const first = workload?.containers[0]
  assert.ok(workload && first)
  return Object.fromEntries(variablesOf(manifests, workload, first).map(({ name, value }) => [name, value]))
}

test('env is laid over envFrom, with its prefix', () => {
  const from = 'envFrom: [{ configMapRef: { name: config } }, { configMapRef: { name: config }, prefix: X_ }]'
  assert.deepEqual(variables(`${from}\n          env: [{ name: LEVEL, value: debug }]`), {
    HOST: 'redis',
    LEVEL: 'debug',
    X_HOST: 'redis',
    X_LEVEL: 'info',
  })
})

test('single keys are read; Secrets, fields and keys that are missing are unknown', () => {
  const container = `env:
          - { name: A, valueFrom: { configMapKeyRef: { name: config, key: HOST } } }
          - { name: B, valueFrom: { configMapKeyRef: { name: config, key: GONE } } }
          - { name: C, valueFrom: { secretKeyRef: { name: s, key: k } } }
          - { name: D, valueFrom: { fieldRef: { fieldPath: metadata.name } } }
          - { name: E }`
  assert.deepEqual(variables(container), { A: 'redis', B: null, C: null, D: null, E: '' })
})

test('references to earlier variables are filled in, doubled ones and unknown ones are not', () => {
  const container = `envFrom: [{ configMapRef: { name: config } }]
          env: [{ name: URL, value: 'redis://$(HOST):6379/$(NONE)/$$(HOST)' }]`
  assert.equal(variables(container)['URL'], 'redis://redis:6379/$(NONE)/$$(HOST)')
})
