import assert from 'node:assert/strict'
import { test } from 'node:test'
import { referencesOf } from '../../../../src/adapters/kubernetes/checks/object-reference.ts'
import type { ReferencedKind } from '../../../../src/adapters/kubernetes/checks/object-reference.ts'
import { workloadsOf } from '../../../../src/adapters/kubernetes/workload.ts'
import { sampleManifests } from '../audit-sample.ts'
import { deploymentText } from '../check-run.ts'

const text = deploymentText({
  pod: `volumes:
        - { name: a, configMap: { name: files } }
        - { name: b, secret: { secretName: keys, items: [{ key: k, path: p }] } }
        - { name: c, secret: { secretName: maybe, optional: true } }
        - name: d
          projected:
            sources: [{ secret: { name: parts, items: [{ key: q, path: q }] } }, { configMap: { name: more } }]`,
  container: `envFrom: [{ configMapRef: { name: config } }, { secretRef: { name: all, optional: true } }]
          env:
            - { name: A, valueFrom: { configMapKeyRef: { name: config, key: a } } }
            - { name: B, valueFrom: { secretKeyRef: { name: keys, key: b } } }
          volumeMounts: [{ name: a, mountPath: /a/x, subPath: x }]`,
})

const found = (kind: ReferencedKind): readonly string[] =>
  workloadsOf(sampleManifests(text)).flatMap((workload) =>
    referencesOf(workload, kind).map(({ name, keys, place }) => `${place}: ${name} ${keys.join(',')}`),
  )

test('references of variables, volumes and projections are found with their keys; optional ones are not', () => {
  assert.deepEqual(found('ConfigMap'), [
    'envFrom of container main: config ',
    'A of container main: config a',
    'volume a: files x',
    'volume d: more ',
  ])
  assert.deepEqual(found('Secret'), ['B of container main: keys b', 'volume b: keys k', 'volume d: parts q'])
})
