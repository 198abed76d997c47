import assert from 'node:assert/strict'
import { test } from 'node:test'
import { price } from '../../../src/domain/decimal.ts'
import { feed, fillsOf, heartbeat, lines, openVenue, openVenueWithBook, submit, trade } from './market-day.ts'

test('beyond the displayed depth a market order pays linear impact on its rest', () => {
  const venue = openVenueWithBook({ params: { impactBps: '100', impactNotional: '1030' } })
  submit(venue, { id: 'a', side: 'buy', quantity: '16' })
  const fills = lines(feed(venue, heartbeat(2))).slice(1)
  // 10 beyond the book are worth 1030 at its edge of 103, which moves the price by 100 basis points.
  assert.deepEqual(fills, ['a taker 1 @ 101', 'a taker 2 @ 102', 'a taker 3 @ 103', 'a taker 10 @ 104.03'])
})

test('what would move the price past impactBpsMax expires', () => {
  const venue = openVenueWithBook({
    params: { impactBps: '100', impactNotional: '1030', impactBpsMax: '50' },
  })
  submit(venue, { id: 'a', side: 'buy', quantity: '16' })
  assert.deepEqual(lines(feed(venue, heartbeat(2))).slice(4), [
    'a taker 5 @ 103.52',
    'a expired: market: the rest would move the price past impactBpsMax',
  ])
})

test('from trades alone an order pays slippage on the last price, rounded against it', () => {
  const venue = openVenue({ params: { slippageBps: '10', slippageNoise: '0', impactBps: '0' } })
  feed(venue, trade(1, 95_600.01))
  submit(venue, { id: 'a', side: 'buy', quantity: '1' })
  submit(venue, { id: 'b', side: 'sell', quantity: '1' })
  const said = lines(feed(venue, trade(2, 95_700)))
  assert.deepEqual(said, ['a accepted', 'a taker 1 @ 95695.62', 'b accepted', 'b taker 1 @ 95504.4'])
})

test('slippage is drawn from the seed, within its noise', () => {
  const pricesOf = (seed: number): readonly bigint[] => {
    const venue = openVenue({ seed, params: { slippageBps: '10', slippageNoise: '0.5', impactBps: '0' } })
    feed(venue, trade(1, 10_000))
    for (let index = 0; index < 9; index++) submit(venue, { id: `o${index}`, side: 'buy', quantity: '1' })
    return fillsOf(feed(venue, heartbeat(2))).map((fill) => fill.price)
  }
  const prices = pricesOf(1)
  assert(prices.every((at) => at >= price('10005') && at <= price('10015.01')))
  assert(new Set(prices).size > 1)
  assert.deepEqual(pricesOf(1), prices)
  assert.notDeepEqual(pricesOf(2), prices)
})

test('a limit order from trades alone fills only as far as impact leaves its limit', () => {
  const venue = openVenue({ params: { impactBps: '100', impactNotional: '100' } })
  feed(venue, trade(1, 100))
  submit(venue, { id: 'a', side: 'buy', quantity: '5', price: '102' })
  assert.deepEqual(lines(feed(venue, heartbeat(2))), ['a accepted', 'a taker 2 @ 102'])
})
