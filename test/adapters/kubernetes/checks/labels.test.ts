import assert from 'node:assert/strict'
import { test } from 'node:test'
import { labelChecks } from '../../../../src/adapters/kubernetes/checks/labels.ts'
import { sampleBuild, sampleInput } from '../audit-sample.ts'
import { messagesOf } from '../check-run.ts'

const P = 'app.kubernetes.io/'
const labels = (name: string, instance = 'prod'): string =>
  `{ ${P}name: ${name}, ${P}instance: ${instance}, ${P}part-of: s, ${P}component: c, ${P}managed-by: m }`
const deployment = (name: string, own: string, pods: string): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: shop, labels: ${own} }
spec: { template: { metadata: { labels: { ${P}name: ${pods} } } } }
---
`
const settings = { environments: { prod: {} } }
const found = (text: string): readonly string[] =>
  messagesOf(labelChecks, 'X27', sampleInput(text, { settings }))

test('complete labels with one name at workload and pods pass', () => {
  assert.deepEqual(found(deployment('web', labels('web'), 'web')), [])
})

test('missing labels are told together', () => {
  assert.deepEqual(found('kind: ConfigMap\nmetadata: { name: c, labels: { app.kubernetes.io/name: web } }'), [
    'lacks labels of app.kubernetes.io: instance, part-of, component, managed-by',
  ])
})

test('another environment as the instance, and another name on the pods, are told', () => {
  assert.deepEqual(found(deployment('web', labels('web', 'dev'), 'site')), [
    'label app.kubernetes.io/instance is dev in environment prod',
    'its label app.kubernetes.io/name is web, and site on its pods',
  ])
})

test('two workloads of one name are told', () => {
  assert.deepEqual(found(deployment('a', labels('web'), 'web') + deployment('b', labels('web'), 'web')), [
    'its pods are named web, as those of Deployment a',
  ])
})

test('patches without an effect are told', () => {
  const kustomization = 'resources: [../../base]\npatches: [{ target: { kind: Job }, patch: "[]" }]'
  const input = sampleInput('', {
    builds: [sampleBuild(''), sampleBuild('', { path: 'base', isWhole: false })],
    files: [{ path: 'overlays/prod/kustomization.yaml', text: kustomization }],
  })
  assert.deepEqual(messagesOf(labelChecks, 'X27', input), ['patch 1 reaches no object'])
})
