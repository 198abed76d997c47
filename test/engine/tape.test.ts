import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MarketEvent } from '../../src/domain/market.ts'
import { tapeBatch, tapeKinds } from '../../src/engine/tape.ts'
import { columnsOf } from '../adapters/recording/recordings.ts'

const events: readonly MarketEvent[] = [
  { kind: 'trade', eventMs: 1, tradeId: 7, price: 100.5, quantity: 0.25, aggressor: 'buy' },
  { kind: 'trade', eventMs: 2, tradeId: null, price: 100, quantity: 1, aggressor: null },
  { kind: 'quote', eventMs: 3, bidPrice: 99, bidQuantity: 2, askPrice: 101, askQuantity: 3 },
  { kind: 'bookReset', eventMs: 4 },
  { kind: 'bookLevel', eventMs: 4, side: 'sell', price: 101, quantity: 0 },
  { kind: 'bookLevel', eventMs: 4, side: 'buy', price: 99, quantity: 4 },
  { kind: 'candle', eventMs: 60_000, intervalMs: 60_000, open: 1, high: 4, low: 0.5, close: 2, volume: 9 },
  { kind: 'gap', eventMs: 90_000, gapMs: 30_000 },
  { kind: 'heartbeat', eventMs: 91_000 },
]

test('every kind of event comes out of its columns as it went in', () => {
  const batch = tapeBatch(columnsOf(events), 0, events.length)
  assert.deepEqual(
    Array.from({ length: batch.length }, (_, index) => batch.at(index)),
    events,
  )
  assert.deepEqual(
    new Set(events.map(({ kind }) => kind)),
    new Set(tapeKinds),
    'the list above has an event of each kind',
  )
})

test('a batch is of the rows asked for', () => {
  const batch = tapeBatch(columnsOf(events), 2, 5)
  assert.equal(batch.length, 3)
  assert.deepEqual([batch.at(0), batch.at(2)], [events[2], events[4]])
})

test('columns of trades alone need neither kind nor id nor side', () => {
  const trades = events.slice(0, 2)
  const columns = { ...columnsOf(trades), kind: null }
  assert.deepEqual(tapeBatch(columns, 0, 1).at(0), events[0])
  const bare = { ...columns, tradeId: null, side: null }
  assert.deepEqual(tapeBatch(bare, 0, 2).at(0), { ...events[0], tradeId: null, aggressor: null })
})

test('the codes of a recording never change', () => {
  assert.deepEqual(tapeKinds, ['trade', 'quote', 'bookLevel', 'bookReset', 'candle', 'gap', 'heartbeat'])
})
