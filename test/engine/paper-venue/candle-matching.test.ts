import assert from 'node:assert/strict'
import { test } from 'node:test'
import { candle, feed, gap, heartbeat, lines, openVenue, submit, trade } from './market-day.ts'
import type { VenueOptions } from './market-day.ts'

const MINUTE = 60_000
const decided = MINUTE

/** A venue after its first candle, which closed at 100: orders are sent at its close. */
function afterFirst(options: VenueOptions = {}) {
  const venue = openVenue({ short: true, ...options })
  feed(venue, candle(decided, [100, 101, 99, 100]))
  return venue
}

test('an order decided at a close fills on the next candle at its open, with slippage', () => {
  const venue = afterFirst({ params: { slippageBps: '10', slippageNoise: '0', latencyMs: '50' } })
  submit(venue, { id: 'a', side: 'buy', quantity: '1' }, decided)
  const reports = feed(venue, candle(2 * MINUTE, [102, 105, 101, 104]))
  assert.deepEqual(lines(reports), ['a accepted', 'a taker 1 @ 102.11'])
  assert.deepEqual(
    reports.map(({ eventMs }) => eventMs),
    [decided + 50, decided + 50],
  )
})

test('an order sent within a candle waits for the one after it', () => {
  const venue = afterFirst()
  submit(venue, { id: 'a', side: 'buy', quantity: '1' }, decided + 1)
  assert.deepEqual(lines(feed(venue, heartbeat(decided + 2))), ['a accepted'])
  assert.deepEqual(feed(venue, candle(2 * MINUTE, [102, 105, 101, 104])), [])
  assert.deepEqual(lines(feed(venue, candle(3 * MINUTE, [104, 105, 101, 104]))), ['a taker 1 @ 104'])
})

test('our orders together fill their share of the volume; the rest of a market order goes on', () => {
  const venue = afterFirst({ params: { volumeShare: '0.1' } })
  submit(venue, { id: 'a', side: 'buy', quantity: '3' }, decided)
  submit(venue, { id: 'b', side: 'buy', quantity: '3' }, decided)
  submit(venue, { id: 'c', side: 'buy', quantity: '3', timeInForce: 'ioc' }, decided)
  assert.deepEqual(lines(feed(venue, candle(2 * MINUTE, [100, 101, 99, 100], 40))).slice(3), [
    'a taker 3 @ 100',
    'b taker 1 @ 100',
    'c expired: ioc: the rest cannot fill at once',
  ])
  assert.deepEqual(lines(feed(venue, candle(3 * MINUTE, [103, 104, 102, 103], 15))), ['b taker 1.5 @ 103'])
  assert.deepEqual(feed(venue, candle(4 * MINUTE, [103, 104, 102, 103], 0)), [])
  assert.deepEqual(lines(feed(venue, candle(5 * MINUTE, [105, 106, 102, 103], 15))), ['b taker 0.5 @ 105'])
})

test('a price that ran away cuts the fill to the cash that no other order has reserved', () => {
  const venue = afterFirst({ short: false, cash: '300', params: { takerFee: '0', makerFee: '0' } })
  submit(venue, { id: 'rests', side: 'buy', quantity: '2', price: '50' }, decided)
  submit(venue, { id: 'a', side: 'buy', quantity: '2' }, decided)
  assert.deepEqual(lines(feed(venue, candle(2 * MINUTE, [125, 126, 124, 125]))).slice(2), [
    'a taker 1.59999 @ 125',
    'a canceled: insufficient balance for what is left',
  ])
  assert.deepEqual(lines(feed(venue, candle(3 * MINUTE, [60, 61, 49, 50]))), ['rests maker 2 @ 50'])
})

test('a limit fills when the candle goes through it, at the limit; a touch is not enough', () => {
  const venue = afterFirst()
  submit(venue, { id: 'a', side: 'buy', quantity: '1', price: '95' }, decided)
  assert.deepEqual(lines(feed(venue, candle(2 * MINUTE, [100, 101, 95, 97]))), ['a accepted'])
  assert.deepEqual(lines(feed(venue, candle(3 * MINUTE, [97, 98, 94.99, 96]))), ['a maker 1 @ 95'])
})

test('with candleTouch a touch fills', () => {
  const venue = afterFirst({ params: { candleTouch: 'true' } })
  submit(venue, { id: 'a', side: 'sell', quantity: '1', price: '105' }, decided)
  assert.deepEqual(lines(feed(venue, candle(2 * MINUTE, [100, 105, 99, 101]))), [
    'a accepted',
    'a maker 1 @ 105',
  ])
})

test('a limit that the open already passes takes at the open, never beyond its limit', () => {
  const venue = afterFirst({ params: { slippageBps: '100', slippageNoise: '0' } })
  submit(venue, { id: 'a', side: 'buy', quantity: '1', price: '110' }, decided)
  submit(venue, { id: 'b', side: 'buy', quantity: '1', price: '100.5' }, decided)
  assert.deepEqual(lines(feed(venue, candle(2 * MINUTE, [100, 101, 99.9, 100]))).slice(2), [
    'a taker 1 @ 101',
    'b taker 1 @ 100.5',
  ])
})

test('a limit that rested before a gapping open fills at its own price: improvement is not invented', () => {
  const venue = afterFirst()
  submit(venue, { id: 'a', side: 'buy', quantity: '1', price: '95' }, decided)
  feed(venue, candle(2 * MINUTE, [100, 101, 96, 97]))
  assert.deepEqual(lines(feed(venue, candle(3 * MINUTE, [90, 92, 89, 91]))), ['a maker 1 @ 95'])
})

test('a stop fills at its price with slippage, or at the open when that is beyond it', () => {
  const venue = afterFirst({ params: { slippageBps: '10', slippageNoise: '0' } })
  submit(venue, { id: 'a', side: 'sell', quantity: '1', stopPrice: '95' }, decided)
  submit(venue, { id: 'b', side: 'sell', quantity: '1', stopPrice: '85' }, decided)
  submit(venue, { id: 'c', side: 'buy', quantity: '1', stopPrice: '110' }, decided)
  assert.deepEqual(lines(feed(venue, candle(2 * MINUTE, [100, 101, 95, 97]))).slice(3), ['a taker 1 @ 94.9'])
  assert.deepEqual(lines(feed(venue, candle(3 * MINUTE, [80, 90, 79, 82]))), ['b taker 1 @ 79.92'])
  assert.deepEqual(lines(feed(venue, candle(4 * MINUTE, [109, 111, 108, 109]))), ['c taker 1 @ 110.11'])
})

test('within one candle the stop-loss is assumed before the take-profit', () => {
  const venue = afterFirst()
  submit(venue, { id: 'tp', side: 'sell', quantity: '1', price: '105', group: 'g' }, decided)
  submit(venue, { id: 'sl', side: 'sell', quantity: '1', stopPrice: '95', group: 'g' }, decided)
  assert.deepEqual(lines(feed(venue, candle(2 * MINUTE, [100, 110, 90, 100]))).slice(2), [
    'sl taker 1 @ 95',
    'tp canceled: group: sl filled',
  ])
})

test('a take-profit that the open passes is first, as the open is', () => {
  const venue = afterFirst()
  submit(venue, { id: 'tp', side: 'sell', quantity: '1', price: '105', group: 'g' }, decided)
  submit(venue, { id: 'sl', side: 'sell', quantity: '1', stopPrice: '95', group: 'g' }, decided)
  feed(venue, candle(2 * MINUTE, [100, 101, 99, 100]))
  assert.deepEqual(lines(feed(venue, candle(3 * MINUTE, [106, 110, 90, 100]))), [
    'tp maker 1 @ 105',
    'sl canceled: group: tp filled',
  ])
})

test('a stop-limit gapped past its limit rests, and fills no sooner than the next candle', () => {
  const venue = afterFirst()
  submit(venue, { id: 'a', side: 'sell', quantity: '1', stopPrice: '95', price: '94' }, decided)
  assert.deepEqual(lines(feed(venue, candle(2 * MINUTE, [100, 101, 94.5, 96]))), [
    'a accepted',
    'a taker 1 @ 95',
  ])
  submit(venue, { id: 'b', side: 'sell', quantity: '1', stopPrice: '95', price: '96' }, 2 * MINUTE)
  assert.deepEqual(lines(feed(venue, candle(3 * MINUTE, [96, 97, 94, 95]))), ['b accepted'])
  assert.deepEqual(lines(feed(venue, candle(4 * MINUTE, [95, 96.5, 94, 95]))), ['b maker 1 @ 96'])
})

test('fok fills whole within the share of the volume or expires', () => {
  const venue = afterFirst()
  submit(venue, { id: 'a', side: 'buy', quantity: '2', timeInForce: 'fok' }, decided)
  submit(venue, { id: 'b', side: 'buy', quantity: '1', timeInForce: 'fok' }, decided)
  assert.deepEqual(lines(feed(venue, candle(2 * MINUTE, [100, 101, 99, 100], 15))).slice(2), [
    'a expired: fok: the rest cannot fill at once',
    'b taker 1 @ 100',
  ])
})

test('a post-only order that the open passes expires unfilled', () => {
  const venue = afterFirst()
  submit(venue, { id: 'a', side: 'buy', quantity: '1', price: '100', postOnly: true }, decided)
  assert.deepEqual(lines(feed(venue, candle(2 * MINUTE, [99, 101, 98, 100]))), [
    'a accepted',
    'a expired: postOnly: it would take',
  ])
})

test('nothing fills in a gap: the candle after it opens the market again', () => {
  const venue = afterFirst()
  submit(venue, { id: 'a', side: 'sell', quantity: '1', stopPrice: '95' }, decided)
  submit(venue, { id: 'b', side: 'buy', quantity: '1' }, decided)
  assert.deepEqual(lines(feed(venue, gap(10 * MINUTE, 9 * MINUTE))), ['a accepted', 'b accepted'])
  const reports = feed(venue, candle(11 * MINUTE, [80, 81, 79, 80]))
  assert.deepEqual(lines(reports), ['a taker 1 @ 80', 'b taker 1 @ 80'])
  assert(reports.every(({ eventMs }) => eventMs === 10 * MINUTE))
})

test('once the tape has trades, candles fill nothing twice', () => {
  const venue = openVenue()
  feed(venue, trade(1, 100))
  submit(venue, { id: 'a', side: 'buy', quantity: '1', price: '95' }, 1)
  assert.deepEqual(lines(feed(venue, candle(2 * MINUTE, [100, 101, 90, 95]))), ['a accepted'])
})
