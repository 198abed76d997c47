import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseOrderForm } from '../../../src/adapters/venue-simulator/order-form.ts'
import { price, quantity } from '../../../src/domain/decimal.ts'

const form = (fields: Readonly<Record<string, string>>) =>
  parseOrderForm(new URLSearchParams({ side: 'BUY', quantity: '0.01', newClientOrderId: 'cdb1', ...fields }))
const codeOf = (fields: Readonly<Record<string, string>>): number | null => {
  const parsed = form(fields)
  return 'code' in parsed ? parsed.code : null
}

test('each type of order is read', () => {
  const market = form({ type: 'MARKET' })
  assert.deepEqual(market, {
    ...{ clientOrderId: 'cdb1', side: 'buy', type: 'market', timeInForce: 'gtc', quantity: quantity('0.01') },
    ...{ price: null, stopPrice: null, postOnly: false, reduceOnly: false, group: null },
  })
  const limit = form({ type: 'LIMIT', price: '5', timeInForce: 'FOK', group: 'g', reduceOnly: 'true' })
  assert.deepEqual(limit, {
    ...market,
    type: 'limit',
    price: price('5'),
    timeInForce: 'fok',
    group: 'g',
    reduceOnly: true,
  })
  assert.equal(codeOf({ type: 'LIMIT_MAKER', price: '5' }), null)
  assert.equal(codeOf({ type: 'STOP_LOSS', stopPrice: '5' }), null)
  assert.equal(codeOf({ type: 'STOP_LOSS_LIMIT', stopPrice: '5', price: '4', timeInForce: 'GTC' }), null)
})

test('what is missing, too much or malformed is refused with the code of Binance', () => {
  assert.equal(codeOf({ type: 'constructor' }), -1116)
  assert.equal(codeOf({ type: 'MARKET', side: 'HOLD' }), -1117)
  assert.equal(codeOf({ type: 'MARKET', newClientOrderId: 'a b' }), -1102)
  for (const wrong of ['1e3', 'NaN', '-0', '١', ''])
    assert.equal(codeOf({ type: 'MARKET', quantity: wrong }), -1102)
  assert.equal(codeOf({ type: 'LIMIT', timeInForce: 'GTC' }), -1102)
  assert.equal(codeOf({ type: 'LIMIT', price: '5' }), -1102)
  assert.equal(codeOf({ type: 'LIMIT', price: '5', timeInForce: 'GTD' }), -1115)
  assert.equal(codeOf({ type: 'MARKET', price: '5' }), -1106)
  assert.equal(codeOf({ type: 'MARKET', stopPrice: '5' }), -1106)
})
