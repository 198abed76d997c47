import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MarketEvent } from '../../../src/domain/market.ts'
import { candle, feed, heartbeat, lines, openVenue, quote, submit, trade } from './market-day.ts'

/** What a market order of the smallest lot was valued at, as the notional filter tells. */
function valued(...events: readonly MarketEvent[]): string | undefined {
  const venue = openVenue()
  feed(venue, ...events)
  submit(venue, { id: 'a', side: 'buy', quantity: '0.01' }, 90_000)
  return /value (\S+),/.exec(lines(feed(venue, heartbeat(90_000))).join())?.[1]
}

test('an order without a limit is valued at the last trade, else the touch, else the close, else its decision', () => {
  const last = trade(70_000, 10)
  const touch = quote(70_000, [19, 1], [20, 1])
  const closed = candle(60_000, [30, 31, 29, 30])
  assert.equal(valued(closed, touch, last), '0.1')
  assert.equal(valued(closed, touch), '0.2')
  assert.equal(valued(closed), '0.3')
  assert.equal(valued(), '1')
})
