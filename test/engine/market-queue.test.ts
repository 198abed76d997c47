import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MarketEvent } from '../../src/domain/market.ts'
import { createMarketQueue } from '../../src/engine/market-queue.ts'
import { START_MS, tradeAt } from './scenario.ts'

const quoteAt = (eventMs: number): MarketEvent => ({
  kind: 'quote',
  eventMs: START_MS + eventMs,
  bidPrice: 100,
  bidQuantity: 1,
  askPrice: 101,
  askQuantity: 1,
})

const names = (events: readonly MarketEvent[]): readonly string[] =>
  events.map((event) => (event.kind === 'trade' ? `t${event.tradeId}` : event.kind))

test('events come out as they went in', () => {
  const queue = createMarketQueue(10)
  for (let id = 1; id <= 5; id++) queue.put(tradeAt(id, id, 100), id)
  assert.deepEqual(names(queue.take(2)), ['t1', 't2'])
  assert.equal(queue.size(), 3)
  assert.deepEqual(names(queue.take(9)), ['t3', 't4', 't5'])
  assert.deepEqual(queue.take(9), [])
})

test('a full queue gives up quotes before trades, all but the newest', () => {
  const queue = createMarketQueue(10)
  for (let id = 1; id <= 5; id++) {
    queue.put(tradeAt(id, id, 100), id)
    queue.put(quoteAt(id), id)
  }
  queue.put(tradeAt(6, 6, 100), 6)
  assert.deepEqual(names(queue.take(99)), ['t1', 't2', 't3', 't4', 't5', 'quote', 't6'])
})

test('what a queue full of trades cannot hold becomes a gap', () => {
  const queue = createMarketQueue(10)
  for (let id = 1; id <= 11; id++) queue.put(tradeAt(id, id * 100, 100), id)
  const [gap, ...rest] = queue.take(99)
  assert.deepEqual(gap, { kind: 'gap', eventMs: START_MS + 700, gapMs: 600 })
  assert.deepEqual(names(rest), ['t7', 't8', 't9', 't10', 't11'])
})

test('it never holds more than its capacity, however much comes', () => {
  const queue = createMarketQueue(100)
  for (let id = 1; id <= 10_000; id++) {
    queue.put(tradeAt(id, id, 100), id)
    assert(queue.size() <= 100)
  }
  assert.deepEqual(names(queue.take(999)).at(-1), 't10000')
})

test('a book of which a part was dropped is reset', () => {
  const queue = createMarketQueue(4)
  queue.put({ kind: 'bookReset', eventMs: START_MS }, 0)
  queue.put({ kind: 'bookLevel', eventMs: START_MS, side: 'buy', price: 100, quantity: 1 }, 0)
  for (let id = 1; id <= 3; id++) queue.put(tradeAt(id, id, 100), id)
  assert.deepEqual(names(queue.take(9)), ['gap', 'bookReset', 't2', 't3'])
})

test('a standby forgets by the time of receipt', () => {
  const queue = createMarketQueue(10_000)
  for (let id = 1; id <= 5_000; id++) queue.put(tradeAt(id, id, 100), id)
  queue.forget(4_998)
  assert.deepEqual(names(queue.drain().map(({ event }) => event)), ['t4998', 't4999', 't5000'])
  assert.equal(queue.size(), 0)
})
