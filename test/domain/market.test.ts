import assert from 'node:assert/strict'
import { test } from 'node:test'
import { opposite } from '../../src/domain/market.ts'

test('each side has its opposite', () => {
  assert.equal(opposite('buy'), 'sell')
  assert.equal(opposite('sell'), 'buy')
})
