import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  knownLabels,
  matchesAny,
  selectorPairs,
} from '../../../../src/adapters/kubernetes/checks/scripts-labels.ts'
import { parseScript } from '../../../../src/adapters/kubernetes/checks/scripts-source.ts'
import { sampleBuild } from '../audit-sample.ts'

const matches = (selector: string, labels: Record<string, string>, script = ''): boolean =>
  matchesAny(selectorPairs(selector, parseScript({ path: 'a.sh', text: script }).lines), [labels], ['prod'])

test('a selector matches an object that has all of its labels', () => {
  assert.equal(matches('a=b,c==d', { a: 'b', c: 'd', e: 'f' }), true)
  assert.equal(matches('a=b,c=d', { a: 'b' }), false)
  assert.equal(matches('a=x', { a: 'b' }), false)
})

test('what only a run knows is the name of an environment, or anything', () => {
  assert.equal(matches('stage=$ENVIRONMENT', { stage: 'production' }), false)
  assert.equal(matches('stage={environment}', { stage: 'prod' }), true)
  assert.equal(matches('app=$name', { app: 'redis' }), true)
  assert.equal(matches('app=$name', { tier: 'redis' }), false)
})

test('a selector that a script names is looked up in it', () => {
  for (const script of [
    "value_of() {\n    own) printf '%s' 'a=b' ;;\n}",
    "function f {\n    'own' { return 'a=b' }\n}",
    "readonly own='a=b'",
    '$own = "a=b"',
  ]) {
    assert.equal(matches('{own}', { a: 'b' }, script), true, script)
    assert.equal(matches('$own', { a: 'c' }, script), false, script)
  }
})

test('the labels of pods count beside those of their owner', () => {
  const build = sampleBuild(`
apiVersion: apps/v1
kind: Deployment
metadata: { name: ws, labels: { a: b } }
spec: { template: { metadata: { labels: { c: d } } } }
`)
  assert.deepEqual(knownLabels([build]), [{ a: 'b' }, { c: 'd' }])
})
