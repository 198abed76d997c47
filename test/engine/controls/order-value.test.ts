import assert from 'node:assert/strict'
import { test } from 'node:test'
import { money } from '../../../src/domain/decimal.ts'
import { orderValue } from '../../../src/engine/controls/order-value.ts'
import { breachOf, facts, order } from './facts.ts'

test('a value of exactly its share of equity passes, the smallest amount more is denied', () => {
  assert.equal(breachOf(orderValue, order(), facts({ orderValue: money('100') })), null)
  const breach = breachOf(orderValue, order(), facts({ orderValue: money('100.000000000001') }))
  assert.deepEqual([breach?.value, breach?.limit], ['100.000000000001 USDT', '0.01 of 10000 USDT'])
})

test('the hard cap holds however large the equity is', () => {
  const rich = { equity: money('1000000000') }
  assert.equal(breachOf(orderValue, order(), facts({ ...rich, orderValue: money('1000') })), null)
  const breach = breachOf(orderValue, order(), facts({ ...rich, orderValue: money('1000.000000000001') }))
  assert.equal(breach?.limit, '1000 USDT')
  const raised = { cap: '2000' }
  assert.equal(breachOf(orderValue, order(), facts({ ...rich, orderValue: money('2000') }), raised), null)
})

test('an account without equity has no share to spend', () => {
  for (const equity of ['0', '-5']) {
    const about = facts({ equity: money(equity), orderValue: money('0') })
    assert.notEqual(breachOf(orderValue, order(), about), null)
  }
})
