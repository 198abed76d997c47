import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toVenueBalances, toVenueOrder, toVenueTrade } from '../../../src/adapters/binance/account-answers.ts'
import { parseObject } from '../../../src/adapters/binance/json.ts'
import { price, quantity } from '../../../src/domain/decimal.ts'
import { simulated } from '../venue-simulator/simulator.ts'

const order = {
  orderId: 1,
  clientOrderId: 'cdb1',
  executedQty: '0.00100000',
  status: 'CANCELED',
  updateTime: 5,
}
const trade = {
  ...{ id: 28_457, orderId: 1, price: '4.00000100', qty: '12.00000000', commission: '10.10000000' },
  ...{ commissionAsset: 'BNB', time: 5, isBuyer: true, isMaker: false },
}

test('orders, trades and balances are read exactly', () => {
  assert.deepEqual(toVenueOrder(order, simulated.id), {
    ...{ clientOrderId: 'cdb1', venueOrderId: '1', instrument: simulated.id, state: 'canceled' },
    ...{ filled: quantity('0.001'), updatedMs: 5 },
  })
  assert.deepEqual(toVenueTrade(trade, simulated.id), {
    ...{
      tradeId: '28457',
      venueOrderId: '1',
      instrument: simulated.id,
      side: 'buy',
      price: price('4.000001'),
    },
    ...{ quantity: quantity('12'), fee: quantity('10.1'), feeAsset: 'BNB', liquidity: 'taker', eventMs: 5 },
  })
  const balances = parseObject('{"balances":[{"asset":"BTC","free":"0.1","locked":"0.2"}]}')
  assert.deepEqual(toVenueBalances(balances), [{ asset: 'BTC', total: quantity('0.3') }])
})

test('what is of another shape is refused, never guessed', () => {
  assert.throws(() => toVenueOrder({ ...order, status: 'toString' }, simulated.id), TypeError)
  assert.throws(() => toVenueOrder({ ...order, executedQty: '1e5' }, simulated.id), {
    code: 'CDB_DECIMAL_INVALID',
  })
  assert.throws(() => toVenueTrade({ ...trade, id: 1.5 }, simulated.id), TypeError)
  assert.throws(() => toVenueTrade({ ...trade, price: 4 }, simulated.id), TypeError)
  assert.throws(() => toVenueBalances({ balances: null }), TypeError)
})
