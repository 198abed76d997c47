import assert from 'node:assert/strict'
import { test } from 'node:test'
import { price, quantity } from '../../../src/domain/decimal.ts'
import { venueFilters } from '../../../src/engine/controls/venue-filters.ts'
import { breachOf, facts, limitOrder, mark, order, stopOrder } from './facts.ts'

test('an order on the grids passes', () => {
  for (const request of [order(), limitOrder('50000.01'), stopOrder('49000')]) {
    assert.equal(breachOf(venueFilters, request, facts()), null)
  }
})

test('limit and trigger prices must be on the tick grid', () => {
  assert.match(breachOf(venueFilters, limitOrder('50000.001'), facts())?.reason ?? '', /tickSize/)
  assert.match(breachOf(venueFilters, stopOrder('49000.001'), facts())?.reason ?? '', /tickSize/)
})

test('the quantity must be on the lot grid and within its bounds', () => {
  const breach = breachOf(venueFilters, order({ quantity: quantity('0.001001') }), facts())
  assert.deepEqual([breach?.value, breach?.limit], ['0.001001 BTC', '0.00001 BTC'])
  assert.match(
    breachOf(venueFilters, order({ quantity: quantity('0') }), facts())?.reason ?? '',
    /quantityMin/,
  )
  assert.equal(breachOf(venueFilters, order({ quantity: quantity('9000') }), facts()), null)
  assert.notEqual(breachOf(venueFilters, order({ quantity: quantity('9000.00001') }), facts()), null)
})

test('a market order is valued at the mark and must reach the smallest notional', () => {
  const smallest = order({ quantity: quantity('0.0001') })
  assert.equal(breachOf(venueFilters, smallest, facts()), null)
  const cheaper = facts({ mark: mark({ price: price('49999.99') }) })
  assert.equal(breachOf(venueFilters, smallest, cheaper)?.limit, '5 USDT')
})

test('without a mark nothing is let through', () => {
  assert.notEqual(breachOf(venueFilters, order(), facts({ mark: null })), null)
})
