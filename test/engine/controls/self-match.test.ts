import assert from 'node:assert/strict'
import { test } from 'node:test'
import { price } from '../../../src/domain/decimal.ts'
import type { InstrumentId } from '../../../src/domain/instrument.ts'
import type { OrderRequest } from '../../../src/domain/order.ts'
import { selfMatch } from '../../../src/engine/controls/self-match.ts'
import { breachOf, facts, limitOrder, mark, open, order, stopOrder } from './facts.ts'

const takeProfit = (at: string) =>
  open(limitOrder(at, { side: 'sell', purpose: 'takeProfit', reduceOnly: true, group: 'g' }))
const denies = (request: OrderRequest, ...openOrders: ReturnType<typeof open>[]) =>
  breachOf(selfMatch, request, facts({ openOrders })) !== null

test('a market buy that would meet our take-profit at the touch is denied', () => {
  assert.equal(denies(order(), takeProfit('50001')), true)
  assert.equal(denies(order(), takeProfit('50000')), true)
  assert.equal(denies(order(), takeProfit('50001.01')), false)
})

test('a market sell that would meet our resting buy at the touch is denied', () => {
  const sell = order({ side: 'sell' })
  assert.equal(denies(sell, open(limitOrder('49999'))), true)
  assert.equal(denies(sell, open(limitOrder('49998.99'))), false)
})

test('a limit order crosses at the price of our own order', () => {
  assert.equal(denies(limitOrder('50100'), takeProfit('50100')), true)
  assert.equal(denies(limitOrder('50099.99'), takeProfit('50100')), false)
  const sell = (at: string) => limitOrder(at, { side: 'sell' })
  assert.equal(denies(sell('49900'), open(limitOrder('49900'))), true)
  assert.equal(denies(sell('49900.01'), open(limitOrder('49900'))), false)
})

test('orders of the same side, of other instruments and untriggered stops do not match', () => {
  const elsewhere = open(limitOrder('1', { side: 'sell', instrument: 'ETHUSDT.BINANCE' as InstrumentId }))
  const stopLimit = open(stopOrder('49000', { type: 'stopLimit', price: price('48900') }))
  assert.equal(
    denies(order(), open(limitOrder('50001')), elsewhere, open(stopOrder('49000')), stopLimit),
    false,
  )
  assert.equal(denies(stopOrder('49000'), open(limitOrder('49999'))), false)
})

test('an order whose cancel is requested makes way', () => {
  const leaving = open(limitOrder('49999'), { state: 'cancelPending' })
  assert.equal(denies(order({ side: 'sell' }), leaving), false)
  assert.equal(denies(order({ side: 'sell' }), leaving, open(limitOrder('49999'))), true)
})

test('without a book the last price is the touch, and without any price a market order is denied', () => {
  const bare = facts({ mark: mark({ bid: null, ask: null }), openOrders: [takeProfit('50000')] })
  assert.notEqual(breachOf(selfMatch, order(), bare), null)
  assert.notEqual(breachOf(selfMatch, order(), facts({ mark: null })), null)
  assert.equal(breachOf(selfMatch, limitOrder('50000'), facts({ mark: null })), null)
  assert.notEqual(breachOf(selfMatch, order({ type: 'limit' }), facts()), null)
})
