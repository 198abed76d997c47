import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { InstrumentId } from '../../../src/domain/instrument.ts'
import { openOrders } from '../../../src/engine/controls/open-orders.ts'
import { bitcoin, breachOf, facts, limitOrder, open, order, stopOrder } from './facts.ts'

const resting = (count: number) => Array.from({ length: count }, () => open(limitOrder('49900')))
const elsewhere = (count: number) =>
  Array.from({ length: count }, () =>
    open(limitOrder('3000', { instrument: 'ETHUSDT.BINANCE' as InstrumentId })),
  )

test('the order that makes the limit of an instrument full passes, the next is denied', () => {
  assert.equal(breachOf(openOrders, order(), facts({ openOrders: resting(19) })), null)
  const breach = breachOf(openOrders, order(), facts({ openOrders: resting(20) }))
  assert.deepEqual([breach?.value, breach?.limit], ['21 orders', '20 orders'])
})

test('the order that makes the limit of the account full passes, the next is denied', () => {
  assert.equal(breachOf(openOrders, order(), facts({ openOrders: elsewhere(49) })), null)
  assert.equal(breachOf(openOrders, order(), facts({ openOrders: elsewhere(50) }))?.limit, '50 orders')
})

test('a stop-loss is not refused for the entries that rest', () => {
  const about = facts({ openOrders: resting(60), increasesRisk: false })
  assert.equal(breachOf(openOrders, stopOrder('49000'), about), null)
})

test("the venue's own limit holds for every order", () => {
  const instrument = { ...bitcoin, openOrdersMax: 3 }
  const about = { instrument, increasesRisk: false }
  assert.equal(breachOf(openOrders, stopOrder('49000'), facts({ ...about, openOrders: resting(2) })), null)
  const breach = breachOf(openOrders, stopOrder('49000'), facts({ ...about, openOrders: resting(3) }))
  assert.equal(breach?.limit, '3 orders')
})
