import assert from 'node:assert/strict'
import { test } from 'node:test'
import { feed, gap, heartbeat, level, lines, openVenue, quote, submit, trade } from './market-day.ts'
import type { VenueOptions } from './market-day.ts'

/** A venue where a buy of `quantity` rests at 99 behind `displayed`. */
function withBid(quantity: string, displayed: number, options: VenueOptions = {}) {
  const venue = openVenue(options)
  feed(venue, quote(1, [99, displayed], [101, 5]))
  submit(venue, { id: 'a', side: 'buy', quantity, price: '99' }, 1)
  feed(venue, heartbeat(2))
  return venue
}

test('trades at our price serve the queue ahead first, then us, as a maker', () => {
  const venue = withBid('2', 5)
  assert.deepEqual(feed(venue, trade(3, 99, 4, 'sell')), [])
  assert.deepEqual(lines(feed(venue, trade(4, 99, 1.5, 'sell'))), ['a maker 0.5 @ 99'])
  assert.deepEqual(lines(feed(venue, trade(5, 99, 9, 'sell'))), ['a maker 1.5 @ 99'])
})

test('a trade through our price fills us whole, at our price and not at the better one', () => {
  const venue = withBid('2', 5)
  assert.deepEqual(lines(feed(venue, trade(3, 98.5, 0.1, 'sell'))), ['a maker 2 @ 99'])
})

test('a sell rests and fills the same way', () => {
  const venue = openVenue({ short: true })
  feed(venue, quote(1, [99, 5], [101, 5]))
  submit(venue, { id: 'a', side: 'sell', quantity: '1', price: '101' }, 1)
  assert.deepEqual(lines(feed(venue, trade(2, 101, 5, 'buy'))), ['a accepted'])
  assert.deepEqual(lines(feed(venue, trade(3, 101, 0.25, 'buy'))), ['a maker 0.25 @ 101'])
  assert.deepEqual(lines(feed(venue, trade(4, 101.01, 0.1, 'buy'))), ['a maker 0.75 @ 101'])
})

test('a trade whose aggressor was on our side, or older than our arrival, is not ours', () => {
  const venue = withBid('1', 0)
  feed(venue, quote(3, [98, 1], [101, 1]))
  assert.deepEqual(feed(venue, trade(3, 99, 9, 'buy')), [])
  assert.deepEqual(feed(venue, trade(0, 99, 9, 'sell')), [])
  assert.deepEqual(feed(venue, trade(0, 90, 9, 'sell')), [])
  assert.deepEqual(lines(feed(venue, trade(4, 99, 9, null))), ['a maker 1 @ 99'])
})

test('cancellations are behind us while what is displayed leaves room, ahead once it does not', () => {
  const venue = withBid('1', 5)
  feed(venue, quote(3, [99, 9], [101, 5]))
  assert.deepEqual(feed(venue, trade(3, 99, 4.5, 'sell')), [])
  feed(venue, quote(4, [99, 0.25], [101, 5]))
  assert.deepEqual(lines(feed(venue, trade(5, 99, 0.5, 'sell'))), ['a maker 0.25 @ 99'])
})

test('an order that improves the best price has nobody ahead', () => {
  const venue = openVenue()
  feed(venue, quote(1, [99, 5], [101, 5]))
  submit(venue, { id: 'a', side: 'buy', quantity: '1', price: '99.5' }, 1)
  feed(venue, heartbeat(2))
  assert.deepEqual(lines(feed(venue, trade(3, 99.5, 0.4, 'sell'))), ['a maker 0.4 @ 99.5'])
})

test('once the best bid falls below us there is nobody ahead', () => {
  const venue = withBid('1', 5)
  feed(venue, quote(3, [98, 5], [101, 5]))
  assert.deepEqual(lines(feed(venue, trade(4, 99, 0.5, 'sell'))), ['a maker 0.5 @ 99'])
})

test('where nothing is known of the queue only a trade through fills', () => {
  const venue = openVenue()
  feed(venue, trade(1, 100))
  submit(venue, { id: 'a', side: 'buy', quantity: '1', price: '99' }, 1)
  feed(venue, heartbeat(2))
  assert.deepEqual(feed(venue, trade(3, 99, 1000, 'sell')), [])
  assert.deepEqual(lines(feed(venue, trade(4, 98.99, 0.001, 'sell'))), ['a maker 1 @ 99'])
})

test('with queue=false a resting order is first at its price', () => {
  const venue = withBid('1', 5, { params: { queue: 'false' } })
  assert.deepEqual(lines(feed(venue, trade(3, 99, 0.5, 'sell'))), ['a maker 0.5 @ 99'])
})

test('two of our orders at one price share a trade, the earlier first', () => {
  const venue = withBid('1', 2)
  submit(venue, { id: 'b', side: 'buy', quantity: '1', price: '99' }, 2)
  feed(venue, heartbeat(3))
  assert.deepEqual(lines(feed(venue, trade(4, 99, 3.5, 'sell'))), ['a maker 1 @ 99', 'b maker 0.5 @ 99'])
})

test('offers that come to cross a resting order fill it at its limit, and only once', () => {
  const venue = withBid('3', 5)
  assert.deepEqual(lines(feed(venue, quote(3, [98, 1], [98.5, 1]))), ['a maker 1 @ 99'])
  assert.deepEqual(feed(venue, quote(4, [98, 1], [98.5, 1])), [])
  assert.deepEqual(lines(feed(venue, level(5, 'sell', 98.75, 0.5))), ['a maker 0.5 @ 99'])
})

test('a quote older than our arrival neither crosses us nor moves our queue', () => {
  const venue = openVenue()
  feed(venue, quote(1, [99, 5], [101, 5]))
  submit(venue, { id: 'a', side: 'buy', quantity: '1', price: '99' }, 10)
  feed(venue, heartbeat(10))
  assert.deepEqual(feed(venue, quote(7, [98, 1], [98.5, 1]), trade(11, 99, 4, 'sell')), [])
  assert.deepEqual(lines(feed(venue, trade(12, 99, 2, 'sell'))), ['a maker 1 @ 99'])
})

test('after a gap or a reset an order rests on, but its queue is unknown until the book shows it', () => {
  for (const event of [gap(100, 50), { kind: 'bookReset', eventMs: 100 } as const]) {
    const venue = withBid('1', 5)
    assert.deepEqual(feed(venue, event), [], 'nothing fills in the gap itself')
    assert.deepEqual(feed(venue, trade(101, 99, 1000, 'sell')), [])
    feed(venue, quote(102, [99, 2], [101, 5]))
    assert.deepEqual(lines(feed(venue, trade(103, 99, 2.5, 'sell'))), ['a maker 0.5 @ 99'])
  }
})

test('a post-only order rests without taking', () => {
  const venue = openVenue()
  feed(venue, quote(1, [99, 5], [101, 5]))
  submit(venue, { id: 'a', side: 'buy', quantity: '1', price: '100.99', postOnly: true }, 1)
  assert.deepEqual(lines(feed(venue, heartbeat(2))), ['a accepted'])
})
