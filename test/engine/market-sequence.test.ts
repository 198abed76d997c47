import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MarketEvent } from '../../src/domain/market.ts'
import { createMarketSequence } from '../../src/engine/market-sequence.ts'
import type { MarketSequence } from '../../src/engine/market-sequence.ts'
import type { StreamedBatch } from '../../src/engine/market-stream.ts'
import { START_MS, tradeAt } from './scenario.ts'

const batch = (firstSeq: number, events: readonly MarketEvent[], epoch = 1): StreamedBatch => ({
  position: String(firstSeq),
  epoch,
  firstSeq,
  sentMs: START_MS,
  events,
})

/** Ids of trades, and how long gaps are, with their numbers. */
function heard(sequence: MarketSequence, batches: readonly StreamedBatch[]): readonly string[] {
  const lines: string[] = []
  for (const each of batches) {
    sequence.accept(each, (event, seq) => {
      const what = event.kind === 'trade' ? `trade ${event.tradeId}` : event.kind
      lines.push(`${seq}: ${event.kind === 'gap' ? `gap of ${event.gapMs}` : what}`)
    })
  }
  return lines
}

const trades = (...ids: readonly number[]): readonly MarketEvent[] =>
  ids.map((id) => tradeAt(id, id * 10, 100))

test('events keep their numbers', () => {
  const lines = heard(createMarketSequence(), [batch(5, trades(1, 2)), batch(7, trades(3))])
  assert.deepEqual(lines, ['5: trade 1', '6: trade 2', '7: trade 3'])
})

test('a batch that was published twice is heard once, and the part of it that was', () => {
  const lines = heard(createMarketSequence(), [
    batch(0, trades(1, 2)),
    batch(0, trades(1, 2)),
    batch(1, trades(2, 3)),
  ])
  assert.deepEqual(lines, ['0: trade 1', '1: trade 2', '2: trade 3'])
})

test('numbers that are missing are a gap', () => {
  const lines = heard(createMarketSequence(), [batch(0, trades(1)), batch(4, trades(5))])
  assert.deepEqual(lines, ['0: trade 1', '4: gap of 40', '4: trade 5'])
})

test('a new publisher that goes on is no gap, and its repeats of trades are dropped', () => {
  const lines = heard(createMarketSequence(), [batch(0, trades(1, 2)), batch(2, trades(1, 2, 3), 2)])
  assert.deepEqual(lines, ['0: trade 1', '1: trade 2', '4: trade 3'])
})

test('a stream that was begun anew is a gap', () => {
  const lines = heard(createMarketSequence(), [batch(10, trades(1)), batch(0, trades(2), 2)])
  assert.deepEqual(lines, ['10: trade 1', '0: gap of 10', '0: trade 2'])
})

test('what an old publisher still says is not heard', () => {
  const lines = heard(createMarketSequence(), [
    batch(0, trades(1), 2),
    batch(1, trades(9), 1),
    batch(1, trades(2), 2),
  ])
  assert.deepEqual(lines, ['0: trade 1', '1: trade 2'])
})

test('trades that the venue numbers anew are heard, after a gap', () => {
  const late = tradeAt(1, 500, 100)
  const lines = heard(createMarketSequence(), [batch(0, trades(7)), batch(1, [late])])
  assert.deepEqual(lines, ['0: trade 7', '1: gap of 430', '1: trade 1'])
})

test('a reader that goes on drops the trades that it has', () => {
  const last = { ...tradeAt(2, 20, 100), tradeId: 2 }
  assert.deepEqual(heard(createMarketSequence(last), [batch(1, trades(2, 3))]), ['2: trade 3'])
})
