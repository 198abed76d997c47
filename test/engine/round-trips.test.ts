import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { add, formatDecimal, money, subtract } from '../../src/domain/decimal.ts'
import type { Money } from '../../src/domain/decimal.ts'
import { applyFill, createPortfolio, positionOf, realizedPnlOf } from '../../src/engine/portfolio.ts'
import { createRoundTrips, tripFill } from '../../src/engine/round-trips.ts'
import type { RoundTrips } from '../../src/engine/round-trips.ts'
import { fillOf, instrument } from './tally-events.ts'
import type { FillFacts } from './tally-events.ts'

function tripsOf(facts: readonly FillFacts[]): Readonly<{ trips: RoundTrips; profit: Money }> {
  const portfolio = createPortfolio(money('10000'))
  const trips = createRoundTrips(instrument.lotSize, 1000)
  for (const fact of facts) {
    const fill = fillOf(fact)
    const before = positionOf(portfolio, fill.instrument)
    const feesBefore = portfolio.fees
    applyFill(portfolio, instrument, fill)
    const after = positionOf(portfolio, fill.instrument)
    tripFill(trips, { fill, purpose: 'exit', before, after, fee: subtract(portfolio.fees, feesBefore) })
  }
  return { trips, profit: subtract(realizedPnlOf(portfolio), portfolio.fees) }
}

test('buying in two parts and selling in two is one round trip, after fees', () => {
  const { trips } = tripsOf([
    { atMs: 1000, side: 'buy', price: '100', quantity: '1', fee: '0.1' },
    { atMs: 2000, side: 'buy', price: '110', quantity: '1', fee: '0.1' },
    { atMs: 3000, side: 'sell', price: '120', quantity: '1', fee: '0.1' },
    { atMs: 5000, side: 'sell', price: '130', quantity: '1', fee: '0.1' },
  ])
  assert.equal(trips.count, 1)
  assert.equal(trips.wins, 1)
  assert.equal(trips.heldMs, 4000)
  const [trip] = trips.kept
  assert(trip !== undefined)
  assert.equal(formatDecimal(trip.pnl), '39.6')
  assert.equal(formatDecimal(trip.entryValue), '210')
  assert.equal(formatDecimal(trip.exitValue), '250')
})

test('a flip closes one round trip and opens the next, and shares its fee', () => {
  const { trips } = tripsOf([
    { atMs: 1000, side: 'buy', price: '100', quantity: '1' },
    { atMs: 2000, side: 'sell', price: '90', quantity: '3', fee: '0.3' },
    { atMs: 3000, side: 'buy', price: '80', quantity: '2' },
  ])
  assert.equal(trips.count, 2)
  assert.deepEqual(
    trips.kept.map(({ side, pnl }) => [side, formatDecimal(pnl)]),
    [
      ['long', '-10.1'],
      ['short', '19.8'],
    ],
  )
  assert.equal(formatDecimal(trips.won), '19.8')
  assert.equal(formatDecimal(trips.lost), '10.1')
})

test('what is below one lot is flat: it cannot be sold', () => {
  const { trips } = tripsOf([
    { atMs: 1000, side: 'buy', price: '100', quantity: '1.000001' },
    { atMs: 2000, side: 'sell', price: '110', quantity: '1' },
  ])
  assert.equal(trips.count, 1)
  assert.equal(trips.open, null)
})

test('round trips and the open one add up to realized profit less fees, exactly', () => {
  const fill = fc.record({
    side: fc.constantFrom('buy' as const, 'sell' as const),
    lots: fc.integer({ min: 1, max: 500 }),
    cents: fc.integer({ min: 1, max: 1_000_000 }),
    fee: fc.integer({ min: 0, max: 1000 }),
  })
  fc.assert(
    fc.property(fc.array(fill, { maxLength: 40 }), (fills) => {
      const facts = fills.map(({ side, lots, cents, fee }, index): FillFacts => {
        const text = (value: number, digits: number): string => (value / 10 ** digits).toFixed(digits)
        return { atMs: index, side, price: text(cents, 2), quantity: text(lots, 5), fee: text(fee, 6) }
      })
      const { trips, profit } = tripsOf(facts)
      const closed = trips.kept.reduce((sum, { pnl }) => add(sum, pnl), 0n as Money)
      assert.equal(add(closed, trips.open?.pnl ?? (0n as Money)), profit)
      assert.equal(subtract(trips.won, trips.lost), closed)
    }),
  )
})

test('only the newest round trips are kept, all are counted', () => {
  const portfolio = createPortfolio(money('10000'))
  const trips = createRoundTrips(instrument.lotSize, 10)
  for (let index = 0; index < 200; index++) {
    const fill = fillOf({ atMs: index, side: index % 2 === 0 ? 'buy' : 'sell', price: '100', quantity: '1' })
    const before = positionOf(portfolio, fill.instrument)
    applyFill(portfolio, instrument, fill)
    tripFill(trips, {
      fill,
      purpose: 'exit',
      before,
      after: positionOf(portfolio, fill.instrument),
      fee: 0n as Money,
    })
  }
  assert.equal(trips.count, 100)
  assert(trips.kept.length < 20)
  assert.equal(trips.kept.at(-1)?.closeMs, 199)
})
