import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { imageNames } from '../../scripts/image-references.ts'
import { parseImageReference } from '../../src/adapters/kubernetes/checks/image-reference.ts'
import { environments, manifestsFolder, overlayOf } from './environments.ts'
import { findKubectl } from './kubectl.ts'
import { postgresEnv } from './server-image-postgres.ts'
import {
  absentRepositories,
  buildServerImages,
  imagesOf,
  nodeImages,
  repositoryOf,
  serverReferences,
} from './server-images.ts'

const kubectl = await findKubectl()

/** The images of an environment. */
function imagesIn(name: 'dev' | 'prod'): readonly string[] {
  const environment = environments.find((each) => each.name === name)
  assert(environment !== undefined)
  const folder = overlayOf(manifestsFolder, environment)
  return imagesOf(execFileSync(kubectl, ['kustomize', folder], { encoding: 'utf8', maxBuffer: 32 << 20 }))
}

const render = `
kind: StatefulSet
apiVersion: apps/v1
metadata: { name: a }
spec:
  template:
    spec:
      initContainers: [{ name: b, image: 'ghcr.io/owner/cdb-redis-acl:1' }]
      containers: [{ name: c, image: 'redis:7.2' }]
---
kind: CronJob
apiVersion: batch/v1
metadata: { name: d }
spec: { jobTemplate: { spec: { template: { spec: { containers: [{ name: e, image: 'redis:7.2' }] } } } } }
---
kind: ConfigMap
apiVersion: v1
metadata: { name: f }
data: { image: nothing }
`

test('the images of a render are those of its pods, each once', () => {
  assert.deepEqual(imagesOf(render), ['ghcr.io/owner/cdb-redis-acl:1', 'redis:7.2'])
})

test('a server has the tags of its repository, however it is written; a node has its own', () => {
  const found = serverReferences([
    'redis:7.2',
    'docker.io/library/redis:7.4@sha256:0',
    'quay.io/library/redis:1',
  ])
  assert.deepEqual(Object.fromEntries(found), {
    pause: [nodeImages.pause],
    coredns: [nodeImages.coredns],
    redis: ['docker.io/library/redis:7.2', 'docker.io/library/redis:7.4'],
  })
})

test('nothing stands in for a digest', () => {
  const mend = { code: 'CDB_CONFIG_INVALID', message: /docker\.io\/library\/redis@sha256:0/ }
  assert.throws(() => serverReferences(['docker.io/library/redis@sha256:0']), mend)
  assert.throws(() => serverReferences(imagesIn('prod')), { code: 'CDB_CONFIG_INVALID' })
})

test('every image of dev is ours, is made here, or is known to be absent', () => {
  const images = imagesIn('dev')
  const references = serverReferences(images)
  const made = new Set([...references.values()].flat())
  const isOurs = (image: string): boolean =>
    imageNames.some((name) => repositoryOf(image).endsWith(`/${name}`))
  const isAbsent = (image: string): boolean => absentRepositories.includes(repositoryOf(image))
  assert.deepEqual(
    images.filter((image) => !made.has(image) && !isOurs(image) && !isAbsent(image)),
    [],
  )
  for (const absent of absentRepositories) assert(images.some((image) => repositoryOf(image) === absent))
  assert.deepEqual([...references.keys()].toSorted(), [
    ...['alertmanager', 'coredns', 'pause', 'postgres', 'prometheus', 'redis'],
  ])
})

test('the servers of dev are of the versions that Debian 12 has', () => {
  const references = serverReferences(imagesIn('dev'))
  const majorOf = (name: 'postgres' | 'redis'): string | undefined =>
    /^\d+/.exec(parseImageReference(references.get(name)?.[0] ?? '').tag ?? '')?.[0]
  assert.equal(majorOf('redis'), '7')
  assert(postgresEnv.includes(`PG_MAJOR=${majorOf('postgres') ?? ''}`))
})

test('an image whose binary is not there is refused before anything is downloaded', () => {
  const references = new Map([['prometheus', ['docker.io/prom/prometheus:v3']]] as const)
  const absent = join(import.meta.dirname, 'absent')
  const options = { references, binaries: { coredns: absent, prometheus: absent } }
  assert.throws(() => buildServerImages(join(absent, 'output'), options), {
    code: 'CDB_FILE_MISSING',
    message: /prometheus/,
  })
})
