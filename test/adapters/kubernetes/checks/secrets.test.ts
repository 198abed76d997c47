import assert from 'node:assert/strict'
import { test } from 'node:test'
import { distinct, secretChecks } from '../../../../src/adapters/kubernetes/checks/secrets.ts'
import { sampleBuild, sampleInput } from '../audit-sample.ts'
import { deploymentText, messagesOf } from '../check-run.ts'

const secret = (name: string, more: string): string => `
apiVersion: v1
kind: Secret
metadata: { name: ${name}, namespace: shop }
${more}
---
`
const SEALED = "data: { a: 'ENC[AES256_GCM,data:x]' }\nsops: { mac: 'ENC[x]' }"
const reader = deploymentText({ pod: 'volumes: [{ name: s, secret: { secretName: db } }]' })

test('a Secret with data is told once, however many builds hold it', () => {
  const text = secret('db', 'stringData: { password: x, user: y }')
  const builds = [sampleBuild(text), sampleBuild(text, { path: 'overlays/prod/services', isWhole: false })]
  assert.deepEqual(messagesOf(secretChecks, 'S01', sampleInput('', { builds })), [
    'is rendered with data: password, user',
  ])
})

test('a Secret without data, or with what SOPS encrypted, is none with data', () => {
  assert.deepEqual(messagesOf(secretChecks, 'S01', secret('db', 'type: Opaque') + secret('mail', SEALED)), [])
  const half = "data: { a: 'ENC[x]', b: eA== }\nsops: {}"
  assert.equal(messagesOf(secretChecks, 'S01', secret('db', half)).length, 1)
})

test('a Secret that pods read, or the settings list, is not applied by GitOps, behind a prefix neither', () => {
  const message = 'is applied from the folder, so that GitOps overwrites the one that pods need'
  assert.deepEqual(messagesOf(secretChecks, 'S03', reader + secret('db', '')), [message])
  assert.deepEqual(messagesOf(secretChecks, 'S03', reader + secret('dev-db', '')), [message])
  assert.deepEqual(messagesOf(secretChecks, 'S03', reader + secret('mail', '')), [])
  const settings = { secrets: { mail: { keys: ['password'] } } }
  assert.deepEqual(messagesOf(secretChecks, 'S03', sampleInput(secret('mail', ''), { settings })), [message])
  assert.deepEqual(messagesOf(secretChecks, 'S03', reader + secret('db', SEALED)), [])
})

test('a Secret has one maker', () => {
  const external = `
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: { name: db-external, namespace: shop }
spec: { target: { name: db } }
---
`
  const sealed = `
apiVersion: bitnami.com/v1alpha1
kind: SealedSecret
metadata: { name: db, namespace: shop }
---
`
  assert.deepEqual(messagesOf(secretChecks, 'S03', external), [])
  assert.deepEqual(messagesOf(secretChecks, 'S03', external + sealed), [
    'makes Secret db, and so does ExternalSecret shop/db-external',
  ])
})

test('problems that say the same of the same object are one', () => {
  const problem = { object: 'a', message: 'b', mend: 'c' }
  assert.equal(distinct([problem, { ...problem, mend: 'd' }, { ...problem, object: 'e' }]).length, 2)
})
