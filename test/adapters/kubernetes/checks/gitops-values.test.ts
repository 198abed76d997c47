import assert from 'node:assert/strict'
import { test } from 'node:test'
import { valueFaults } from '../../../../src/adapters/kubernetes/checks/gitops-values.ts'
import { sampleManifests } from '../audit-sample.ts'

const found = (kind: string, spec: string): readonly string[] =>
  sampleManifests(`apiVersion: toolkit.fluxcd.io/v1\nkind: ${kind}\nmetadata: { name: a }\nspec: { ${spec} }`)
    .flatMap(valueFaults)
    .map(({ path, message }) => `${path} ${message}`)

test('values that the API server takes have no faults', () => {
  const spec = "url: 'ssh://git@git.local/app', interval: 1m30s, verify: { mode: TagAndHEAD }"
  assert.deepEqual(found('GitRepository', spec), [])
  assert.deepEqual(found('Kustomization', 'interval: 10m, deletionPolicy: Orphan'), [])
  assert.deepEqual(found('Alert', 'eventSources: [{ kind: Kustomization }]'), [])
  assert.deepEqual(found('Service', 'interval: often'), [])
})

test('durations, addresses and words that are none are found', () => {
  assert.deepEqual(found('Kustomization', 'interval: 10, retryInterval: soon, timeout: 1 m'), [
    '/spec/retryInterval is "soon" and must be a duration such as 10m',
    '/spec/timeout is "1 m" and must be a duration such as 10m',
  ])
  assert.match(found('GitRepository', "url: 'file:///app'").join(), /an https or ssh address/)
  assert.match(found('ImageRepository', "image: 'https://registry.local/app'").join(), /without a scheme/)
  assert.match(found('Kustomization', 'deletionPolicy: Keep').join(), /one of MirrorPrune, Delete/)
  assert.match(found('Provider', 'type: pigeon').join(), /\/spec\/type is "pigeon"/)
})

test('each entry of a list is looked at', () => {
  const kinds = 'eventSources: [{ kind: Kustomization }, { kind: Pod }]'
  assert.match(found('Alert', kinds).join(), /^\/spec\/eventSources\/\*\/kind is "Pod"/)
})

test('the interval of an image policy goes with a digest that is read again', () => {
  assert.equal(found('ImagePolicy', 'digestReflectionPolicy: Always').length, 1)
  assert.equal(found('ImagePolicy', 'digestReflectionPolicy: IfNotPresent, interval: 1m').length, 1)
  assert.deepEqual(found('ImagePolicy', 'digestReflectionPolicy: Always, interval: 1m'), [])
})
