import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MarketEvent } from '../../src/domain/market.ts'
import type { QueuedEvent } from '../../src/engine/market-queue.ts'
import type { StreamedBatch } from '../../src/engine/market-stream.ts'
import { takeOverMarket } from '../../src/engine/market-takeover.ts'
import { START_MS, tradeAt } from './scenario.ts'

/** Trade n came n seconds after the start. */
const trade = (id: number): MarketEvent => tradeAt(id, id * 1_000, 100)
const beat = (seconds: number): MarketEvent => ({ kind: 'heartbeat', eventMs: START_MS + seconds * 1_000 })
const queued = (events: readonly MarketEvent[]): readonly QueuedEvent[] =>
  events.map((event) => ({ event, receivedMs: event.eventMs }))
const published = (...events: readonly MarketEvent[]): StreamedBatch => ({
  position: '1',
  epoch: 1,
  firstSeq: 0,
  sentMs: events.at(-1)?.eventMs ?? START_MS,
  events,
})
const kept = (events: readonly QueuedEvent[]): readonly (number | null | string)[] =>
  events.map(({ event }) => (event.kind === 'trade' ? event.tradeId : event.kind))

test('goes on at the very next trade', () => {
  const takeover = takeOverMarket(
    queued([trade(1), trade(2), beat(2.5), trade(3)]),
    published(trade(1), trade(2)),
  )
  assert.deepEqual(kept(takeover.events), ['heartbeat', 3])
  assert.equal(takeover.missing, 'nothing')
})

test('a standby that heard less drops all, and nothing is missing as far as it knows', () => {
  const heard = queued([trade(1), trade(2)])
  const takeover = takeOverMarket(heard, published(trade(1), trade(2)))
  assert.deepEqual(kept(takeover.events), [])
  assert.equal(takeover.missing, 'nothing')
  assert.equal(
    takeOverMarket(heard, published(trade(5))).missing,
    'trades',
    'it may have missed some after 5',
  )
})

test('trades between the two are asked for', () => {
  const takeover = takeOverMarket(queued([trade(5), trade(6)]), published(trade(2)))
  assert.deepEqual(kept(takeover.events), [5, 6])
  assert.equal(takeover.missing, 'trades')
  assert.equal(takeover.last?.tradeId, 2)
})

test('a process that has heard nothing asks from the last trade on', () => {
  assert.equal(takeOverMarket([], published(trade(2), beat(3))).missing, 'trades')
})

test('trades without an id, or numbered anew, leave a gap', () => {
  const unnumbered: MarketEvent = { ...tradeAt(1, 5_000, 100), tradeId: null }
  assert.equal(takeOverMarket(queued([unnumbered]), published(trade(2))).missing, 'gap')
  assert.equal(takeOverMarket(queued([unnumbered]), published(beat(9))).missing, 'gap')
  const anew = tradeAt(1, 9_000, 100)
  assert.equal(takeOverMarket(queued([anew]), published(trade(2))).missing, 'gap')
})

test('after a batch without trades those of its time are published again', () => {
  const heard = queued([trade(1), beat(3), trade(8), trade(9), beat(9.5), trade(11), beat(11)])
  const takeover = takeOverMarket(heard, published(beat(10)))
  assert.deepEqual(kept(takeover.events), [8, 9, 11, 'heartbeat'])
  assert.equal(takeover.missing, 'nothing')
})

test('a process that began too late to know leaves a gap', () => {
  assert.equal(takeOverMarket(queued([trade(9)]), published(beat(10))).missing, 'gap')
  assert.equal(takeOverMarket([], published(beat(10))).missing, 'gap')
})
