import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  at,
  isRecord,
  listAt,
  numberAt,
  recordAt,
  textAt,
  textsAt,
} from '../../../src/adapters/kubernetes/value.ts'

const pod = { spec: { containers: [{ name: 'a', port: 80 }], labels: { app: 'x', n: 1 } }, nothing: null }

test('a path leads through objects and lists, and ends where nothing is', () => {
  assert.equal(at(pod, 'spec', 'containers', 0, 'name'), 'a')
  assert.equal(at(pod, 'spec', 'containers', 1, 'name'), undefined)
  assert.equal(at(pod, 'nothing', 'more'), undefined)
  assert.equal(at(pod, 'nothing'), null)
  assert.equal(at(undefined, 'a'), undefined)
})

test('a value of another kind counts as absent', () => {
  assert.equal(textAt(pod, 'spec', 'containers', 0, 'port'), undefined)
  assert.equal(numberAt(pod, 'spec', 'containers', 0, 'port'), 80)
  assert.equal(numberAt(pod, 'spec', 'containers', 0, 'name'), undefined)
  assert.deepEqual(listAt(pod, 'spec'), [])
  assert.deepEqual(recordAt(pod, 'spec', 'containers'), {})
  assert.deepEqual(textsAt(pod, 'spec', 'labels'), { app: 'x' })
})

test('a list and null are no objects', () => {
  assert.deepEqual([[], null, undefined, 'a'].map(isRecord), [false, false, false, false])
  assert.equal(isRecord({}), true)
})
