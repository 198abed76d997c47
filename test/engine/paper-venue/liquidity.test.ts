import assert from 'node:assert/strict'
import { test } from 'node:test'
import { feed, heartbeat, level, lines, openVenueWithBook, quote, submit } from './market-day.ts'

test('what was taken stays taken until the tape itself shrinks or removes the level', () => {
  const venue = openVenueWithBook()
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
  const venue = openVenueWithBook()
  submit(venue, { id: 'a', side: 'buy', quantity: '1', price: '101' })
  feed(venue, heartbeat(2), level(3, 'sell', 101, 0.25), level(4, 'sell', 101, 1))
  submit(venue, { id: 'b', side: 'buy', quantity: '1', price: '101', timeInForce: 'ioc' })
  assert.deepEqual(lines(feed(venue, heartbeat(5))).slice(1, 2), ['b taker 0.75 @ 101'])
})
