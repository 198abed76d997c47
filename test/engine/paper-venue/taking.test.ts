import assert from 'node:assert/strict'
import { test } from 'node:test'
import { price } from '../../../src/domain/decimal.ts'
import { feed, fillsOf, gap, heartbeat, level, lines, openVenue, quote, submit, trade } from './market-day.ts'
import type { VenueOptions } from './market-day.ts'

const ladder = [
  level(1, 'buy', 99, 1),
  level(1, 'buy', 98, 2),
  level(1, 'sell', 101, 1),
  level(1, 'sell', 102, 2),
  level(1, 'sell', 103, 3),
]

const withBook = (options: VenueOptions = {}) => {
  const venue = openVenue(options)
  feed(venue, ...ladder)
  return venue
}

test('a market order walks the displayed levels, one fill a level', () => {
  const venue = withBook()
  submit(venue, { id: 'a', side: 'buy', quantity: '2.5' })
  const reports = feed(venue, heartbeat(2))
  assert.deepEqual(lines(reports), ['a accepted', 'a taker 1 @ 101', 'a taker 1.5 @ 102'])
  assert.deepEqual(
    fillsOf(reports).map(({ leaves }) => leaves),
    [price('1.5'), 0n],
  )
})

test('what was taken stays taken until the tape itself shrinks or removes the level', () => {
  const venue = withBook()
  const buy = (id: string, ms: number): readonly string[] => {
    submit(venue, { id, side: 'buy', quantity: '0.5', timeInForce: 'ioc', price: '101' }, ms)
    return lines(feed(venue, heartbeat(ms))).slice(1)
  }
  assert.deepEqual(buy('a', 2), ['a taker 0.5 @ 101'])
  assert.deepEqual(buy('b', 3), ['b taker 0.5 @ 101'])
  assert.deepEqual(buy('c', 4), ['c expired: ioc: the rest cannot fill at once'])
  feed(venue, level(5, 'sell', 101, 1), quote(5, [99, 1], [101, 1]))
  assert.deepEqual(
    buy('d', 6),
    ['d expired: ioc: the rest cannot fill at once'],
    'shown again is not refreshed',
  )
  feed(venue, level(7, 'sell', 101, 1.25))
  assert.deepEqual(buy('e', 8), ['e taker 0.25 @ 101', 'e expired: ioc: the rest cannot fill at once'])
  feed(venue, level(9, 'sell', 101, 0), level(10, 'sell', 101, 3))
  assert.deepEqual(buy('f', 11), ['f taker 0.5 @ 101'])
})

test('a level that shrinks below what we took of it and grows again has that much to give', () => {
  const venue = withBook()
  submit(venue, { id: 'a', side: 'buy', quantity: '1', price: '101' })
  feed(venue, heartbeat(2), level(3, 'sell', 101, 0.25), level(4, 'sell', 101, 1))
  submit(venue, { id: 'b', side: 'buy', quantity: '1', price: '101', timeInForce: 'ioc' })
  assert.deepEqual(lines(feed(venue, heartbeat(5))).slice(1, 2), ['b taker 0.75 @ 101'])
})

test('beyond the displayed depth a market order pays linear impact on its rest', () => {
  const venue = withBook({ params: { impactBps: '100', impactNotional: '1030' } })
  submit(venue, { id: 'a', side: 'buy', quantity: '16' })
  const fills = lines(feed(venue, heartbeat(2))).slice(1)
  // 10 beyond the book are worth 1030 at its edge of 103, which moves the price by 100 basis points.
  assert.deepEqual(fills, ['a taker 1 @ 101', 'a taker 2 @ 102', 'a taker 3 @ 103', 'a taker 10 @ 104.03'])
})

test('what would move the price past impactBpsMax expires', () => {
  const venue = withBook({ params: { impactBps: '100', impactNotional: '1030', impactBpsMax: '50' } })
  submit(venue, { id: 'a', side: 'buy', quantity: '16' })
  assert.deepEqual(lines(feed(venue, heartbeat(2))).slice(4), [
    'a taker 5 @ 103.52',
    'a expired: market: the rest would move the price past impactBpsMax',
  ])
})

test('a quote alone is walked, then impact is paid from its price', () => {
  const venue = openVenue({ params: { impactBps: '100', impactNotional: '100' } })
  feed(venue, quote(1, [99, 2], [100, 2]))
  submit(venue, { id: 'a', side: 'buy', quantity: '3' })
  submit(venue, { id: 'b', side: 'sell', quantity: '3' })
  const said = lines(feed(venue, heartbeat(2)))
  assert.deepEqual(said, [
    'a accepted',
    'a taker 2 @ 100',
    'a taker 1 @ 101',
    'b accepted',
    'b taker 2 @ 99',
    'b taker 1 @ 98.01',
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

test('fills follow the market of the tape, not a constant (P23)', () => {
  for (const at of [0.01, 50, 95_600, 1_000_000]) {
    const venue = openVenue({ cash: '100000000000', params: { slippageBps: '1', impactBps: '0' } })
    feed(venue, trade(1, at))
    submit(venue, { id: 'a', side: 'buy', quantity: '1000' })
    const [fill] = fillsOf(feed(venue, heartbeat(2)))
    assert(
      fill !== undefined &&
        Number(fill.price) / 1e12 <= at * 1.0002 + 0.01 &&
        Number(fill.price) / 1e12 >= at,
    )
  }
})

test('a buy limit above the market takes at the market with the taker fee (P34)', () => {
  const onBook = withBook()
  submit(onBook, { id: 'a', side: 'buy', quantity: '1', price: '150' })
  assert.deepEqual(lines(feed(onBook, heartbeat(2))), ['a accepted', 'a taker 1 @ 101'])
  const onTrades = openVenue({ params: { slippageBps: '10', slippageNoise: '0', impactBps: '0' } })
  feed(onTrades, trade(1, 100))
  submit(onTrades, { id: 'a', side: 'buy', quantity: '1', price: '150' })
  assert.deepEqual(lines(feed(onTrades, heartbeat(2))), ['a accepted', 'a taker 1 @ 100.1'])
})

test('a side without any quantity is no side: an order waits for a price and does not crash (P34)', () => {
  const venue = openVenue()
  feed(venue, quote(1, [99, 1], [101, 0]))
  submit(venue, { id: 'a', side: 'buy', quantity: '1' })
  assert.deepEqual(lines(feed(venue, heartbeat(2))), ['a accepted'])
  assert.deepEqual(lines(feed(venue, quote(3, [99, 1], [101, 1]))), ['a taker 1 @ 101'])
})

test('a limit order takes what is displayed up to its limit, and its rest rests', () => {
  const venue = withBook()
  submit(venue, { id: 'a', side: 'buy', quantity: '5', price: '102' })
  assert.deepEqual(lines(feed(venue, heartbeat(2))), ['a accepted', 'a taker 1 @ 101', 'a taker 2 @ 102'])
  assert.deepEqual(lines(feed(venue, trade(3, 101.5, 1, 'sell'))), ['a maker 2 @ 102'])
})

test('ioc expires its rest, fok fills whole or not at all', () => {
  const venue = withBook()
  submit(venue, { id: 'a', side: 'buy', quantity: '4', price: '102', timeInForce: 'fok' })
  submit(venue, { id: 'b', side: 'buy', quantity: '3', price: '102', timeInForce: 'fok' })
  submit(venue, { id: 'c', side: 'sell', quantity: '2', price: '99', timeInForce: 'ioc' })
  assert.deepEqual(lines(feed(venue, heartbeat(2))), [
    'a accepted',
    'a expired: fok: it cannot fill in full at once',
    'b accepted',
    'b taker 1 @ 101',
    'b taker 2 @ 102',
    'c accepted',
    'c taker 1 @ 99',
    'c expired: ioc: the rest cannot fill at once',
  ])
})

test('a limit order from trades alone fills only as far as impact leaves its limit', () => {
  const venue = openVenue({ params: { impactBps: '100', impactNotional: '100' } })
  feed(venue, trade(1, 100))
  submit(venue, { id: 'a', side: 'buy', quantity: '5', price: '102' })
  assert.deepEqual(lines(feed(venue, heartbeat(2))), ['a accepted', 'a taker 2 @ 102'])
})

test('a partial fill reports its own quantity, and the position is the sum of the fills (P26)', () => {
  const venue = withBook()
  submit(venue, { id: 'a', side: 'buy', quantity: '2', price: '101', timeInForce: 'ioc' })
  const fills = fillsOf(feed(venue, heartbeat(2)))
  assert.deepEqual(
    fills.map((fill) => [fill.quantity, fill.leaves]),
    [[price('1'), price('1')]],
  )
  assert.equal(venue.totals().position, price('1'))
})

test('a stop becomes a market order when a trade reaches it, and not before', () => {
  const venue = withBook({ short: true })
  submit(venue, { id: 'up', side: 'buy', quantity: '1', stopPrice: '100.5' })
  submit(venue, { id: 'down', side: 'sell', quantity: '1', stopPrice: '99.5' })
  assert.deepEqual(lines(feed(venue, trade(2, 100))), ['up accepted', 'down accepted'])
  assert.deepEqual(feed(venue, trade(3, 100.49), trade(3, 99.51)), [])
  assert.deepEqual(lines(feed(venue, trade(4, 100.5))), ['up taker 1 @ 101'])
  assert.deepEqual(lines(feed(venue, trade(5, 99.2))), ['down taker 1 @ 99'])
})

test('a stop whose trigger has passed on arrival triggers at once', () => {
  const venue = withBook({ short: true })
  feed(venue, trade(2, 100))
  submit(venue, { id: 'a', side: 'sell', quantity: '1', stopPrice: '100.5' })
  assert.deepEqual(lines(feed(venue, heartbeat(3))), ['a accepted', 'a taker 1 @ 99'])
})

test('a trade older than the arrival of a stop does not trigger it', () => {
  const venue = withBook({ short: true })
  submit(venue, { id: 'a', side: 'sell', quantity: '1', stopPrice: '99.5' }, 10)
  feed(venue, heartbeat(10))
  assert.deepEqual(feed(venue, trade(9, 99.5)), [])
  assert.deepEqual(lines(feed(venue, trade(10, 99.5))), ['a taker 1 @ 99'])
})

test('a stop-limit becomes a limit order: it takes within its limit and rests with what is left', () => {
  const venue = withBook()
  submit(venue, { id: 'a', side: 'buy', quantity: '4', stopPrice: '100.5', price: '102' })
  feed(venue, heartbeat(2))
  assert.deepEqual(lines(feed(venue, trade(3, 100.6))), ['a taker 1 @ 101', 'a taker 2 @ 102'])
  assert.deepEqual(lines(feed(venue, trade(4, 101.9, 1, 'sell'))), ['a maker 1 @ 102'])
})

test('a reduce-only order fills as far as there is a position, and its rest is canceled', () => {
  const venue = withBook({ short: true })
  submit(venue, { id: 'in', side: 'buy', quantity: '1' })
  submit(venue, { id: 'out', side: 'sell', quantity: '2', reduceOnly: true })
  submit(venue, { id: 'again', side: 'sell', quantity: '1', reduceOnly: true })
  assert.deepEqual(lines(feed(venue, heartbeat(2))).slice(2), [
    'out accepted',
    'out taker 1 @ 99',
    'out canceled: reduceOnly: no position is left to reduce',
    'again accepted',
    'again canceled: reduceOnly: no position is left to reduce',
  ])
  assert.equal(venue.totals().position, 0n)
})

test('a fill of one order of a group cancels the others in the same event', () => {
  const venue = withBook({ short: true })
  submit(venue, { id: 'tp', side: 'sell', quantity: '1', price: '105', group: 'g' })
  submit(venue, { id: 'sl', side: 'sell', quantity: '4', stopPrice: '99.5', group: 'g' })
  submit(venue, { id: 'other', side: 'sell', quantity: '1', price: '105', group: 'h' })
  feed(venue, heartbeat(2))
  assert.deepEqual(lines(feed(venue, trade(3, 99.4))), [
    'sl taker 1 @ 99',
    'tp canceled: group: sl filled',
    'sl taker 2 @ 98',
    'sl taker 1 @ 97.99',
  ])
  assert.deepEqual(lines(feed(venue, trade(4, 105.5))), ['other maker 1 @ 105'])
})

test('a market order never spends more than a cash account has', () => {
  const venue = openVenue({ cash: '203', params: { takerFee: '0' } })
  feed(venue, quote(1, [99, 1], [101, 1]), level(1, 'sell', 150, 5))
  submit(venue, { id: 'a', side: 'buy', quantity: '2' })
  const reports = feed(venue, heartbeat(2))
  assert.equal(lines(reports).at(-1), 'a canceled: insufficient balance for what is left')
  assert(venue.totals().cash >= 0n)
})

test('after a gap no old price fills: an order waits for the first new one', () => {
  const venue = withBook()
  feed(venue, trade(2, 100))
  submit(venue, { id: 'a', side: 'buy', quantity: '1' }, 500)
  assert.deepEqual(lines(feed(venue, gap(1000, 900))), ['a accepted'])
  assert.deepEqual(feed(venue, heartbeat(1001)), [])
  assert.deepEqual(lines(feed(venue, trade(1002, 120))), ['a taker 1 @ 120.01'])
})

test('what arrived before a gap meets the market before it', () => {
  const venue = withBook()
  submit(venue, { id: 'a', side: 'buy', quantity: '1' }, 50)
  assert.deepEqual(lines(feed(venue, gap(1000, 900))), ['a accepted', 'a taker 1 @ 101'])
})

test('after a gap an order meets levels of one time all together', () => {
  const venue = openVenue()
  submit(venue, { id: 'a', side: 'buy', quantity: '1' }, 500)
  feed(venue, gap(1000, 900))
  const snapshot = [level(1100, 'sell', 140, 1), level(1100, 'sell', 130, 1), level(1100, 'sell', 120, 2)]
  assert.deepEqual(feed(venue, ...snapshot), [])
  assert.deepEqual(lines(feed(venue, level(1101, 'sell', 110, 1))), ['a taker 1 @ 120'])
})
