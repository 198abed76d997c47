import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isOpen, refusal } from '../../../src/adapters/venue-simulator/venue-order.ts'
import { accepted, formOf, NOW_MS, openExchange, plain } from './exchange-session.ts'
import { price } from '../../../src/domain/decimal.ts'

test('an order is open until it has ended', () => {
  const { exchange } = openExchange()
  const record = accepted(exchange.place(formOf({ type: 'limit', price: price('50000') }), NOW_MS, plain))
  assert(isOpen(record))
  exchange.cancel('cdb1', NOW_MS)
  assert(!isOpen(record))
  assert.deepEqual(refusal(-1, 'no'), { code: -1, message: 'no' })
})
