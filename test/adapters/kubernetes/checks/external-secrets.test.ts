import assert from 'node:assert/strict'
import { test } from 'node:test'
import { externalSecretChecks } from '../../../../src/adapters/kubernetes/checks/external-secrets.ts'
import type { ValueRecord } from '../../../../src/adapters/kubernetes/value.ts'
import { sampleInput } from '../audit-sample.ts'
import { deploymentText, messagesOf } from '../check-run.ts'

const external = (spec: string, version = 'v1'): string => `
apiVersion: external-secrets.io/${version}
kind: ExternalSecret
metadata: { name: db, namespace: shop }
spec: ${spec}
---
`
const GOOD = `
  refreshInterval: 1h
  secretStoreRef: { kind: SecretStore, name: vault }
  target: { name: db, deletionPolicy: Retain }
  data: [{ secretKey: password, remoteRef: { key: db } }]
`
const store = (login: string, namespace = 'shop'): string => `
apiVersion: external-secrets.io/v1
kind: SecretStore
metadata: { name: vault, namespace: ${namespace} }
spec: { provider: { vault: { server: 'https://vault', auth: { kubernetes: ${login} } } } }
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: eso, namespace: ${namespace} }
---
`
const STORE = store('{ mountPath: kubernetes, role: shop, serviceAccountRef: { name: eso } }')
const READER = deploymentText({ pod: 'volumes: [{ name: s, secret: { secretName: db } }]' })
const found = (text: string, settings: ValueRecord = {}): readonly string[] =>
  messagesOf(externalSecretChecks, 'S08', sampleInput(text, { settings }))

test('a store that is there, a Secret that is read and kept, pass', () => {
  assert.deepEqual(found(external(GOOD) + STORE + READER, { secrets: { db: { keys: ['password'] } } }), [])
  assert.deepEqual(found(external(GOOD), { externalStores: ['vault'] }), [])
})

test('an old version, no store, no refresh and a Secret that goes are told', () => {
  const bad =
    "\n  refreshInterval: '0'\n  secretStoreRef: { name: gone }\n  target: { deletionPolicy: Delete }\n"
  assert.deepEqual(found(external(bad, 'v1beta1')), [
    'has version external-secrets.io/v1beta1, which is not served',
    'its SecretStore gone is not there',
    'is never refreshed',
    'deletionPolicy is Delete, so that a store that fails takes the Secret away',
  ])
})

test('a Secret that no pod reads, and keys that are not those of the contract, are told', () => {
  const other = READER.replace('secretName: db', 'secretName: mail')
  assert.deepEqual(found(external(GOOD) + STORE + other), ['makes Secret db, which no pod reads'])
  const contract = { secrets: { db: { keys: ['user', 'extra'], optional: ['extra'] } } }
  assert.deepEqual(found(external(GOOD) + STORE + READER, contract), [
    'does not make key user',
    'makes key password, which the contract of db does not have',
  ])
})

test('a login to Vault has a role and an account that exists', () => {
  assert.deepEqual(found(store('{ serviceAccountRef: { name: gone } }')), [
    'logs in to Vault without a role',
    'logs in to Vault as shop/gone, which is not there',
  ])
  assert.deepEqual(found(store('{ role: shop }')), ['logs in to Vault without a serviceAccountRef'])
  const away = store('{ role: shop, serviceAccountRef: { name: eso, namespace: other } }')
  assert.deepEqual(found(away), [
    'logs in to Vault as other/eso, which is not there',
    'logs in as an account of namespace other',
  ])
})

test('two namespaces do not share a role of Vault', () => {
  const login = '{ mountPath: kubernetes, role: shop, serviceAccountRef: { name: eso } }'
  assert.deepEqual(found(STORE + store(login, 'shop-dev')), [
    'has the role of Vault shop, which namespace shop has too',
  ])
})
