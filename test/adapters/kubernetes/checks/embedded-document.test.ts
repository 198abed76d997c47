import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  embeddedValue,
  embeddedValues,
  isStructured,
  readEmbedded,
} from '../../../../src/adapters/kubernetes/checks/embedded-document.ts'

test('YAML and JSON are read from a text', () => {
  assert.deepEqual(embeddedValue('a: [1, two]'), { a: [1, 'two'] })
  assert.deepEqual(embeddedValue('{"a": true}'), { a: true })
})

test('what cannot be read says why, in one line', () => {
  const document = readEmbedded('a: [1')
  const reason = document.kind === 'broken' ? document.reason : ''
  assert.ok(reason !== '' && !reason.includes('\n'))
  assert.equal(embeddedValue('a: [1'), null)
})

test('aliases that multiply without end are refused', () => {
  const bomb = ['a: &a [x, x, x, x, x, x, x, x, x]']
  for (const [one, other] of ['ab', 'bc', 'cd', 'de', 'ef'].map((pair) => pair.split(''))) {
    const many = Array.from({ length: 9 }, () => `*${one ?? ''}`).join(', ')
    bomb.push(`${other ?? ''}: &${other ?? ''} [${many}]`)
  }
  assert.equal(readEmbedded(bomb.join('\n')).kind, 'broken')
})

test('of several documents those that can be read are kept', () => {
  assert.deepEqual(embeddedValues('a: 1\n---\nb: [\n---\nc: 3'), [{ a: 1 }, { c: 3 }])
  assert.deepEqual(embeddedValues(''), [])
})

test('a file name says whether YAML or JSON is in it', () => {
  assert.ok(['a.yml', 'b.yaml', 'c.json', 'd.rules'].every(isStructured))
  assert.ok(!isStructured('redis.conf') && !isStructured('LOG_LEVEL'))
})
