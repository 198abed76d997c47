import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTradeOrder, isNumbered } from '../../src/engine/trade-order.ts'
import type { NumberedTrade, TradeOrder } from '../../src/engine/trade-order.ts'
import { tradeAt } from './scenario.ts'

const trade = (tradeId: number, eventMs: number): NumberedTrade => ({
  ...tradeAt(tradeId, eventMs, 100),
  tradeId,
})

function orderAt(tradeId: number, eventMs: number): TradeOrder {
  const order = createTradeOrder()
  order.take(trade(tradeId, eventMs))
  return order
}

test('the first trade is in its place whatever its id', () => {
  assert.equal(createTradeOrder().placeOf(trade(77, 0)), 'next')
  assert.equal(createTradeOrder().last(), null)
})

test('ids that are missing, seen or begun anew are told apart', () => {
  const order = orderAt(10, 1_000)
  assert.equal(order.placeOf(trade(11, 1_000)), 'next')
  assert.equal(order.placeOf(trade(13, 1_000)), 'hole')
  assert.equal(order.placeOf(trade(10, 1_000)), 'seen')
  assert.equal(order.placeOf(trade(4, 900)), 'seen')
  assert.equal(order.placeOf(trade(1, 1_001)), 'restarted', 'an old id of a new time')
  assert.equal(order.last()?.tradeId, 10, 'asking moves nothing')
})

test('only trades with an id are numbered', () => {
  assert(isNumbered(tradeAt(1, 0, 100)))
  assert(!isNumbered({ ...tradeAt(1, 0, 100), tradeId: null }))
  assert(!isNumbered({ kind: 'heartbeat', eventMs: 0 }))
})
