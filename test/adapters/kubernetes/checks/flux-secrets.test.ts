import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isKnownSecret } from '../../../../src/adapters/kubernetes/checks/flux-secrets.ts'
import { gitopsInput } from '../gitops-sample.ts'

const isKnown = (name: string, input: Parameters<typeof gitopsInput>[0]): boolean =>
  isKnownSecret(gitopsInput(input), name, 'flux-system')

test('a Secret is known by a guide that names it as a whole word', () => {
  const files = { 'README.md': 'kubectl create secret generic deploy-key --from-file=identity' }
  assert.ok(isKnown('deploy-key', { gitops: '', files }))
  assert.ok(!isKnown('deploy', { gitops: '', files }))
  assert.ok(!isKnown('key', { gitops: '', files }))
})

test('a Secret is known by an object that makes it, in the right namespace', () => {
  const sealed = (namespace: string): string =>
    `apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: { name: deploy-key, namespace: ${namespace} }\n`
  assert.ok(isKnown('deploy-key', { gitops: sealed('flux-system') }))
  assert.ok(!isKnown('deploy-key', { gitops: sealed('shop') }))
})
