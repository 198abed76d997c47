import assert from 'node:assert/strict'
import { test } from 'node:test'
import { price } from '../../../src/domain/decimal.ts'
import type { Price } from '../../../src/domain/decimal.ts'
import { isPriced, midTwice, orderPriceOf, touchOf } from '../../../src/engine/controls/order-price.ts'
import { limitOrder, mark, order, stopOrder } from './facts.ts'

test('an order stands for its limit, else its trigger, else its decision price', () => {
  assert.equal(orderPriceOf(limitOrder('49000')), price('49000'))
  assert.equal(orderPriceOf(limitOrder('49000', { stopPrice: price('48000') })), price('49000'))
  assert.equal(orderPriceOf(stopOrder('48000')), price('48000'))
  assert.equal(orderPriceOf(order({ decisionPrice: price('50123') })), price('50123'))
})

test('twice the mid keeps the half tick that halving would lose', () => {
  assert.equal(midTwice(mark({ bid: price('1'), ask: (price('1') + 1n) as Price })), 2n * price('1') + 1n)
})

test('with one side of the book unknown, twice the last price stands for the mid', () => {
  const last = price('50000')
  for (const changes of [{ bid: null }, { ask: null }, { bid: null, ask: null }]) {
    assert.equal(midTwice(mark({ price: last, ...changes })), 2n * last)
  }
})

test('a buy meets the ask and a sell the bid; without a book both meet the last price', () => {
  const known = mark({ bid: price('49999'), ask: price('50001') })
  assert.equal(touchOf(known, 'buy'), price('50001'))
  assert.equal(touchOf(known, 'sell'), price('49999'))
  const unknown = mark({ bid: null, ask: null })
  assert.equal(touchOf(unknown, 'buy'), unknown.price)
  assert.equal(touchOf(unknown, 'sell'), unknown.price)
})

test('there is a price to judge by only above zero', () => {
  assert.equal(isPriced(null), false)
  assert.equal(isPriced(mark({ price: price('0') })), false)
  assert.equal(isPriced(mark({ price: 1n as Price })), true)
})
