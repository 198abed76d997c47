import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  documentsOf,
  isYamlPath,
  manifestsOf,
  parseYaml,
} from '../../../src/adapters/kubernetes/yaml-text.ts'

test('documents have their values and the lines that they begin on', () => {
  const documents = parseYaml('# about\n\na: 1\n---\n# more\nb: [2]\n')
  assert.deepEqual(
    documents.map(({ value, line, faults }) => ({ value, line, faults })),
    [
      { value: { a: 1 }, line: 3, faults: [] },
      { value: { b: [2] }, line: 6, faults: [] },
    ],
  )
})

test('a key that is given twice is a fault, with its line, and the value is not taken', () => {
  const [document] = parseYaml('kind: Pod\nspec:\n  nodeName: a\n  nodeName: b\n')
  assert.equal(document?.value, null)
  assert.deepEqual(
    document.faults.map(({ line }) => line),
    [4],
  )
  assert.match(document.faults[0]?.message ?? '', /unique/)
})

test('broken text is a fault, with its line, and other documents are read', () => {
  const documents = parseYaml('a: 1\n---\nb: [1,\nc: "\n')
  assert.deepEqual(documents[0]?.value, { a: 1 })
  assert.ok((documents[1]?.faults.length ?? 0) > 0)
  assert.ok((documents[1]?.faults[0]?.line ?? 0) >= 3)
})

test('numbers with a leading zero are octal, as the API server reads them', () => {
  assert.deepEqual(parseYaml('mode: 0440\ntext: "0440"\nplain: 440\n')[0]?.value, {
    mode: 0o440,
    text: '0440',
    plain: 440,
  })
})

test('a bomb of aliases is a fault', () => {
  const levels = Array.from(
    { length: 12 },
    (_, level) => `l${level + 1}: &l${level + 1} [${`*l${level}, `.repeat(9)}*l${level}]`,
  )
  const [document] = parseYaml(`l0: &l0 lol\n${levels.join('\n')}\n`)
  assert.equal(document?.value, null)
  assert.match(document.faults[0]?.message ?? '', /alias/i)
})

test('text of a deep nest is a fault or a value, never a throw', () => {
  const documents = parseYaml(`${'['.repeat(50_000)}${']'.repeat(50_000)}`)
  assert.equal(documents.length, 1)
})

test('manifests are what has a kind and a version, those of a list one by one', () => {
  const text = `
kind: Pod
apiVersion: v1
metadata: { name: a }
---
just: configuration
---
- a list
---
kind: List
apiVersion: v1
items:
  - { kind: Service, apiVersion: v1, metadata: { name: b } }
  - { kind: Service, apiVersion: v1, metadata: { name: c } }
`
  const manifests = manifestsOf(parseYaml(text), 'all.yaml')
  assert.deepEqual(
    manifests.map(({ kind, name, file, line }) => [kind, name, file, line]),
    [
      ['Pod', 'a', 'all.yaml', 2],
      ['Service', 'b', 'all.yaml', 10],
      ['Service', 'c', 'all.yaml', 10],
    ],
  )
})

test('a file is parsed once', () => {
  const file = { path: 'a.yaml', text: 'a: 1' }
  assert.equal(documentsOf(file), documentsOf(file))
  assert.deepEqual(['a.yml', 'b.YAML', 'c.json', 'yaml'].map(isYamlPath), [true, true, false, false])
})
