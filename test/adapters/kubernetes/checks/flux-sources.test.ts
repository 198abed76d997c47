import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fluxSourceChecks } from '../../../../src/adapters/kubernetes/checks/flux-sources.ts'
import { messagesOf } from '../check-run.ts'
import { gitopsInput, kustomizationText, repositoryText } from '../gitops-sample.ts'

const found = (gitops: string, files = {}): readonly string[] =>
  messagesOf(
    fluxSourceChecks,
    'G11',
    gitopsInput({ gitops, files, builds: { 'overlays/dev': '', 'overlays/prod': '' } }),
  )

const source = (url: string, ...spec: readonly string[]): string =>
  repositoryText('app', url, ['interval: 1m', ...spec])
const ignore = 'ignore: /*'
const https = 'https://git.local/app'
const dev = kustomizationText('web', './overlays/dev')
const prod = kustomizationText('web', './overlays/prod')
const guide = { 'README.md': 'the Secrets `git-key` and `release-keys`' }
const verify = 'verify: { mode: TagAndHEAD, secretRef: { name: release-keys } }'

test('a public repository without a Secret, of which the manifests are taken, passes G11', () => {
  assert.deepEqual(found(source(https, 'ref: { branch: main }', ignore) + dev), [])
  assert.deepEqual(found(source(https, 'sparseCheckout: [k8s]') + dev), [])
})

test('G11 refuses plain http, and ssh without a key', () => {
  assert.match(found(source('http://git.local/app', ignore)).join(), /anyone on the way can change/)
  assert.match(found(source('ssh://git@git.local/app', ignore)).join(), /without a key/)
})

test('G11 refuses a Secret that no guide tells how to make', () => {
  const keyed = source('ssh://git@git.local/app', ignore, 'secretRef: { name: git-key }')
  assert.match(found(keyed).join(), /needs the Secret git-key/)
  assert.deepEqual(found(keyed, guide), [])
})

test('G11 refuses to hand out the whole repository', () => {
  assert.match(found(source(https)).join(), /hands the whole repository/)
})

test('production that follows signed tags passes G11', () => {
  assert.deepEqual(found(source(https, ignore, 'ref: { semver: 1.x }', verify) + prod, guide), [])
})

test('G11 refuses a branch for production, and tags that nobody signed', () => {
  assert.deepEqual(found(source(https, ignore, 'ref: { branch: main }') + prod), [
    'deploys main to production as it moves',
    'deploys to production what nobody has signed',
  ])
  assert.deepEqual(found(source(https, ignore, 'ref: { tag: v1 }') + prod), [
    'deploys to production what nobody has signed',
  ])
})

test('G11 refuses to verify the tag of a commit', () => {
  assert.match(found(source(https, ignore, 'ref: { commit: abc }', verify) + prod, guide).join(), /by no tag/)
})
