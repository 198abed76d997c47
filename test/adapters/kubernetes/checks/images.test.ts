import assert from 'node:assert/strict'
import { test } from 'node:test'
import { imageChecks } from '../../../../src/adapters/kubernetes/checks/images.ts'
import { sampleBuild, sampleInput } from '../audit-sample.ts'
import { messagesOf, problemsOf } from '../check-run.ts'

const podText = (image: string, more = '', pod = ''): string => `
apiVersion: v1
kind: Pod
metadata: { name: web, namespace: shop }
spec: { ${pod} containers: [{ name: web, image: "${image}" ${more} }] }
---
`
const digest = `@sha256:${'0'.repeat(64)}`

test('a digest passes W09 everywhere, a version outside of production', () => {
  assert.deepEqual(problemsOf(imageChecks, 'W09', podText(`ghcr.io/a/web${digest}`)), [])
  const dev = sampleBuild(podText('ghcr.io/a/web:1.2.3'), { path: 'overlays/dev', environment: 'dev' })
  assert.deepEqual(
    problemsOf(imageChecks, 'W09', sampleInput('', { environments: ['dev'], builds: [dev] })),
    [],
  )
})

test('W09 refuses no tag, a moving tag, and in production no digest', () => {
  assert.match(messagesOf(imageChecks, 'W09', podText('web')).join(), /no tag/)
  assert.match(messagesOf(imageChecks, 'W09', podText('web:dev-latest')).join(), /moved to other images/)
  assert.match(messagesOf(imageChecks, 'W09', podText('web:1.2.3')).join(), /no digest, in production/)
  assert.match(messagesOf(imageChecks, 'W09', podText('')).join(), /no image/)
})

test('the defaults of Kubernetes fit what is pinned and what is not: W10', () => {
  for (const image of ['web:1.2.3', 'web', `web${digest}`]) {
    assert.deepEqual(problemsOf(imageChecks, 'W10', podText(image)), [], image)
  }
  assert.deepEqual(problemsOf(imageChecks, 'W10', podText('web:main', ', imagePullPolicy: Always')), [])
})

test('W10 refuses a moving tag that is kept and a staying one that is pulled each time', () => {
  assert.match(messagesOf(imageChecks, 'W10', podText('web:main')).join(), /keeps the old one/)
  const pulled = podText('web:1.2.3', ', imagePullPolicy: Always')
  assert.match(messagesOf(imageChecks, 'W10', pulled).join(), /imagePullPolicy is Always/)
})

test('W10 refuses registries that are not allowed', () => {
  assert.match(messagesOf(imageChecks, 'W10', podText('evil.example/web:1.2.3')).join(), /evil.example/)
  const settings = { registries: ['ghcr.io'] }
  assert.equal(problemsOf(imageChecks, 'W10', sampleInput(podText('web:1.2.3'), { settings })).length, 1)
})

test('W10 wants pull secrets to be rendered or promised', () => {
  const text = podText('web:1.2.3', '', 'imagePullSecrets: [{ name: pull }],')
  assert.match(messagesOf(imageChecks, 'W10', text).join(), /pull secret pull is neither/)
  const rendered = '{ apiVersion: v1, kind: Secret, metadata: { name: pull, namespace: shop } }'
  assert.deepEqual(problemsOf(imageChecks, 'W10', text + rendered), [])
  const promised = sampleInput(text, { settings: { secrets: { pull: { keys: [] } } } })
  assert.deepEqual(problemsOf(imageChecks, 'W10', promised), [])
})
