import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isEmptySelector, matchesLabels } from '../../../../src/adapters/kubernetes/checks/label-selector.ts'

const labels = { app: 'web', tier: 'front' }
const meets = (operator: string, key: string, values?: readonly string[]): boolean =>
  matchesLabels(
    { matchExpressions: [{ key, operator, ...(values === undefined ? {} : { values }) }] },
    labels,
  )

test('every label and every expression must be met', () => {
  assert.ok(matchesLabels({ matchLabels: { app: 'web' } }, labels))
  assert.ok(!matchesLabels({ matchLabels: { app: 'web', tier: 'back' } }, labels))
  assert.ok(meets('In', 'app', ['web', 'api']))
  assert.ok(!meets('In', 'zone', ['a']))
  assert.ok(!meets('NotIn', 'app', ['web']))
  assert.ok(meets('NotIn', 'zone', ['a']))
  assert.ok(meets('Exists', 'app'))
  assert.ok(!meets('Exists', 'zone'))
  assert.ok(meets('DoesNotExist', 'zone'))
  assert.ok(!meets('DoesNotExist', 'app'))
  assert.ok(!meets('Near', 'app'))
})

test('an empty selector means every pod', () => {
  assert.ok(isEmptySelector({}))
  assert.ok(isEmptySelector(undefined))
  assert.ok(matchesLabels({}, labels))
  assert.ok(!isEmptySelector({ matchExpressions: [{ key: 'a', operator: 'Exists' }] }))
})
