import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parseDocument } from 'yaml'
import { imageNames, withBase } from '../scripts/image-references.ts'
import { imageSettings } from '../scripts/images.ts'
import { root } from './tidy/repository.ts'

const textOf = (path: string): string => readFileSync(join(root, path), 'utf8')
const dockerfile = textOf('Dockerfile')

/** Instructions with their continued lines joined, and no comments. */
const instructions: readonly string[] = dockerfile
  .replaceAll(/^\s*#.*\n/gm, '')
  .replaceAll(/\s*\\\n\s*/g, ' ')
  .split('\n')
  .filter((line) => line !== '')

const last = instructions.slice(instructions.indexOf('FROM scratch'))
const argumentsOf = (lines: readonly string[], name: string): readonly string[] =>
  lines.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1))

const settings = imageSettings({ commit: '$REVISION', epochSeconds: 0 }, '$VERSION')

test('every base of the Dockerfile is pinned by digest, and is the Node that the tests run on', () => {
  const { devDependencies } = JSON.parse(textOf('package.json')) as {
    devDependencies: Readonly<Record<string, string>>
  }
  const [base = ''] = argumentsOf(instructions, 'ARG')
  assert.match(base, /^NODE_IMAGE=docker\.io\/library\/node:[\d.]+-bookworm-slim@sha256:[0-9a-f]{64}$/)
  assert(base.includes(`:${devDependencies['node'] ?? ''}-`), base)
  assert.deepEqual(
    argumentsOf(instructions, 'FROM').map((from) => from.split(' ')[0]),
    ['${NODE_IMAGE}', '${NODE_IMAGE}', 'scratch'],
  )
})

test('the image starts as it does when it is built without Docker', () => {
  assert.deepEqual(argumentsOf(last, 'USER'), [settings.user])
  assert.deepEqual(argumentsOf(last, 'WORKDIR'), [settings.folder])
  assert.deepEqual(argumentsOf(last, 'ENV'), [settings.env.join(' ')])
  assert.deepEqual(JSON.parse(argumentsOf(last, 'ENTRYPOINT')[0] ?? ''), settings.entrypoint)
  assert.deepEqual(JSON.parse(argumentsOf(last, 'CMD')[0] ?? ''), settings.command)
  const labels = [...(argumentsOf(last, 'LABEL')[0] ?? '').matchAll(/([a-z.]+)="([^"]*)"/g)]
  const expected = { ...settings.labels, 'org.opencontainers.image.created': '$CREATED' }
  assert.deepEqual(Object.fromEntries(labels.map(([, name = '', value]) => [name, value])), expected)
})

test('nothing runs in the image that is shipped, and only packages of production come into it', () => {
  assert.deepEqual(argumentsOf(last, 'RUN'), [])
  assert.deepEqual(argumentsOf(last, 'ADD'), [])
  const installs = instructions.filter((line) => line.includes('npm ci'))
  assert.equal(installs.length, 1)
  assert.match(installs[0] ?? '', /npm ci --omit=dev --omit=optional --ignore-scripts/)
})

test('what the Dockerfile copies from the repository is let through, and nothing else is', () => {
  const sources = argumentsOf(instructions, 'COPY')
    .filter((copy) => !copy.startsWith('--from='))
    .flatMap((copy) => copy.split(' ').slice(0, -1))
  const [all, ...allowed] = textOf('.dockerignore').trim().split('\n')
  assert.equal(all, '*')
  assert.deepEqual(new Set(allowed), new Set(sources.map((source) => `!${source}`)))
})

test('a base is set by its digest, and one without is refused', () => {
  const base = `docker.io/library/node:24.99.0-bookworm-slim@sha256:${'ab'.repeat(32)}`
  assert.equal(argumentsOf(withBase(dockerfile, base).split('\n'), 'ARG')[0], `NODE_IMAGE=${base}`)
  for (const bad of ['node:24.99.0-bookworm-slim', base.slice(0, -1), base.replace('24.99.0', '24')]) {
    assert.throws(() => withBase(dockerfile, bad), /^Error: not \[REGISTRY\/\]node:24/)
  }
})

test('the script knows the images that the audit takes for our own', () => {
  const own = parseDocument(textOf('k8s/audit.yaml')).get('ownImages')
  assert.deepEqual((JSON.parse(JSON.stringify(own)) as string[]).slice(0, imageNames.length), imageNames)
})
