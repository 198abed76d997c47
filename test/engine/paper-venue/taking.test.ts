import assert from 'node:assert/strict'
import { test } from 'node:test'
import { price } from '../../../src/domain/decimal.ts'
import {
  feed,
  fillsOf,
  gap,
  heartbeat,
  level,
  lines,
  openVenue,
  openVenueWithBook,
  quote,
  submit,
  trade,
} from './market-day.ts'

test('a market order walks the displayed levels, one fill a level', () => {
  const venue = openVenueWithBook()
  submit(venue, { id: 'a', side: 'buy', quantity: '2.5' })
  const reports = feed(venue, heartbeat(2))
  assert.deepEqual(lines(reports), ['a accepted', 'a taker 1 @ 101', 'a taker 1.5 @ 102'])
  assert.deepEqual(
    fillsOf(reports).map(({ leaves }) => leaves),
    [price('1.5'), 0n],
  )
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
  const onBook = openVenueWithBook()
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
  const venue = openVenueWithBook()
  submit(venue, { id: 'a', side: 'buy', quantity: '5', price: '102' })
  assert.deepEqual(lines(feed(venue, heartbeat(2))), ['a accepted', 'a taker 1 @ 101', 'a taker 2 @ 102'])
  assert.deepEqual(lines(feed(venue, trade(3, 101.5, 1, 'sell'))), ['a maker 2 @ 102'])
})

test('ioc expires its rest, fok fills whole or not at all', () => {
  const venue = openVenueWithBook()
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

test('a stop becomes a market order when a trade reaches it, and not before', () => {
  const venue = openVenueWithBook({ short: true })
  submit(venue, { id: 'up', side: 'buy', quantity: '1', stopPrice: '100.5' })
  submit(venue, { id: 'down', side: 'sell', quantity: '1', stopPrice: '99.5' })
  assert.deepEqual(lines(feed(venue, trade(2, 100))), ['up accepted', 'down accepted'])
  assert.deepEqual(feed(venue, trade(3, 100.49), trade(3, 99.51)), [])
  assert.deepEqual(lines(feed(venue, trade(4, 100.5))), ['up taker 1 @ 101'])
  assert.deepEqual(lines(feed(venue, trade(5, 99.2))), ['down taker 1 @ 99'])
})

test('a stop whose trigger has passed on arrival triggers at once', () => {
  const venue = openVenueWithBook({ short: true })
  feed(venue, trade(2, 100))
  submit(venue, { id: 'a', side: 'sell', quantity: '1', stopPrice: '100.5' })
  assert.deepEqual(lines(feed(venue, heartbeat(3))), ['a accepted', 'a taker 1 @ 99'])
})

test('a trade older than the arrival of a stop does not trigger it', () => {
  const venue = openVenueWithBook({ short: true })
  submit(venue, { id: 'a', side: 'sell', quantity: '1', stopPrice: '99.5' }, 10)
  feed(venue, heartbeat(10))
  assert.deepEqual(feed(venue, trade(9, 99.5)), [])
  assert.deepEqual(lines(feed(venue, trade(10, 99.5))), ['a taker 1 @ 99'])
})

test('a stop-limit becomes a limit order: it takes within its limit and rests with what is left', () => {
  const venue = openVenueWithBook()
  submit(venue, { id: 'a', side: 'buy', quantity: '4', stopPrice: '100.5', price: '102' })
  feed(venue, heartbeat(2))
  assert.deepEqual(lines(feed(venue, trade(3, 100.6))), ['a taker 1 @ 101', 'a taker 2 @ 102'])
  assert.deepEqual(lines(feed(venue, trade(4, 101.9, 1, 'sell'))), ['a maker 1 @ 102'])
})

test('after a gap no old price fills: an order waits for the first new one', () => {
  const venue = openVenueWithBook()
  feed(venue, trade(2, 100))
  submit(venue, { id: 'a', side: 'buy', quantity: '1' }, 500)
  assert.deepEqual(lines(feed(venue, gap(1000, 900))), ['a accepted'])
  assert.deepEqual(feed(venue, heartbeat(1001)), [])
  assert.deepEqual(lines(feed(venue, trade(1002, 120))), ['a taker 1 @ 120.01'])
})

test('what arrived before a gap meets the market before it', () => {
  const venue = openVenueWithBook()
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
