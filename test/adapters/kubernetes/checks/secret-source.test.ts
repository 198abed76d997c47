import assert from 'node:assert/strict'
import { test } from 'node:test'
import { promisedSecrets, secretSourceOf } from '../../../../src/adapters/kubernetes/checks/secret-source.ts'
import { sampleManifests } from '../audit-sample.ts'

const sourceOf = (kind: string, rest: string) => {
  const [manifest] = sampleManifests(`{ kind: ${kind}, metadata: { name: obj, namespace: shop }, ${rest} }`)
  const source = manifest === undefined ? null : secretSourceOf(manifest)
  return source === null ? null : [source.name, source.keys]
}

test('a Secret makes itself, of both its parts', () => {
  assert.deepEqual(sourceOf('Secret', 'data: { a: "" }, stringData: { b: "" }'), ['obj', ['a', 'b']])
})

test('controllers make the Secret that they are told to', () => {
  const sealed = 'spec: { encryptedData: { a: x }, template: { metadata: { name: keys }, data: { b: y } } }'
  assert.deepEqual(sourceOf('SealedSecret', sealed), ['keys', ['a', 'b']])
  const external = 'spec: { target: { name: keys }, data: [{ secretKey: a }] }'
  assert.deepEqual(sourceOf('ExternalSecret', external), ['keys', ['a']])
  assert.deepEqual(sourceOf('ExternalSecret', 'spec: { dataFrom: [{}] }'), ['obj', null])
  const templated = 'spec: { dataFrom: [{}], target: { template: { data: { a: x } } } }'
  assert.deepEqual(sourceOf('ExternalSecret', templated), ['obj', ['a']])
  assert.deepEqual(sourceOf('Certificate', 'spec: { secretName: tls }'), [
    'tls',
    ['tls.crt', 'tls.key', 'ca.crt'],
  ])
  const vault = (more: string) => `spec: { destination: { name: keys, ${more} } }`
  assert.deepEqual(sourceOf('VaultStaticSecret', vault('')), ['keys', null])
  const closed = vault('transformation: { excludes: [".*"], templates: { a: { text: x } } }')
  assert.deepEqual(sourceOf('VaultStaticSecret', closed), ['keys', ['a']])
})

test('other objects make none', () => {
  assert.equal(sourceOf('ConfigMap', 'data: { a: "" }'), null)
})

test('secrets are promised with keys, or as they come', () => {
  const settings = {
    secrets: { keys: { keys: ['a', 'b'], optional: ['b'] }, open: {}, map: { keys: { c: ['web'] } } },
  }
  assert.deepEqual(promisedSecrets(settings), [
    { name: 'keys', namespace: '', keys: ['a'], optional: ['b'] },
    { name: 'open', namespace: '', keys: null, optional: [] },
    { name: 'map', namespace: '', keys: ['c'], optional: [] },
  ])
})
