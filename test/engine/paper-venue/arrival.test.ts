import assert from 'node:assert/strict'
import { test } from 'node:test'
import { instrumentOf } from '../../../src/domain/instruments.ts'
import { approvedOrder } from '../../../src/engine/approved-order.ts'
import { feed, heartbeat, idOf, lines, openVenue, orderOf, quote, submit, trade } from './market-day.ts'

const book = quote(1, [99, 5], [101, 5])

test('an order arrives latencyMs after it was sent, on the first event of that time or later', () => {
  const venue = openVenue({ params: { latencyMs: '50' } })
  feed(venue, book)
  submit(venue, { id: 'a', side: 'buy', quantity: '1' }, 10)
  assert.deepEqual(feed(venue, quote(59, [99, 5], [102, 5])), [])
  const [accepted, filled] = feed(venue, quote(70, [99, 5], [103, 5]))
  assert.equal(accepted?.eventMs, 60)
  assert(filled?.kind === 'filled')
  assert.equal(filled.eventMs, 60)
  assert.deepEqual(
    lines([filled]),
    ['a taker 1 @ 102'],
    'it met the book before the event that moved time on',
  )
})

test('the clock of the tape never goes back: an older event delivers what has arrived', () => {
  const venue = openVenue({ params: { latencyMs: '50' } })
  feed(venue, book, heartbeat(100))
  submit(venue, { id: 'a', side: 'buy', quantity: '1' }, 10)
  assert.deepEqual(lines(feed(venue, heartbeat(20))), ['a accepted', 'a taker 1 @ 101'])
})

test('an order sent twice is executed once, and its repeat is rejected as a duplicate', () => {
  const venue = openVenue()
  feed(venue, book)
  for (let repeat = 0; repeat < 3; repeat++) submit(venue, { id: 'a', side: 'buy', quantity: '1' })
  assert.deepEqual(lines(feed(venue, heartbeat(2))), [
    'a accepted',
    'a taker 1 @ 101',
    'a rejected: duplicate: a has been here',
    'a rejected: duplicate: a has been here',
  ])
  submit(venue, { id: 'a', side: 'buy', quantity: '1' })
  assert.deepEqual(lines(feed(venue, heartbeat(3))), ['a rejected: duplicate: a has been here'])
  assert.equal(venue.totals().position, orderOf({ id: 'a', side: 'buy', quantity: '1' }).quantity)
})

test('a cancel ends a resting order; repeated, late or of an unknown order it does nothing', () => {
  const venue = openVenue({ params: { latencyMs: '10' } })
  feed(venue, book)
  submit(venue, { id: 'a', side: 'buy', quantity: '1', price: '99' }, 1)
  venue.cancel(idOf('a'), 5)
  venue.cancel(idOf('a'), 6)
  venue.cancel(idOf('never'), 6)
  assert.deepEqual(lines(feed(venue, heartbeat(12))), ['a accepted'])
  const canceled = feed(venue, heartbeat(30))
  assert.deepEqual(lines(canceled), ['a canceled: on request'])
  assert.equal(canceled[0]?.eventMs, 15)
  venue.cancel(idOf('a'), 40)
  assert.deepEqual(feed(venue, heartbeat(60)), [])
})

test('a fill that crosses a cancel on the wire wins', () => {
  const venue = openVenue({ params: { latencyMs: '10' } })
  feed(venue, book)
  submit(venue, { id: 'a', side: 'buy', quantity: '1', price: '99' }, 1)
  feed(venue, heartbeat(11))
  venue.cancel(idOf('a'), 12)
  assert.deepEqual(lines(feed(venue, trade(20, 98.5))), ['a maker 1 @ 99'])
  assert.deepEqual(feed(venue, heartbeat(30)), [])
})

const refusals: readonly (readonly [string, Parameters<typeof submit>[1], string])[] = [
  [
    'price off the tick grid',
    { id: 'a', side: 'buy', quantity: '1', price: '99.005' },
    'filter tickSize: value 99.005, limit 0.01',
  ],
  [
    'stop off the tick grid',
    { id: 'a', side: 'buy', quantity: '1', stopPrice: '99.005' },
    'filter tickSize: value 99.005, limit 0.01',
  ],
  [
    'quantity off the lot grid',
    { id: 'a', side: 'buy', quantity: '1.000001' },
    'filter lotSize: value 1.000001, limit 0.00001',
  ],
  ['too large', { id: 'a', side: 'buy', quantity: '9001' }, 'filter quantityMax: value 9001, limit 9000'],
  [
    'too small in value',
    { id: 'a', side: 'buy', quantity: '0.001' },
    'filter notionalMin: value 0.101, limit 5',
  ],
  ['no quantity', { id: 'a', side: 'buy', quantity: '0' }, 'filter quantityMin: value 0, limit 0.00001'],
  ['another account', { id: 'a', side: 'buy', quantity: '1', account: 'x' }, 'account: x is not known here'],
  [
    'a post-only market order',
    { id: 'a', side: 'buy', quantity: '1', postOnly: true },
    'postOnly: only a limit order that rests',
  ],
  [
    'a post-only order that crosses',
    { id: 'a', side: 'buy', quantity: '1', price: '101', postOnly: true },
    'postOnly: it would take',
  ],
  [
    'base that is not held',
    { id: 'a', side: 'sell', quantity: '1' },
    'insufficient balance: needs 1 BTC, free 0',
  ],
  [
    'cash that is not there',
    { id: 'a', side: 'buy', quantity: '9000' },
    'insufficient balance: needs 909909 USDT, free 900000',
  ],
]

for (const [name, wanted, reason] of refusals) {
  test(`an order is rejected with the numbers compared: ${name}`, () => {
    const venue = openVenue({ cash: '900000' })
    feed(venue, book)
    submit(venue, wanted)
    assert.deepEqual(lines(feed(venue, heartbeat(2))), [`a rejected: ${reason}`])
  })
}

test('an order of another instrument, or whose prices contradict its type, is rejected', () => {
  const venue = openVenue()
  const order = orderOf({ id: 'a', side: 'buy', quantity: '1' })
  const limit = orderOf({ id: 'b', side: 'buy', quantity: '1', price: '99' })
  const send = (request: typeof order): void =>
    venue.submit(approvedOrder({ kind: 'approved', order: request }), 0)
  send({ ...order, instrument: instrumentOf('ETHUSDT.BINANCE').id })
  send({ ...limit, price: null })
  send({ ...limit, clientOrderId: idOf('c'), type: 'market' })
  send({ ...limit, clientOrderId: idOf('d'), type: 'stopLimit' })
  send({ ...limit, clientOrderId: idOf('e'), stopPrice: limit.price })
  assert.deepEqual(lines(feed(venue, heartbeat(1))), [
    'a rejected: instrument: ETHUSDT.BINANCE is not traded here',
    'b rejected: price: a limit order needs one',
    'c rejected: price: a market order has none',
    'd rejected: stopPrice: a stopLimit order needs one',
    'e rejected: stopPrice: a limit order has none',
  ])
})

test('the venue has a ceiling of open orders', () => {
  const venue = openVenue()
  for (let index = 0; index <= 200; index++)
    submit(venue, { id: `o${index}`, side: 'buy', quantity: '1', price: '50' })
  const said = lines(feed(venue, book))
  assert.equal(said.at(-2), 'o199 accepted')
  assert.equal(said.at(-1), 'o200 rejected: openOrdersMax: value 201, limit 200')
})
