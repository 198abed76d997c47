import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tradingHash } from '../../src/engine/trading-hash.ts'
import type { TradingEntry } from '../../src/engine/trading-log.ts'

const entry: Omit<TradingEntry, 'event' | 'hash'> = {
  ...{ seq: 7, causeSeq: 5, marketSeq: 11, payload: '{"v":1}', prevHash: 'abc', writer: 'risk', epoch: 3 },
}

test('the hash is of previous hash, sequence, cause, place, payload and writer, each on a line', () => {
  assert.equal(
    tradingHash((text) => text, entry),
    'abc\n7\n5\n11\n{"v":1}\nrisk/3',
  )
})

test('a change of any part changes the hash', () => {
  const changes = [
    ...[{ seq: 8 }, { causeSeq: 6 }, { marketSeq: 12 }, { payload: '{}' }, { prevHash: '' }],
    ...[{ writer: 'signal' as const }, { epoch: 4 }],
  ]
  const hashes = changes.map((change) => tradingHash((text) => text, { ...entry, ...change }))
  assert.equal(new Set([...hashes, tradingHash((text) => text, entry)]).size, changes.length + 1)
})
