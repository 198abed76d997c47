import assert from 'node:assert/strict'
import { test } from 'node:test'
import { price, ratio } from '../../../src/domain/decimal.ts'
import {
  createWorkingOrder,
  isStopped,
  isWithinLimit,
} from '../../../src/engine/paper-venue/working-order.ts'
import { orderOf } from './market-day.ts'

const working = (wanted: Parameters<typeof orderOf>[0]) =>
  createWorkingOrder(orderOf(wanted), {
    submittedMs: 1,
    arrivedMs: 2,
    slippage: ratio('0'),
    reservePrice: price('100'),
  })

test('a limit allows itself and what is better, no limit allows all', () => {
  const buy = working({ id: 'a', side: 'buy', quantity: '1', price: '61583.22' })
  assert.deepEqual(
    [61583.21, 61583.22, 61583.23].map((at) => isWithinLimit(buy, at)),
    [true, true, false],
  )
  const sell = working({ id: 'b', side: 'sell', quantity: '1', price: '0.1' })
  assert.deepEqual(
    [0.09, 0.1, 0.11].map((at) => isWithinLimit(sell, at)),
    [false, true, true],
  )
  assert(isWithinLimit(working({ id: 'c', side: 'buy', quantity: '1' }), 1e9))
})

test('a sell stop triggers at or below its price, a buy stop at or above', () => {
  const sell = working({ id: 'a', side: 'sell', quantity: '1', stopPrice: '100.1' })
  assert.deepEqual(
    [100, 100.1, 100.2].map((at) => isStopped(sell, at)),
    [true, true, false],
  )
  const buy = working({ id: 'b', side: 'buy', quantity: '1', stopPrice: '100.1' })
  assert.deepEqual(
    [100, 100.1, 100.2].map((at) => isStopped(buy, at)),
    [false, true, true],
  )
})

test('an order with a stop price begins dormant, others want to trade', () => {
  assert.equal(working({ id: 'a', side: 'buy', quantity: '1', stopPrice: '100' }).phase, 'dormant')
  assert.equal(working({ id: 'b', side: 'buy', quantity: '1', price: '100' }).phase, 'waiting')
})
