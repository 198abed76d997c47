import assert from 'node:assert/strict'
import { test } from 'node:test'
import { feed, heartbeat, idOf, level, lines, openVenue, quote, submit } from './market-day.ts'

const book = quote(1, [99, 5], [101, 5])

test('resting orders reserve their cash, a canceled one gives it back', () => {
  const venue = openVenue({ cash: '150' })
  feed(venue, book)
  submit(venue, { id: 'a', side: 'buy', quantity: '1', price: '99' })
  submit(venue, { id: 'b', side: 'buy', quantity: '1', price: '99' })
  assert.deepEqual(lines(feed(venue, heartbeat(2))), [
    'a accepted',
    'b rejected: insufficient balance: needs 99.099 USDT, free 50.901',
  ])
  venue.cancel(idOf('a'), 2)
  submit(venue, { id: 'c', side: 'buy', quantity: '1', price: '99' }, 2)
  assert.deepEqual(lines(feed(venue, heartbeat(3))), ['a canceled: on request', 'c accepted'])
})

test('resting sells reserve their base, a group of them only once', () => {
  const venue = openVenue()
  feed(venue, book)
  submit(venue, { id: 'a', side: 'buy', quantity: '2' })
  submit(venue, { id: 'tp', side: 'sell', quantity: '2', price: '110', group: 'g' })
  submit(venue, { id: 'sl', side: 'sell', quantity: '2', stopPrice: '90', group: 'g' })
  submit(venue, { id: 'more', side: 'sell', quantity: '1', price: '120' })
  assert.deepEqual(lines(feed(venue, heartbeat(2))).slice(2), [
    'tp accepted',
    'sl accepted',
    'more rejected: insufficient balance: needs 1 BTC, free 0',
  ])
})

test('an account that may short sells what it does not hold, up to its equity', () => {
  const venue = openVenue({ cash: '1000', short: true })
  feed(venue, book)
  submit(venue, { id: 'a', side: 'sell', quantity: '5' })
  submit(venue, { id: 'b', side: 'sell', quantity: '6' })
  submit(venue, { id: 'c', side: 'buy', quantity: '5' })
  const said = lines(feed(venue, heartbeat(2)))
  assert.deepEqual(said.slice(0, 2), ['a accepted', 'a taker 5 @ 99'])
  assert.match(said[2] ?? '', /^b rejected: insufficient balance/)
  assert.deepEqual(said.slice(3), ['c accepted', 'c taker 5 @ 101'], 'covering is always allowed')
  assert.equal(venue.totals().position, 0n)
})

test('a market order never spends more than a cash account has', () => {
  const venue = openVenue({ cash: '203', params: { takerFee: '0' } })
  feed(venue, quote(1, [99, 1], [101, 1]), level(1, 'sell', 150, 5))
  submit(venue, { id: 'a', side: 'buy', quantity: '2' })
  const reports = feed(venue, heartbeat(2))
  assert.equal(lines(reports).at(-1), 'a canceled: insufficient balance for what is left')
  assert(venue.totals().cash >= 0n)
})
