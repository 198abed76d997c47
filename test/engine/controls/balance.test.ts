import assert from 'node:assert/strict'
import { test } from 'node:test'
import { money, quantity } from '../../../src/domain/decimal.ts'
import { balance } from '../../../src/engine/controls/balance.ts'
import { breachOf, facts, order, permission } from './facts.ts'

test('a buy needs its value and the reserve: exactly that suffices', () => {
  const value = { orderValue: money('1000') }
  assert.equal(breachOf(balance, order(), facts({ ...value, cashFree: money('1005') })), null)
  const breach = breachOf(balance, order(), facts({ ...value, cashFree: money('1004.999999999999') }))
  assert.deepEqual([breach?.value, breach?.limit], ['1005 USDT', '1004.999999999999 USDT'])
})

test('a buy that only covers a short needs no free cash', () => {
  const about = facts({ cashFree: money('-1'), increasesRisk: false })
  assert.equal(breachOf(balance, order({ reduceOnly: true }), about), null)
})

test('a sell needs its quantity free: exactly that suffices', () => {
  const sell = order({ side: 'sell', quantity: quantity('0.5') })
  assert.equal(breachOf(balance, sell, facts({ quantityFree: quantity('0.5') })), null)
  const breach = breachOf(balance, sell, facts({ quantityFree: quantity('0.49999') }))
  assert.deepEqual([breach?.value, breach?.limit], ['0.5 BTC', '0.49999 BTC'])
})

test('a sell without a position is denied, unless the account may sell short', () => {
  const sell = order({ side: 'sell' })
  assert.notEqual(breachOf(balance, sell, facts()), null)
  assert.equal(breachOf(balance, sell, facts({ permissions: [permission({ short: true })] })), null)
})
