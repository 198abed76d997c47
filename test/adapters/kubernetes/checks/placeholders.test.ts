import assert from 'node:assert/strict'
import { test } from 'node:test'
import { placeholderChecks } from '../../../../src/adapters/kubernetes/checks/placeholders.ts'
import { sampleBuild, sampleInput, sampleManifests } from '../audit-sample.ts'
import { deploymentText, messagesOf } from '../check-run.ts'

const configured = (text: string): string =>
  `kind: ConfigMap\napiVersion: v1\nmetadata: { name: a }\ndata: { A: ${JSON.stringify(text)} }\n`

const placeholders = (text: string): readonly string[] =>
  messagesOf(placeholderChecks, 'R05', configured(text))

test('R05: what is to be filled in is told, with its path', () => {
  for (const [text, word] of [
    ['CHANGE_ME', 'CHANGE_ME'],
    ['changeme', 'changeme'],
    ['CHANGE_ME_NOW', 'CHANGE_ME'],
    ['your-registry/cdb-ws:latest', 'your-registry'],
    ['https://shop.example.com/a', 'example.com'],
    ['postgres.example:5432', 'postgres.example:'],
    ['<password>', '<password>'],
    ['see <your domain here>', '<your domain here>'],
    ['TO' + 'DO: set', 'TO' + 'DO'],
    ['REPLACE_ME', 'REPLACE_ME'],
  ] as const) {
    assert.deepEqual(placeholders(text), [`data.A holds the placeholder "${word}"`], text)
  }
})

test('R05: common words, tags and numbers are none', () => {
  for (const text of [
    'exchange media',
    'change meters',
    '<html><body>x</body></html>',
    'your name',
    'a < b > c',
    'examples.commit',
  ]) {
    assert.deepEqual(placeholders(text), [], text)
  }
})

test('R05: objects of GitOps are looked at as well', () => {
  const gitops = sampleManifests(
    'kind: GitRepository\napiVersion: source.toolkit.fluxcd.io/v1\nmetadata: { name: a }\n' +
      'spec: { url: https://github.com/your-org/a }\n',
  )
  assert.equal(messagesOf(placeholderChecks, 'R05', sampleInput('', { gitops })).length, 1)
})

const flux = (postBuild: string): ReturnType<typeof sampleManifests> =>
  sampleManifests(`
kind: Kustomization
apiVersion: kustomize.toolkit.fluxcd.io/v1
metadata: { name: prod }
spec: { path: ./k8s/overlays/prod, ${postBuild} }
`)

const substitution = (text: string, gitops: ReturnType<typeof flux> = []): readonly string[] =>
  messagesOf(placeholderChecks, 'R06', sampleInput('', { builds: [sampleBuild(text)], gitops }))

test('R06: where Flux substitutes, every variable is declared or has a default', () => {
  const by = flux('postBuild: { substitute: { DOMAIN: shop.test } }')
  assert.deepEqual(substitution(configured('${DOMAIN} ${PORT:=80} $${LATER} ${1}:${2}'), by), [])
  assert.deepEqual(substitution(configured('${OTHER}'), by), [
    'data.A: ${OTHER} is declared nowhere, and Flux replaces it',
  ])
  const disabled = configured('${OTHER}').replace(
    'name: a',
    'name: a, annotations: { kustomize.toolkit.fluxcd.io/substitute: disabled }',
  )
  assert.deepEqual(substitution(disabled, by), [])
})

test('R06: where nobody substitutes, a variable in a field is one that was forgotten', () => {
  const image = deploymentText({ pod: 'nodeName: "${NODE}"' })
  assert.deepEqual(substitution(image), ['spec.template.spec.nodeName: nobody replaces ${NODE}'])
  assert.deepEqual(substitution(image, flux('prune: true')).length, 1, 'a Kustomization without postBuild')
})

test('R06: scripts, arguments and configuration have variables of their own', () => {
  assert.deepEqual(substitution(configured('echo ${HOME}')), [])
  assert.deepEqual(substitution(deploymentText({ container: 'args: ["${HOME}"]' })), [])
  assert.deepEqual(substitution(deploymentText({ container: 'env: [{ name: A, value: "${HOME}" }]' })), [])
})
