import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Breach } from '../../../src/engine/control.ts'
import { unknownOrders } from '../../../src/engine/controls/unknown-orders.ts'
import type { ClientOrderId } from '../../../src/domain/order.ts'
import { breachOf, facts, open, order } from './facts.ts'

const watched = (inDoubt: readonly string[]): Breach | null =>
  unknownOrders.watch?.(facts({ inDoubt }), { halt: 3 }) ?? null

test('an order in doubt denies others of its instrument', () => {
  const openOrders = [open(order({ clientOrderId: 'cdb2' as ClientOrderId }), { state: 'unknown' })]
  assert.equal(breachOf(unknownOrders, order(), facts({ openOrders })), null)
  assert.equal(breachOf(unknownOrders, order(), facts({ openOrders, inDoubt: ['cdb2'] }))?.value, 'cdb2')
  assert.equal(breachOf(unknownOrders, order(), facts({ openOrders, inDoubt: ['cdb3'] })), null)
})

test('as many as the limit halt the account', () => {
  assert.equal(watched(['a', 'b']), null)
  assert.equal(watched(['a', 'b', 'c'])?.halt, true)
})
