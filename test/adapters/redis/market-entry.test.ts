import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeBatch } from '../../../src/adapters/redis/batch-codec.ts'
import { batchOf, hasHeader, marketKey } from '../../../src/adapters/redis/market-entry.ts'
import type { StreamEntry } from '../../../src/adapters/redis/market-entry.ts'
import { tradeOf } from '../../contracts/market-stream.ts'
import { instrument, MARKET_KEY } from './redis-client.ts'

const payload = encodeBatch([tradeOf(1), tradeOf(2)])
const sound = { e: '3', s: '40', n: '2', t: '1000', b: payload }

const entryOf = (fields: Readonly<Record<string, string | Buffer>>): StreamEntry => [
  Buffer.from('1005-2'),
  Object.entries(fields).flatMap(([name, value]) => [Buffer.from(name), Buffer.from(value)]),
]

test('the key names the instrument', () => {
  assert.equal(marketKey(instrument), MARKET_KEY)
})

test('an entry is its batch', () => {
  assert.deepEqual(batchOf(entryOf(sound)), {
    ...{ position: '1005-2', epoch: 3, firstSeq: 40, sentMs: 1000 },
    events: [tradeOf(1), tradeOf(2)],
  })
  assert.equal(hasHeader(entryOf(sound)), true)
})

test('an entry whose events cannot be read is a gap at its number', () => {
  const gap = [{ kind: 'gap', eventMs: 1005, gapMs: 0 }]
  for (const bad of [{ b: 'junk' }, { n: '3' }, { b: payload.subarray(1) }]) {
    const batch = batchOf(entryOf({ ...sound, ...bad }))
    assert.deepEqual([batch.epoch, batch.firstSeq, batch.events], [3, 40, gap])
  }
})

test('an entry without a sound header is a gap at no number', () => {
  const gap = [{ kind: 'gap', eventMs: 1005, gapMs: 0 }]
  for (const bad of [{ e: 'x' }, { s: '-1' }, { t: '1e9' }, { n: '' }, { e: '9'.repeat(16) }]) {
    const entry = entryOf({ ...sound, ...bad })
    const batch = batchOf(entry)
    assert.deepEqual([batch.epoch, batch.firstSeq, batch.events], [0, 0, gap])
    assert.equal(hasHeader(entry), false)
  }
  assert.deepEqual(batchOf(entryOf({ hello: 'world' })).events, gap)
  assert.deepEqual(batchOf([Buffer.from('1005-2'), [Buffer.from('e')]]).events, gap)
})
