import assert from 'node:assert/strict'
import { test } from 'node:test'
import { secretUsesOf, withoutHash } from '../../../../src/adapters/kubernetes/checks/secret-uses.ts'
import { workloadsOf } from '../../../../src/adapters/kubernetes/workload.ts'
import { sampleManifests } from '../audit-sample.ts'
import { deploymentText } from '../check-run.ts'

test('keys come by env, envFrom, volumes and projected volumes', () => {
  const [web] = workloadsOf(
    sampleManifests(
      deploymentText({
        pod: `volumes:
        - { name: a, secret: { secretName: s1 } }
        - { name: b, secret: { secretName: s2, items: [{ key: k, path: p }, { key: l, path: q }] } }
        - { name: c, projected: { sources: [{ secret: { name: s3, items: [{ key: m, path: r }] } }] } }
        - { name: d, configMap: { name: s4 } }`,
        container: `envFrom: [{ secretRef: { name: s5 } }, { configMapRef: { name: s6 } }]
          env: [{ name: X, valueFrom: { secretKeyRef: { name: s7, key: n } } }, { name: Y, value: s8 }]`,
      }),
    ),
  )
  assert.ok(web)
  assert.deepEqual(
    secretUsesOf(web).map(({ secret, key, way }) => `${secret} ${key ?? '*'} ${way}`),
    ['s5 * envFrom', 's7 n env', 's1 * file', 's2 k file', 's2 l file', 's3 m file'],
  )
})

test('the hash that kustomize hangs on a name is no part of it', () => {
  assert.equal(withoutHash('cdb-secrets-8h2bk4m9tc'), 'cdb-secrets')
  assert.equal(withoutHash('cdb-secrets'), 'cdb-secrets')
  assert.equal(withoutHash('database-production'), 'database-production')
})
