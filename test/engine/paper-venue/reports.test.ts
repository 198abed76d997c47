import assert from 'node:assert/strict'
import { test } from 'node:test'
import { price } from '../../../src/domain/decimal.ts'
import {
  feed,
  fillsOf,
  heartbeat,
  lines,
  openVenue,
  openVenueWithBook,
  quote,
  submit,
  trade,
} from './market-day.ts'

const book = quote(1, [99, 5], [101, 5])

test('ids of orders and fills are a sequence of the venue', () => {
  const venue = openVenue()
  feed(venue, book)
  submit(venue, { id: 'a', side: 'buy', quantity: '1' })
  submit(venue, { id: 'b', side: 'buy', quantity: '2' })
  const ids = feed(venue, heartbeat(2)).map((report) =>
    report.kind === 'accepted' ? report.venueOrderId : report.kind === 'filled' ? report.tradeId : '',
  )
  assert.deepEqual(ids, ['venue-1', 'trade-1', 'venue-2', 'trade-2'])
})

test('a sibling on its way when its group fills is canceled as it arrives', () => {
  const venue = openVenue()
  feed(venue, book)
  submit(venue, { id: 'a', side: 'buy', quantity: '1', group: 'g' })
  submit(venue, { id: 'b', side: 'buy', quantity: '1', group: 'g' })
  assert.deepEqual(lines(feed(venue, heartbeat(2))), [
    'a accepted',
    'a taker 1 @ 101',
    'b accepted',
    'b canceled: group: a filled',
  ])
  submit(venue, { id: 'c', side: 'buy', quantity: '1', group: 'g' })
  assert.deepEqual(
    lines(feed(venue, heartbeat(3))),
    ['c accepted', 'c taker 1 @ 101'],
    'a later decision is its own',
  )
})
test('a partial fill reports its own quantity, and the position is the sum of the fills (P26)', () => {
  const venue = openVenueWithBook()
  submit(venue, { id: 'a', side: 'buy', quantity: '2', price: '101', timeInForce: 'ioc' })
  const fills = fillsOf(feed(venue, heartbeat(2)))
  assert.deepEqual(
    fills.map((fill) => [fill.quantity, fill.leaves]),
    [[price('1'), price('1')]],
  )
  assert.equal(venue.totals().position, price('1'))
})

test('a reduce-only order fills as far as there is a position, and its rest is canceled', () => {
  const venue = openVenueWithBook({ short: true })
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
  const venue = openVenueWithBook({ short: true })
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
