import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readExpression } from '../../../../src/adapters/kubernetes/checks/promql.ts'

const metricsOf = (text: string): readonly string[] | string => {
  const expression = readExpression(text)
  return expression.kind === 'read' ? expression.metrics : expression.reason
}

test('metrics are what is no word, function or label', () => {
  assert.deepEqual(metricsOf('up'), ['up'])
  assert.deepEqual(metricsOf('sum by (service) (cdb_lease_held) < 1'), ['cdb_lease_held'])
  assert.deepEqual(metricsOf('sum(rate(a_total{job="x", code=~"5.."}[5m])) by (job) / count(b)'), [
    'a_total',
    'b',
  ])
  assert.deepEqual(metricsOf('histogram_quantile(0.99, sum without (pod) (rate(c_bucket[1h30m])))'), [
    'c_bucket',
  ])
  assert.deepEqual(metricsOf('a * on (pod, ns) group_left (node) b unless ignoring (x) c'), ['a', 'b', 'c'])
})

test('modifiers, subqueries, numbers and comments are no metrics', () => {
  assert.deepEqual(metricsOf('a offset 5m > bool 1e3 or -b @ start() # c'), ['a', 'b'])
  assert.deepEqual(metricsOf('max_over_time(rate(a[5m])[1h:1m])'), ['a'])
  assert.deepEqual(metricsOf('max_over_time(a[1h:])'), ['a'])
  assert.deepEqual(metricsOf('0x1F + Inf - NaN + .5'), [])
})

test('colons belong to names of recorded rules', () => {
  assert.deepEqual(metricsOf('job:errors:rate5m > 0'), ['job:errors:rate5m'])
})

test('a name may stand in braces', () => {
  assert.deepEqual(metricsOf('{__name__="a_total", job="b"}'), ['a_total'])
  assert.deepEqual(metricsOf('{"a.b", job="c"}'), ['a.b'])
  assert.deepEqual(metricsOf('{__name__=~"a.*"}'), [])
})

test('variables of dashboards stand for anything', () => {
  assert.deepEqual(metricsOf('rate(a{job="$job"}[$__rate_interval]) + ${n:raw} + [[m]]'), ['a'])
  assert.deepEqual(metricsOf('topk($n, a)'), ['a'])
})

test('texts may hold brackets and quotes', () => {
  assert.deepEqual(metricsOf('label_replace(a, "x", "$1", "y", "(.*)\\")")'), ['a'])
  assert.deepEqual(metricsOf("a{b='}'} + c{d=`{`}"), ['a', 'c'])
})

test('what is no expression says why', () => {
  assert.equal(metricsOf(''), 'it is empty')
  assert.equal(metricsOf('sum(a'), ') is missing')
  assert.equal(metricsOf('a)'), ') closes nothing')
  assert.equal(metricsOf('a[5m}'), '} closes nothing')
  assert.equal(metricsOf('a >'), 'it ends with >')
  assert.equal(metricsOf('rates(a[5m])'), 'rates is no function')
  assert.equal(metricsOf('a{b="c}'), '"c} cannot be read')
  assert.equal(metricsOf('a ; b'), '; b cannot be read')
})
