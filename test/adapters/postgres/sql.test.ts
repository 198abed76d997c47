import assert from 'node:assert/strict'
import { test } from 'node:test'
import { numberAt, textAt } from '../../../src/adapters/postgres/sql.ts'

test('a column is read as text or as a number, whatever the client made of it', () => {
  const row = { seq: 12, big: 9007199254740991n, amount: '0.000000000001' }
  assert.equal(textAt(row, 'seq'), '12')
  assert.equal(textAt(row, 'amount'), '0.000000000001')
  assert.equal(numberAt(row, 'big'), Number.MAX_SAFE_INTEGER)
  assert.equal(numberAt({ count: '42' }, 'count'), 42)
})

test('a column that is not there is no number', () => {
  assert(Number.isNaN(numberAt({}, 'count')))
})
