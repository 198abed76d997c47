import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gitopsSchemaChecks } from '../../../../src/adapters/kubernetes/checks/gitops-schema.ts'
import { messagesOf } from '../check-run.ts'
import { applicationText, gitopsInput, kustomizationText, repositoryText } from '../gitops-sample.ts'

const found = (gitops: string): readonly string[] =>
  messagesOf(gitopsSchemaChecks, 'G01', gitopsInput({ gitops }))

test('objects with the fields of their kind pass G01', () => {
  assert.deepEqual(found(repositoryText() + kustomizationText('web', './') + applicationText()), [])
})

test('G01 refuses a field that the kind does not have any more', () => {
  const spec = ['interval: 10m', 'prune: true', 'validation: client']
  assert.deepEqual(found(kustomizationText('web', './', spec)), [
    '/spec/validation is not a field that the kind has',
  ])
})

test('G01 refuses a value that the kind does not take, and a field that is missing', () => {
  assert.match(found(kustomizationText('web', './', ['interval: often', 'prune: true'])).join(), /interval/)
  assert.match(found(kustomizationText('web', './', ['interval: 10m'])).join(), /prune/)
})

test('G01 refuses versions that are not served any more', () => {
  const old = repositoryText().replace('source.toolkit.fluxcd.io/v1', 'source.toolkit.fluxcd.io/v1beta2')
  assert.deepEqual(found(old), ['source.toolkit.fluxcd.io/v1beta2 is not served any more'])
  const alert = 'kind: Alert\nmetadata: { name: a, namespace: flux-system }\n'
  assert.match(found(`apiVersion: notification.toolkit.fluxcd.io/v1beta2\n${alert}`).join(), /not served/)
  const receiver = alert.replace('Alert', 'Receiver')
  assert.match(found(`apiVersion: notification.toolkit.fluxcd.io/v1beta3\n${receiver}`).join(), /not served/)
})
