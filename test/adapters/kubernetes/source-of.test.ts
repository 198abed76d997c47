import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findSource } from '../../../src/adapters/kubernetes/source-of.ts'
import { sampleInput } from './audit-sample.ts'

const web = 'kind: Deployment\napiVersion: apps/v1\nmetadata: { name: web }\n'
const input = sampleInput('', {
  files: [
    { path: 'a/overlays/dev/patch.yaml', text: web },
    { path: 'base/all.yaml', text: `kind: Pod\napiVersion: v1\nmetadata: { name: web }\n---\n${web}` },
    { path: 'notes.md', text: web },
  ],
})

test('an object of a build is found by kind and name, in the base rather than in a patch', () => {
  assert.deepEqual(findSource('Deployment shop/web', input), { file: 'base/all.yaml', line: 5 })
  assert.deepEqual(findSource('Deployment web container main', input), { file: 'base/all.yaml', line: 5 })
  assert.deepEqual(findSource('Pod shop/web', input), { file: 'base/all.yaml', line: 1 })
})

test('what no file holds is not found', () => {
  for (const title of ['', 'Deployment', 'Deployment shop/other', 'Service shop/web', 'build overlays/dev']) {
    assert.equal(findSource(title, input), null, title)
  }
})
