import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ONE, price } from '../../../src/domain/decimal.ts'
import type { Price } from '../../../src/domain/decimal.ts'
import { priceCollar } from '../../../src/engine/controls/price-collar.ts'
import { above, below, breachOf, facts, limitOrder, mark, order, stopOrder } from './facts.ts'

const about = facts({ increasesRisk: false })

test('without a mark or with a price of zero nothing is let through', () => {
  for (const unpriced of [null, mark({ price: price('0'), bid: null, ask: null })]) {
    const none = facts({ mark: unpriced })
    for (const request of [order(), limitOrder('50000'), stopOrder('49000')]) {
      assert.notEqual(breachOf(priceCollar, request, none), null)
    }
  }
})

test('a limit price at the edge of the collar passes, the smallest step beyond is denied', () => {
  const edges: [string, (value: Price) => Price][] = [
    ['50500', above],
    ['49500', below],
  ]
  for (const [edge, beyond] of edges) {
    assert.equal(breachOf(priceCollar, limitOrder(edge), about), null)
    const breach = breachOf(priceCollar, limitOrder(edge, { price: beyond(price(edge)) }), about)
    assert.equal(breach?.limit, '0.01 from 50000 USDT')
  }
})

test('the mid of bid and ask is the reference, not the last trade, which may print outside of them', () => {
  const printed = facts({ mark: mark({ price: price('50400') }) })
  assert.equal(breachOf(priceCollar, limitOrder('49500'), printed), null)
  const bidOnly = facts({ mark: mark({ price: price('50400'), ask: null }) })
  assert.notEqual(breachOf(priceCollar, limitOrder('49500'), bidOnly), null)
})

test('a market order is judged by the touch that it will meet', () => {
  // Mid 50000, touches exactly one percent away on both sides.
  const wide = facts({ mark: mark({ bid: price('49500'), ask: price('50500') }) })
  const wider = facts({ mark: mark({ bid: price('49499.99'), ask: price('50500.01') }) })
  for (const side of ['buy', 'sell'] as const) {
    assert.equal(breachOf(priceCollar, order({ side }), wide), null)
    assert.notEqual(breachOf(priceCollar, order({ side }), wider), null)
  }
})

test('a take-profit may rest far away on its own side, and not beyond the collar on the other', () => {
  const sell = (at: string) => limitOrder(at, { side: 'sell', purpose: 'takeProfit', reduceOnly: true })
  const buy = (at: string) => limitOrder(at, { side: 'buy', purpose: 'takeProfit', reduceOnly: true })
  assert.equal(breachOf(priceCollar, sell('52000'), about), null)
  assert.equal(breachOf(priceCollar, sell('49500'), about), null)
  assert.notEqual(breachOf(priceCollar, sell('49499.99'), about), null)
  assert.equal(breachOf(priceCollar, buy('48000'), about), null)
  assert.notEqual(breachOf(priceCollar, buy('50500.01'), about), null)
  assert.notEqual(
    breachOf(priceCollar, limitOrder('52000', { side: 'sell' }), about),
    null,
    'an entry may not',
  )
})

test('the trigger of a stop is on its right side of the price', () => {
  const buyStop = (trigger: string) => stopOrder(trigger, { side: 'buy' })
  assert.equal(breachOf(priceCollar, stopOrder('49999.99'), about), null)
  assert.equal(breachOf(priceCollar, stopOrder('40000'), about), null)
  assert.equal(breachOf(priceCollar, stopOrder('50000'), about)?.limit, '50000 USDT')
  assert.notEqual(breachOf(priceCollar, stopOrder('50001'), about), null)
  assert.match(breachOf(priceCollar, stopOrder('50001'), about)?.reason ?? '', /sell stop must be below/)
  assert.equal(breachOf(priceCollar, buyStop('50000.01'), about), null)
  assert.notEqual(breachOf(priceCollar, buyStop('50000'), about), null)
})

test('the limit of a stop-limit is in the collar around its trigger', () => {
  const stopLimit = (at: string) => stopOrder('40000', { type: 'stopLimit', price: price(at) })
  assert.equal(breachOf(priceCollar, stopLimit('39600'), about), null)
  assert.notEqual(breachOf(priceCollar, stopLimit('39599.99'), about), null)
})

test('an order without the price that its type needs is denied', () => {
  for (const type of ['limit', 'stop', 'stopLimit'] as const) {
    assert.notEqual(breachOf(priceCollar, order({ type }), about), null)
  }
  assert.notEqual(breachOf(priceCollar, stopOrder('49000', { type: 'stopLimit' }), about), null)
})

test('the collar is exact for every mid and share', () => {
  const amount = fc.bigInt({ min: 1n, max: 10n ** 24n })
  fc.assert(
    fc.property(amount, amount, fc.integer({ min: 1, max: 2000 }), (at, middle, tenthPermille) => {
      const share = BigInt(tenthPermille) * (ONE / 10_000n)
      const given = { share: String(tenthPermille / 10_000) }
      const priced = facts({ mark: mark({ price: middle as Price, bid: null, ask: null }) })
      const breach = breachOf(priceCollar, limitOrder('1', { price: at as Price }), priced, given)
      const distance = at > middle ? at - middle : middle - at
      assert.equal(breach === null, distance * ONE <= middle * share)
    }),
  )
})
