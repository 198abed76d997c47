import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  imageNameOf,
  isFloatingTag,
  isImageNamed,
  parseImageReference,
} from '../../../../src/adapters/kubernetes/checks/image-reference.ts'

test('a bare name is of the library of docker.io', () => {
  const image = { registry: 'docker.io', repository: 'library/redis', tag: '7.4', digest: null }
  assert.deepEqual(parseImageReference('redis:7.4'), image)
})

test('a registry has a dot or a port, or is localhost', () => {
  assert.deepEqual(parseImageReference('ghcr.io/a/cdb-ws:1.0.0@sha256:00'), {
    registry: 'ghcr.io',
    repository: 'a/cdb-ws',
    tag: '1.0.0',
    digest: 'sha256:00',
  })
  assert.equal(parseImageReference('localhost:5000/ws').registry, 'localhost:5000')
  assert.equal(parseImageReference('localhost:5000/ws').tag, null)
  assert.equal(parseImageReference('prom/prometheus:v3').registry, 'docker.io')
  assert.equal(parseImageReference('localhost/ws').repository, 'ws')
})

test('an image is meant by its last name, its path, and patterns of them', () => {
  const image = parseImageReference('ghcr.io/jannekbuengener/cdb-ws:1.0.0')
  assert.equal(imageNameOf(image), 'cdb-ws')
  assert.ok(isImageNamed(image, 'cdb-ws'))
  assert.ok(isImageNamed(image, 'ghcr.io/jannekbuengener/cdb-*'))
  assert.ok(!isImageNamed(image, 'cdb'))
  assert.ok(!isImageNamed(image, 'ghcr-io/jannekbuengener/cdb-ws'))
})

test('words and single numbers float, versions and builds stay', () => {
  for (const tag of ['latest', 'dev-latest', 'main', 'dev', '7', 'v1', '15-alpine']) {
    assert.ok(isFloatingTag(tag), tag)
  }
  for (const tag of ['7.4', 'v3.5.0', '15.8-bookworm', '0.1.0-dev.4', 'main-3f2a9c1-1700000000']) {
    assert.ok(!isFloatingTag(tag), tag)
  }
})
