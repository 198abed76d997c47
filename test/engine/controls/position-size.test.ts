import assert from 'node:assert/strict'
import { test } from 'node:test'
import { add, money, price, quantity, ZERO_MONEY } from '../../../src/domain/decimal.ts'
import type { Money } from '../../../src/domain/decimal.ts'
import { positionSize } from '../../../src/engine/controls/position-size.ts'
import { breachOf, facts, held, limitOrder, mark, order } from './facts.ts'

// A tenth of 10000 quote is 0.02 BTC at 50000.
const buy = (amount: string) => order({ quantity: quantity(amount) })

test('a position of exactly its share passes, the smallest lot more is denied', () => {
  assert.equal(breachOf(positionSize, buy('0.02'), facts()), null)
  const breach = breachOf(positionSize, buy('0.02001'), facts())
  assert.deepEqual([breach?.value, breach?.limit], ['1000.5 USDT', '0.1 of 10000 USDT'])
})

test('the limit itself is compared, not a part of it with itself', () => {
  // The forerunner sized an order to 0.8 of the limit and compared it with the limit, which could never fail.
  const about = facts({ position: held('0.019') })
  assert.equal(breachOf(positionSize, buy('0.001'), about), null)
  assert.notEqual(breachOf(positionSize, buy('0.002'), about), null)
})

test('open orders of the same side count with the position', () => {
  const about = facts({ position: held('0.01'), openBuys: quantity('0.009'), openSells: quantity('0.01') })
  assert.equal(breachOf(positionSize, buy('0.001'), about), null)
  assert.notEqual(breachOf(positionSize, buy('0.0011'), about), null)
})

test('a short position counts like a long one', () => {
  const sell = (amount: string) => order({ side: 'sell', quantity: quantity(amount) })
  const about = facts({ position: held('-0.01'), openSells: quantity('0.009') })
  assert.equal(breachOf(positionSize, sell('0.001'), about), null)
  assert.notEqual(breachOf(positionSize, sell('0.0011'), about), null)
})

test('a flip counts with what it leaves', () => {
  const sell = order({ side: 'sell', quantity: quantity('0.03') })
  assert.equal(breachOf(positionSize, sell, facts({ position: held('0.01') })), null)
  assert.notEqual(breachOf(positionSize, sell, facts({ position: held('0.0099') })), null)
})

test('a limit price above the mark values the worst case', () => {
  const about = facts({ mark: mark({ price: price('49000') }) })
  assert.notEqual(breachOf(positionSize, limitOrder('50000.01', { quantity: quantity('0.02') }), about), null)
})

test('twenty orders of 1000 against a cap of 3000: three pass before the first fill', () => {
  let grossWorst = ZERO_MONEY
  let approved = 0
  for (let count = 0; count < 20; count++) {
    const orderValue: Money = money('1000')
    const about = facts({ grossWorst, orderValue })
    const given = { grossShare: '0.3', instrumentShare: '10' }
    if (breachOf(positionSize, order(), about, given) !== null) continue
    approved += 1
    grossWorst = add(grossWorst, orderValue)
  }
  assert.equal(approved, 3)
})

test('exactly the gross share passes, the smallest amount more is denied', () => {
  const at = (grossWorst: string) => facts({ grossWorst: money(grossWorst), orderValue: money('50') })
  assert.equal(breachOf(positionSize, order(), at('4950')), null)
  assert.equal(breachOf(positionSize, order(), at('4950.000000000001'))?.limit, '0.5 of 10000 USDT')
})

test('no mark and no equity deny', () => {
  assert.notEqual(breachOf(positionSize, order(), facts({ mark: null })), null)
  assert.notEqual(breachOf(positionSize, order(), facts({ equity: money('0') })), null)
  assert.notEqual(breachOf(positionSize, order(), facts({ equity: money('-100') })), null)
})
