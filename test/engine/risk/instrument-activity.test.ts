import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatDecimal, price, quantity } from '../../../src/domain/decimal.ts'
import type { OrderRequest } from '../../../src/domain/order.ts'
import { createInstrumentActivity } from '../../../src/engine/risk/instrument-activity.ts'
import { approvedIn, createTestRisk, fillOf, markAt, signalAt } from './feed.ts'

function anOrder(): OrderRequest {
  const risk = createTestRisk()
  risk.step(markAt(0, '50000'))
  const [order] = approvedIn(risk.step(signalAt(0, '50000')))
  assert.ok(order !== undefined)
  return order
}

const order = anOrder()

test('the last twenty outcomes are kept, and rejections of ten minutes', () => {
  const activity = createInstrumentActivity()
  for (let index = 0; index < 25; index++) activity.onOutcome(index, index === 0 || index === 24)
  const recent = activity.recent(600_000)
  assert.equal(recent.outcomes.length, 20)
  assert.equal(recent.outcomes.filter((rejected) => rejected).length, 1)
  assert.deepEqual(recent.rejectsMs, [24])
})

test('slippage is measured against the price decided at, or the trigger of a stop, and only when adverse', () => {
  const activity = createInstrumentActivity()
  activity.onFill(order, fillOf(order, 0, { price: price('50500') }))
  activity.onFill(order, fillOf(order, 0, { price: price('49500') }))
  const stop: OrderRequest = { ...order, type: 'stop', side: 'sell', stopPrice: price('49000') }
  activity.onFill(stop, fillOf(stop, 0, { price: price('48510'), quantity: quantity('0.001') }))
  const limit: OrderRequest = { ...order, type: 'limit', price: price('50000') }
  activity.onFill(limit, fillOf(limit, 0, { price: price('50500') }))
  const { slippages } = activity.recent(0)
  assert.deepEqual(
    slippages.map(({ share }) => formatDecimal(share)),
    ['0.01', '0.01'],
  )
})
