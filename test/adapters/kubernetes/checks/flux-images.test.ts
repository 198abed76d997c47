import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fluxImageChecks } from '../../../../src/adapters/kubernetes/checks/flux-images.ts'
import { messagesOf } from '../check-run.ts'
import { gitopsInput, kustomizationText, repositoryText } from '../gitops-sample.ts'

const found = (gitops: string, overlay = ''): readonly string[] =>
  messagesOf(
    fluxImageChecks,
    'G14',
    gitopsInput({
      gitops,
      files: { 'overlays/prod/kustomization.yaml': overlay },
      builds: { 'overlays/dev': '', 'overlays/prod': '' },
    }),
  )

const repository = `
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageRepository
metadata: { name: web, namespace: flux-system }
spec: { image: registry.local/web, interval: 5m }
---
`
const policy = (spec = 'digestReflectionPolicy: IfNotPresent'): string => `
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImagePolicy
metadata: { name: web, namespace: flux-system }
spec: { imageRepositoryRef: { name: web }, policy: { semver: { range: 1.x } }, ${spec} }
---
`
const automation = (path: string, branch: string): string => `
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImageUpdateAutomation
metadata: { name: images, namespace: flux-system }
spec:
  interval: 10m
  sourceRef: { kind: GitRepository, name: write }
  update: { path: ${path} }
  git: { checkout: { ref: { branch: main } }, push: { branch: ${branch} } }
---
`
const writable = repositoryText('write', 'ssh://git@git.local/app', [
  'secretRef: { name: key }',
  'interval: 1m',
])
const marked = (key: string, part: string, name = 'web'): string =>
  `images:\n  - name: web\n    ${key}: x # {"$imagepolicy": "flux-system:${name}${part}"}\n`

test('a marker with its policy, and a policy with its repository, pass G14', () => {
  assert.deepEqual(found(repository + policy(), marked('newTag', ':tag')), [])
  assert.deepEqual(found(repository + policy(), marked('digest', ':digest')), [])
  assert.deepEqual(found(repository + policy(), marked('- image', '')), [])
})

test('G14 refuses a marker without a policy, and a policy without a marker', () => {
  assert.deepEqual(found('', marked('newTag', ':tag', 'gone')), [
    'the marker names the policy flux-system:gone, which does not exist',
  ])
  assert.deepEqual(found(repository + policy()), ['writes nothing: no file has a marker with its name'])
})

test('G14 refuses a marker that would write the wrong part', () => {
  assert.deepEqual(found(repository + policy(), marked('newTag', ':digest')), [
    'newTag would get the digest of the image',
  ])
  assert.deepEqual(found(repository + policy(), marked('digest', '')), [
    'digest would get the whole reference of the image',
  ])
})

test('G14 refuses a digest that the policy does not keep', () => {
  assert.deepEqual(found(repository + policy('interval: 1m'), marked('digest', ':digest')), [
    'the policy web keeps no digest',
  ])
})

test('G14 refuses a policy that chooses from nothing', () => {
  assert.match(found(policy(), marked('newTag', ':tag')).join(), /ImageRepository web, which does not exist/)
})

test('a robot that writes to dev, or to a branch that a person merges, passes G14', () => {
  assert.deepEqual(found(writable + automation('./k8s/overlays/dev', 'main')), [])
  assert.deepEqual(found(writable + automation('./k8s/overlays/prod', 'images/prod')), [])
})

test('G14 refuses a robot that writes images of production without a person in between', () => {
  assert.match(found(writable + automation('./overlays/prod', 'main')).join(), /without a person in between/)
})

test('G14 refuses a robot that writes to the branch that production follows', () => {
  const followed = repositoryText('app', 'https://git.local/app', ['ref: { branch: main }', 'interval: 1m'])
  const gitops = followed + kustomizationText('web', './overlays/prod') + writable
  assert.match(found(gitops + automation('./overlays/dev', 'main')).join(), /which production follows/)
  const tagged = gitops.replace('branch: main', 'semver: 1.x')
  assert.deepEqual(found(tagged + automation('./overlays/dev', 'main')), [])
})

test('G14 refuses a robot without a repository, credentials or a folder', () => {
  assert.match(found(automation('./overlays/dev', 'main')).join(), /a GitRepository that does not exist/)
  const open = repositoryText('write')
  assert.match(found(open + automation('./overlays/dev', 'main')).join(), /has no credentials/)
  assert.match(found(writable + automation('./overlays/test', 'main')).join(), /which is not there/)
})
