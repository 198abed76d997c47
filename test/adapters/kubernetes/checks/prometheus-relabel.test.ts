import assert from 'node:assert/strict'
import { test } from 'node:test'
import { expand, relabel } from '../../../../src/adapters/kubernetes/checks/prometheus-relabel.ts'
import type { Labels } from '../../../../src/adapters/kubernetes/checks/prometheus-relabel.ts'
import type { ValueRecord } from '../../../../src/adapters/kubernetes/value.ts'

const labels: Labels = { __address__: '10.0.0.1:80', __meta_a: 'x', __meta_b: 'true' }
function after(...rules: readonly ValueRecord[]): Labels | string {
  const result = relabel(rules, labels)
  if (result.kind === 'kept') return result.labels
  return result.kind === 'broken' ? result.reason : 'dropped'
}

test('the address is made of the groups that the expression has', () => {
  const rule = { source_labels: ['__meta_port'], regex: '(\\d+)', target_label: '__address__' }
  const run = (replacement: string, port = '8001') =>
    relabel([{ ...rule, replacement }], { ...labels, __meta_port: port })
  assert.deepEqual(run('${1}:${2}'), {
    kind: 'kept',
    labels: { ...labels, __meta_port: '8001', __address__: '8001:' },
  })
  const both = { source_labels: ['__address__', '__meta_port'], regex: '([^:]+)(?::\\d+)?;(\\d+)' }
  const good = relabel([{ ...both, replacement: '$1:$2', target_label: '__address__' }], {
    ...labels,
    __meta_port: '8001',
  })
  assert.equal(good.kind === 'kept' && good.labels['__address__'], '10.0.0.1:8001')
})

test('groups are named as Go names them: the longest name, braces, doubled dollars', () => {
  const match = /^(?<host>a)(b)$/.exec('ab')
  assert.ok(match)
  assert.equal(expand('$1_x', match), '')
  assert.equal(expand('${1}_x', match), 'a_x')
  assert.equal(expand('$host/${host}/$$1/$9', match), 'a/a/$1/')
})

test('keep and drop compare the whole text', () => {
  assert.deepEqual(after({ source_labels: ['__meta_a'], regex: 'y|x', action: 'keep' }), labels)
  assert.equal(after({ source_labels: ['__meta_b'], regex: 'tru', action: 'keep' }), 'dropped')
  assert.equal(after({ source_labels: ['__meta_a', '__meta_b'], regex: 'x;true', action: 'drop' }), 'dropped')
  assert.equal(
    after({ source_labels: ['__meta_a'], target_label: '__meta_b', action: 'keepequal' }),
    'dropped',
  )
  assert.equal(
    after({ source_labels: ['__meta_a'], target_label: '__meta_a', action: 'dropequal' }),
    'dropped',
  )
})

test('labels are mapped, dropped, kept, and written in other cases', () => {
  assert.deepEqual(after({ action: 'labelmap', regex: '__meta_(.+)' }), { ...labels, a: 'x', b: 'true' })
  assert.deepEqual(after({ action: 'labeldrop', regex: '__meta_.*' }), { __address__: '10.0.0.1:80' })
  assert.deepEqual(after({ action: 'labelkeep', regex: '__meta_a' }), { __meta_a: 'x' })
  const upper = { action: 'uppercase', source_labels: ['__meta_a'], target_label: 'u' }
  assert.deepEqual(after(upper, { ...upper, action: 'lowercase', target_label: 'l' }), {
    ...labels,
    u: 'X',
    l: 'x',
  })
})

test('an empty replacement takes a label away, and a rule that does not match changes nothing', () => {
  assert.deepEqual(after({ target_label: '__meta_a', replacement: '' }), {
    __address__: '10.0.0.1:80',
    __meta_b: 'true',
  })
  assert.deepEqual(after({ source_labels: ['__meta_a'], regex: 'z', target_label: 'q' }), labels)
})

test('hashmod is what Prometheus computes: the last eight bytes of MD5', () => {
  const sharded = after({
    action: 'hashmod',
    source_labels: ['__meta_a'],
    modulus: 1000,
    target_label: 'shard',
  })
  // md5('x') = 9dd4e461268c8034f5c8564e155c67a6, and 0xf5c8564e155c67a6 mod 1000 = 710.
  assert.equal(typeof sharded === 'string' ? sharded : sharded['shard'], String(0xf5c8564e155c67a6n % 1000n))
})

test('what Prometheus would refuse is told', () => {
  assert.equal(after({ source_labels: ['a'], regex: '(' }), 'regex ( cannot be read')
  assert.equal(after({ action: 'reduce' }), 'action reduce does not exist')
  assert.equal(after({ source_labels: ['a'] }), 'a rule that replaces has no target_label')
})

test('flags and names of Go are understood', () => {
  const named = {
    source_labels: ['__meta_a'],
    regex: '(?i)(?P<n>X)',
    target_label: 'q',
    replacement: '${n}!',
  }
  assert.deepEqual(after(named), { ...labels, q: 'x!' })
})
