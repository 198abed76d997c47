import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createBinanceTape } from '../../../src/adapters/recording/binance-tape.ts'
import type { Level } from '../../../src/adapters/recording/binance-book.ts'
import type { BinanceFrame } from '../../../src/adapters/recording/binance-tape.ts'
import type { MarketEvent } from '../../../src/domain/market.ts'

const bid = (price: number, quantity: number): Level => ({ side: 'buy', price, quantity })
const diff = (firstUpdateId: number, lastUpdateId: number, ...levels: Level[]): BinanceFrame => ({
  kind: 'depthUpdate',
  eventMs: lastUpdateId * 100,
  firstUpdateId,
  lastUpdateId,
  levels,
})
const snapshot = (lastUpdateId: number, ...levels: Level[]): BinanceFrame => ({
  kind: 'depthSnapshot',
  lastUpdateId,
  levels,
})

const unexpected = (): never => {
  throw new Error('no frame here is bad')
}

function play(...frames: BinanceFrame[]): readonly MarketEvent[] {
  const events: MarketEvent[] = []
  const sink = {
    event(event: MarketEvent) {
      events.push(event)
      return null
    },
    bad: unexpected,
    corrupt: unexpected,
  }
  const tape = createBinanceTape(sink, null)
  for (const frame of frames) tape.frame(frame, { receivedMs: 0, line: 1 })
  return events
}

/** The bids that the events leave behind. */
function bidsAfter(events: readonly MarketEvent[]): Record<string, number> {
  const bids = new Map<number, number>()
  for (const event of events) {
    if (event.kind === 'bookReset') bids.clear()
    if (event.kind === 'bookLevel') bids.set(event.price, event.quantity)
  }
  return Object.fromEntries([...bids].filter(([, quantity]) => quantity > 0).toSorted())
}

const kinds = (events: readonly MarketEvent[]): string => events.map((event) => event.kind).join(' ')

test('diffs that follow each other change one book', () => {
  const events = play(diff(1, 2, bid(10, 1)), diff(3, 5, bid(11, 2), bid(10, 0)))
  assert.equal(kinds(events), 'bookReset bookLevel bookLevel bookLevel')
  assert.deepEqual(bidsAfter(events), { 11: 2 })
})

test('a lost diff is a gap, and the book begins anew', () => {
  const events = play(diff(1, 2, bid(10, 1)), diff(4, 5, bid(11, 2)))
  assert.equal(kinds(events), 'bookReset bookLevel gap bookReset bookLevel')
  assert.deepEqual(events[2], { kind: 'gap', eventMs: 500, gapMs: 300 })
  assert.deepEqual(bidsAfter(events), { 11: 2 })
})

test('a diff that is known already changes nothing', () => {
  assert.equal(kinds(play(diff(1, 5, bid(10, 1)), diff(2, 5, bid(10, 9)))), 'bookReset bookLevel')
})

test('a snapshot that comes late is brought up to date with the diffs before it', () => {
  const events = play(
    diff(1, 2, bid(10, 1)),
    diff(3, 5, bid(11, 2)),
    diff(6, 8, bid(11, 3)),
    snapshot(5, bid(10, 7), bid(11, 2), bid(9, 4)),
    diff(9, 9, bid(9, 0)),
  )
  assert.deepEqual(bidsAfter(events), { 10: 7, 11: 3 })
  assert(!kinds(events).includes('gap'))
})

test('a snapshot newer than the diffs skips those it holds already', () => {
  const events = play(
    diff(1, 2, bid(10, 1)),
    snapshot(6, bid(10, 5)),
    diff(3, 4, bid(10, 2)),
    diff(5, 7, bid(11, 1)),
  )
  assert.deepEqual(bidsAfter(events), { 10: 5, 11: 1 })
})

test('a snapshot too old to be brought up to date is not used', () => {
  const events = play(diff(10, 12, bid(10, 1)), snapshot(5, bid(99, 1)), diff(13, 13, bid(11, 1)))
  assert.deepEqual(bidsAfter(events), { 10: 1, 11: 1 })
})
