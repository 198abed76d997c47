import assert from 'node:assert/strict'
import { test } from 'node:test'
import { above } from './facts.ts'
import { price, quantity } from '../../../src/domain/decimal.ts'
import type { InstrumentId } from '../../../src/domain/instrument.ts'
import { duplicate } from '../../../src/engine/controls/duplicate.ts'
import { approval, breachOf, facts, NOW_MS, order, stopOrder } from './facts.ts'

const equal = (ageMs: number) =>
  approval({ eventMs: NOW_MS - ageMs, quantity: quantity('0.001'), price: price('50000') })

test('a slot decided before is denied', () => {
  assert.equal(breachOf(duplicate, order(), facts({ slotDecided: true }))?.value, order().slot)
  assert.notEqual(breachOf(duplicate, stopOrder('49000'), facts({ slotDecided: true })), null)
})

test('an equal order within the window is denied, one as old as the window passes', () => {
  assert.equal(breachOf(duplicate, order(), facts({ approvals: [equal(999)] }))?.value, '999ms ago')
  assert.equal(breachOf(duplicate, order(), facts({ approvals: [equal(1000)] })), null)
  assert.notEqual(breachOf(duplicate, order(), facts({ approvals: [equal(1000)] }), { window: '2s' }), null)
})

test('an order that differs in one thing is no duplicate', () => {
  const others = [
    { ...equal(0), side: 'sell' as const },
    { ...equal(0), quantity: quantity('0.00101') },
    { ...equal(0), price: above(price('50000')) },
    { ...equal(0), instrument: 'ETHUSDT.BINANCE' as InstrumentId },
  ]
  assert.equal(breachOf(duplicate, order(), facts({ approvals: others })), null)
  assert.notEqual(breachOf(duplicate, order(), facts({ approvals: [...others, equal(0), ...others] })), null)
})

test('equal protective orders of two part fills pass', () => {
  const approvals = [approval({ ...equal(10), side: 'sell', price: price('49000'), purpose: 'stopLoss' })]
  assert.equal(breachOf(duplicate, stopOrder('49000'), facts({ approvals })), null)
})
