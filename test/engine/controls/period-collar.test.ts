import assert from 'node:assert/strict'
import { test } from 'node:test'
import { above, approval, breachOf, facts, limitOrder, NOW_MS, order, stopOrder } from './facts.ts'
import { price } from '../../../src/domain/decimal.ts'
import type { InstrumentId } from '../../../src/domain/instrument.ts'
import { periodCollar } from '../../../src/engine/controls/period-collar.ts'

const at = (text: string, ageMs = 1000) => approval({ price: price(text), eventMs: NOW_MS - ageMs })

test('a first order has no path', () => {
  assert.equal(breachOf(periodCollar, order(), facts()), null)
})

test('a path of exactly the share passes, the smallest step more is denied', () => {
  // 100 -> 101 -> 100.5 would be 1 % and a rest; 100 -> 102 -> 103.02 is 2 % + 1 %.
  const approvals = [at('100'), at('102')]
  assert.equal(breachOf(periodCollar, limitOrder('103.02'), facts({ approvals })), null)
  const beyond = limitOrder('1', { price: above(price('103.02')) })
  assert.equal(breachOf(periodCollar, beyond, facts({ approvals }))?.value, '0.030000000001')
})

test('the way there and back counts, not the distance in the end', () => {
  const approvals = [at('100'), at('102'), at('100')]
  assert.notEqual(breachOf(periodCollar, limitOrder('100'), facts({ approvals })), null)
})

test('prices as old as the window, of other instruments and of protective orders are no part of it', () => {
  const approvals = [
    at('90', 60_000),
    approval({ price: price('3000'), instrument: 'ETHUSDT.BINANCE' as InstrumentId }),
    at('100'),
    approval({ price: price('98'), purpose: 'stopLoss', side: 'sell' }),
    approval({ price: price('104'), purpose: 'takeProfit', side: 'sell' }),
  ]
  assert.equal(breachOf(periodCollar, limitOrder('100'), facts({ approvals })), null)
  assert.notEqual(breachOf(periodCollar, limitOrder('100'), facts({ approvals: [at('90', 59_999)] })), null)
})

test('a market order stands at its decision price and a protective one is not judged', () => {
  const approvals = [at('48000')]
  assert.notEqual(breachOf(periodCollar, order(), facts({ approvals })), null)
  assert.equal(breachOf(periodCollar, stopOrder('45000'), facts({ approvals })), null)
})
