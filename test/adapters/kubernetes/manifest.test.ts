import assert from 'node:assert/strict'
import { test } from 'node:test'
import { groupOf, identityOf, manifestOf, titleOf } from '../../../src/adapters/kubernetes/manifest.ts'

const labels = { 'app.kubernetes.io/name': 'cdb-ws' }
const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'cdb-ws', namespace: 'cdb-trading', labels },
}

test('an object is known by what its head says, and its place is kept', () => {
  const manifest = manifestOf(deployment, 'base/ws.yaml', 3)
  const { file, line, kind, name, namespace } = manifest
  assert.deepEqual(
    [file, line, kind, name, namespace],
    ['base/ws.yaml', 3, 'Deployment', 'cdb-ws', 'cdb-trading'],
  )
  assert.deepEqual([manifest.labels, manifest.annotations], [labels, {}])
  assert.equal(groupOf(manifest), 'apps')
  assert.equal(titleOf(manifest), 'Deployment cdb-trading/cdb-ws')
})

test('what has no head is empty, not wrong', () => {
  const manifest = manifestOf({ kind: 'ConfigMap', apiVersion: 'v1', metadata: 'x' })
  assert.deepEqual([manifest.name, manifest.namespace, groupOf(manifest)], ['', '', ''])
  assert.equal(titleOf({ ...manifest, name: 'c' }), 'ConfigMap c')
})

test('the version of its group is no part of what an object is', () => {
  const of = (apiVersion: string): string => identityOf(manifestOf({ ...deployment, apiVersion }))
  assert.equal(of('apps/v1'), of('apps/v1beta1'))
  assert.notEqual(of('apps/v1'), of('v1'))
})
