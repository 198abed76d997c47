import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { formatDecimal, parseDecimal, price, quantity } from '../../../src/domain/decimal.ts'
import type { Price, Quantity } from '../../../src/domain/decimal.ts'
import { CdbError } from '../../../src/domain/errors.ts'
import { orderNumbers } from '../../../src/engine/controls/order-numbers.ts'
import { above, breachOf, facts, limitOrder, order, stopOrder } from './facts.ts'

const GREATEST = parseDecimal('999999999999999999.999999999999')

test('orders of every type with their own numbers pass', () => {
  const stopLimit = stopOrder('49000', { type: 'stopLimit', price: price('48900') })
  for (const request of [order(), limitOrder('50000'), stopOrder('49000'), stopLimit]) {
    assert.equal(breachOf(orderNumbers, request, facts()), null)
  }
})

test('the smallest and the greatest number pass; zero, less and more are denied', () => {
  const isDenied = (value: bigint) => [
    breachOf(orderNumbers, order({ quantity: value as Quantity }), facts()) !== null,
    breachOf(orderNumbers, order({ decisionPrice: value as Price }), facts()) !== null,
    breachOf(orderNumbers, limitOrder('1', { price: value as Price }), facts()) !== null,
    breachOf(orderNumbers, stopOrder('1', { stopPrice: value as Price }), facts()) !== null,
  ]
  for (const value of [1n, GREATEST]) assert.deepEqual(isDenied(value), [false, false, false, false])
  for (const value of [0n, -1n, above(GREATEST)]) assert.deepEqual(isDenied(value), [true, true, true, true])
})

test('a price that the type does not have, or lacks, is denied', () => {
  for (const request of [
    order({ price: price('50000') }),
    order({ stopPrice: price('50000') }),
    order({ type: 'limit' }),
    order({ type: 'stop' }),
    stopOrder('49000', { type: 'stopLimit' }),
    stopOrder('49000', { price: price('49000') }),
  ]) {
    assert.notEqual(breachOf(orderNumbers, request, facts()), null)
  }
})

test('times are whole milliseconds', () => {
  for (const time of [Number.NaN, Infinity, 1.5, 2 ** 60]) {
    assert.notEqual(breachOf(orderNumbers, order({ decidedMs: time }), facts()), null)
    assert.notEqual(breachOf(orderNumbers, order({ expiresMs: time }), facts()), null)
  }
})

test('what passes comes back from its text as it went in, and what does not cannot be read', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 1n, max: 10n ** 33n }), (value) => {
      const isDenied = breachOf(orderNumbers, order({ quantity: value as Quantity }), facts()) !== null
      if (isDenied) assert.throws(() => quantity(formatDecimal(value)), CdbError)
      else assert.equal(quantity(formatDecimal(value)), value)
    }),
  )
})
