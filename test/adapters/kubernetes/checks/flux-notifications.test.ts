import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fluxNotificationChecks } from '../../../../src/adapters/kubernetes/checks/flux-notifications.ts'
import { messagesOf } from '../check-run.ts'
import { gitopsInput, kustomizationText } from '../gitops-sample.ts'

const found = (gitops: string, files = {}): readonly string[] =>
  messagesOf(fluxNotificationChecks, 'G13', gitopsInput({ gitops, files }))

const object = (kind: string, version: string, spec: string): string => `
apiVersion: notification.toolkit.fluxcd.io/${version}
kind: ${kind}
metadata: { name: pager, namespace: flux-system }
spec: { ${spec} }
---
`
const provider = object('Provider', 'v1beta3', 'type: slack, secretRef: { name: pager-address }')
const alert = (source: string, name = 'pager'): string =>
  object(
    'Alert',
    'v1beta3',
    `providerRef: { name: ${name} }, eventSources: [{ kind: Kustomization, ${source} }]`,
  )
const web = kustomizationText('web', './').replace('name: web,', 'name: web, labels: { part: shop },')
const guide = { 'README.md': 'kubectl create secret generic pager-address' }

test('an alert about what exists, with a provider whose Secret is known, passes G13', () => {
  assert.deepEqual(found(web + provider + alert('name: web'), guide), [])
  assert.deepEqual(found(web + provider + alert("name: '*', matchLabels: { part: shop }"), guide), [])
})

test('G13 refuses Flux without any alert, and asks for none without Flux', () => {
  assert.deepEqual(found(web), ['no Alert of Flux tells anybody of a failure'])
  assert.deepEqual(found(''), [])
})

test('G13 refuses an alert to nobody, and about nothing', () => {
  assert.deepEqual(found(web + alert('name: web')), ['tells the Provider pager, which does not exist'])
  assert.deepEqual(found(web + provider + alert('name: gone'), guide), [
    'is about Kustomization gone, which does not exist',
  ])
  assert.equal(found(web + provider + alert("name: '*', matchLabels: { part: other }"), guide).length, 1)
})

test('G13 refuses a Secret that no guide tells how to make', () => {
  assert.match(found(web + provider + alert('name: web')).join(), /needs the Secret pager-address/)
})

test('G13 refuses a receiver that wakes nothing', () => {
  const receiver = object('Receiver', 'v1', 'type: github, resources: [{ kind: GitRepository, name: gone }]')
  const said = found(web + provider + alert('name: web') + receiver, guide)
  assert.deepEqual(said, ['is about GitRepository gone, which does not exist'])
})
