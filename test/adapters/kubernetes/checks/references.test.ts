import assert from 'node:assert/strict'
import { test } from 'node:test'
import { referenceChecks } from '../../../../src/adapters/kubernetes/checks/references.ts'
import { sampleInput } from '../audit-sample.ts'
import { deploymentText, messagesOf, problemsOf } from '../check-run.ts'

const mapText = (namespace = 'shop'): string =>
  `{ apiVersion: v1, kind: ConfigMap, metadata: { name: config, namespace: ${namespace} }, data: { a: "1" } }\n`
const takes = (key: string): string =>
  deploymentText({
    container: `env: [{ name: A, valueFrom: { configMapKeyRef: { name: config, key: ${key} } } }]`,
  })

test('X06 wants the ConfigMap in the namespace, with the key', () => {
  assert.deepEqual(problemsOf(referenceChecks, 'X06', takes('a') + mapText()), [])
  assert.match(messagesOf(referenceChecks, 'X06', takes('a')).join(), /not rendered in its namespace/)
  assert.equal(problemsOf(referenceChecks, 'X06', takes('a') + mapText('other')).length, 1)
  assert.deepEqual(messagesOf(referenceChecks, 'X06', takes('b') + mapText()), [
    'A of container main takes the key b of ConfigMap config, which has a',
  ])
})

test('the ConfigMap that Kubernetes itself writes is there', () => {
  const text = deploymentText({ pod: 'volumes: [{ name: ca, configMap: { name: kube-root-ca.crt } }]' })
  assert.deepEqual(problemsOf(referenceChecks, 'X06', text), [])
})

const mounts = deploymentText({
  pod: 'volumes: [{ name: k, secret: { secretName: keys, items: [{ key: a, path: a }] } }]',
})

test('X07 takes Secrets that are rendered or promised', () => {
  const rendered =
    '{ apiVersion: v1, kind: Secret, metadata: { name: keys, namespace: shop }, stringData: { a: x } }'
  assert.deepEqual(problemsOf(referenceChecks, 'X07', mounts + rendered), [])
  const promised = sampleInput(mounts, { settings: { secrets: { keys: { keys: ['a'] } } } })
  assert.deepEqual(problemsOf(referenceChecks, 'X07', promised), [])
})

test('X07 refuses Secrets that nobody provides, and keys that may be missing', () => {
  assert.match(messagesOf(referenceChecks, 'X07', mounts).join(), /neither rendered nor promised/)
  const optional = sampleInput(mounts, { settings: { secrets: { keys: { keys: ['b'], optional: ['a'] } } } })
  assert.match(
    messagesOf(referenceChecks, 'X07', optional).join(),
    /the key a of Secret keys, which may be missing/,
  )
  const other = sampleInput(mounts, { settings: { secrets: { keys: { keys: ['b'] } } } })
  assert.match(messagesOf(referenceChecks, 'X07', other).join(), /which nothing provides/)
})
