import assert from 'node:assert/strict'
import { test } from 'node:test'
import { environmentContractChecks } from '../../../../src/adapters/kubernetes/checks/environment-contract.ts'
import { sampleInput } from '../audit-sample.ts'
import { deploymentText, messagesOf } from '../check-run.ts'

const settings = { serviceSettings: { web: { known: ['A', 'B'], required: ['A'] } } }
const found = (container: string, more = ''): readonly string[] =>
  messagesOf(
    environmentContractChecks,
    'X16',
    sampleInput(deploymentText({ container }) + more, { settings }),
  )

test('what is required and known passes, and so does what the runtime reads', () => {
  assert.deepEqual(found('env: [{ name: A, value: x }, { name: NODE_OPTIONS, value: y }]'), [])
  assert.deepEqual(found('env: [{ name: A, valueFrom: { secretKeyRef: { name: s, key: k } } }]'), [])
})

test('what is missing, empty or not in the ConfigMap is told', () => {
  assert.deepEqual(found('env: []'), ['A is required and not set'])
  assert.deepEqual(found("env: [{ name: A, value: '' }]"), ['A is required and has no value'])
  assert.deepEqual(found('env: [{ name: A, valueFrom: { configMapKeyRef: { name: c, key: A } } }]'), [
    'A is required and has no value',
  ])
})

test('what nobody reads is told, wherever it comes from', () => {
  const config = `
apiVersion: v1
kind: ConfigMap
metadata: { name: c, namespace: shop }
data: { A: x, MAX_POSITIONS: '5' }
`
  assert.deepEqual(found('envFrom: [{ configMapRef: { name: c } }]', config), [
    'MAX_POSITIONS is set, and the service reads no such variable',
  ])
})

test('workloads that the settings do not know have no contract', () => {
  const input = sampleInput(deploymentText({ name: 'mail', container: 'env: [{ name: Z, value: z }]' }), {
    settings,
  })
  assert.deepEqual(messagesOf(environmentContractChecks, 'X16', input), [])
})
