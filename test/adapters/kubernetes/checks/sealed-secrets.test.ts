import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isSealed, sealedSecretChecks } from '../../../../src/adapters/kubernetes/checks/sealed-secrets.ts'
import { sampleBuild, sampleInput } from '../audit-sample.ts'
import { messagesOf } from '../check-run.ts'

const CIPHER = `Ag${'aB3'.repeat(150)}`
const sealed = ({
  name = 'db',
  namespace = 'shop',
  annotations = '{}',
  template = '{}',
  value = CIPHER,
} = {}) => `
apiVersion: bitnami.com/v1alpha1
kind: SealedSecret
metadata: { name: ${name}, namespace: ${namespace}, annotations: ${annotations} }
spec: { encryptedData: { password: ${value} }, template: { metadata: ${template} } }
`
const found = (text: string): readonly string[] => messagesOf(sealedSecretChecks, 'S07', text)
const WIDE = "{ sealedsecrets.bitnami.com/cluster-wide: 'true' }"

test('one name, one namespace and one scope pass', () => {
  assert.deepEqual(found(sealed({ template: '{ name: db, namespace: shop }' })), [])
  assert.deepEqual(found(sealed()), [])
  assert.deepEqual(found(sealed({ annotations: WIDE, template: `{ annotations: ${WIDE} }` })), [])
})

test('a prefix, another namespace and another scope are told', () => {
  assert.deepEqual(found(sealed({ name: 'dev-db', template: '{ name: db, namespace: other }' })), [
    'is named dev-db, and its template db',
    'stands in namespace shop, and its template in other',
  ])
  assert.deepEqual(found(sealed({ template: `{ annotations: ${WIDE} }` })), [
    'its scope is strict, and cluster-wide in its template',
  ])
})

test('what is not sealed is told', () => {
  assert.deepEqual(found(sealed({ value: 'aHVudGVyMg==' })), [
    'key password holds what kubeseal has not sealed',
  ])
  assert.ok(isSealed(CIPHER) && !isSealed('Ag') && !isSealed(1))
})

test('one ciphertext in two namespaces opens in one of them at most', () => {
  const builds = (more: Parameters<typeof sealed>[0]) =>
    sampleInput('', {
      builds: [
        sampleBuild(sealed(more)),
        sampleBuild(sealed({ ...more, namespace: 'shop-dev' }), { path: 'dev' }),
      ],
    })
  assert.deepEqual(messagesOf(sealedSecretChecks, 'S07', builds({})), [
    'holds what is sealed for shop/db with scope strict',
  ])
  assert.deepEqual(messagesOf(sealedSecretChecks, 'S07', builds({ annotations: WIDE })), [])
})
