import assert from 'node:assert/strict'
import { test } from 'node:test'
import { orderQueryOf } from '../../../src/adapters/binance/order-query.ts'
import { price, quantity } from '../../../src/domain/decimal.ts'
import type { OrderRequest } from '../../../src/domain/order.ts'
import { orderFor } from '../../contracts/venue-gateway.ts'
import { simulated } from '../venue-simulator/simulator.ts'

const queryOf = (fields: Partial<OrderRequest>, extensions = false): Readonly<Record<string, string>> => {
  const order = orderFor({ instrument: simulated, account: 'a' }, { id: 'cdb1', ...fields })
  return Object.fromEntries(orderQueryOf(order, extensions))
}

test('amounts are exact and plain', () => {
  const { quantity: written, price: limit } = queryOf({
    ...{ type: 'limit', quantity: quantity('0.00000001'), price: price('123456789.000000000001') },
  })
  assert.deepEqual([written, limit], ['0.00000001', '123456789.000000000001'])
})

test('each type has its name, and only the parameters that Binance takes with it', () => {
  const [limit, stop] = [price('5'), price('6')]
  const base = ['newClientOrderId', 'newOrderRespType', 'quantity', 'side', 'symbol', 'type']
  const cases: readonly (readonly [Partial<OrderRequest>, string, readonly string[]])[] = [
    [{ type: 'market' }, 'MARKET', []],
    [{ type: 'limit', price: limit, timeInForce: 'ioc' }, 'LIMIT', ['price', 'timeInForce']],
    [{ type: 'limit', price: limit, postOnly: true }, 'LIMIT_MAKER', ['price']],
    [{ type: 'stop', stopPrice: stop, side: 'sell' }, 'STOP_LOSS', ['stopPrice']],
    [
      { type: 'stopLimit', price: limit, stopPrice: stop },
      'STOP_LOSS_LIMIT',
      ['price', 'stopPrice', 'timeInForce'],
    ],
  ]
  for (const [fields, type, more] of cases) {
    const query = queryOf({ ...fields, reduceOnly: true, group: 'g' })
    assert.equal(query['type'], type)
    assert.deepEqual(Object.keys(query).sort(), [...base, ...more].sort())
  }
})

test('reduceOnly and group are sent only where they are known', () => {
  const query = queryOf({ reduceOnly: true, group: 'g' }, true)
  assert.deepEqual([query['reduceOnly'], query['group']], ['true', 'g'])
})
