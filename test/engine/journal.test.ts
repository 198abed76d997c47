import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodeEvent } from '../../src/domain/codec.ts'
import { appendEvent, chainHash, createJournal } from '../../src/engine/journal.ts'
import type { LogEntry } from '../../src/engine/journal.ts'
import { anyEvent } from '../domain/any-event.ts'
import { digest } from './scenario.ts'
import { markAt } from './tally-events.ts'

const appended = (places: readonly Readonly<{ causeSeq: number; marketSeq: number }>[]): LogEntry[] => {
  const journal = createJournal(digest)
  return places.map((place, index) => appendEvent(journal, markAt(index, '100'), place))
}

test('a new journal is at zero with an empty hash', () => {
  const { seq, hash } = createJournal(digest)
  assert.deepEqual({ seq, hash }, { seq: 0, hash: '' })
})

test('entries are numbered without a gap, and each carries the hash of the one before it', () => {
  fc.assert(
    fc.property(fc.array(anyEvent, { minLength: 1, maxLength: 20 }), (events) => {
      const journal = createJournal(digest)
      let before = ''
      for (const [index, event] of events.entries()) {
        const entry = appendEvent(journal, event, { causeSeq: index, marketSeq: 7 })
        assert.equal(entry.seq, index + 1)
        assert.equal(entry.prevHash, before)
        assert.equal(entry.hash, chainHash(digest, entry))
        assert.deepEqual(decodeEvent(entry.payload), event)
        before = entry.hash
      }
      assert.equal(journal.seq, events.length)
      assert.equal(journal.hash, before)
    }),
  )
})

test('the hash is SHA-256 over five lines, as the documents say', () => {
  const entry = { seq: 2, causeSeq: 1, marketSeq: 9, payload: '{}', prevHash: 'aa' }
  assert.equal(chainHash(digest, entry), digest('aa\n2\n1\n9\n{}'))
})

test('the hash covers sequence, cause, place in the tape, payload and the past', () => {
  const entry = { seq: 2, causeSeq: 1, marketSeq: 9, payload: '{}', prevHash: 'aa' }
  const changed = [
    { ...entry, seq: 3 },
    { ...entry, causeSeq: 0 },
    { ...entry, marketSeq: 8 },
    { ...entry, payload: '{ }' },
    { ...entry, prevHash: 'ab' },
  ]
  const hashes = [entry, ...changed].map((one) => chainHash(digest, one))
  assert.equal(new Set(hashes).size, hashes.length)
})

test('an early difference changes every later hash', () => {
  const place = { causeSeq: 0, marketSeq: 1 }
  const [left, right] = [
    appended([place, place, place]),
    appended([{ ...place, marketSeq: 2 }, place, place]),
  ]
  for (const [index, { hash }] of left.entries()) assert.notEqual(hash, right[index]?.hash)
  assert.deepEqual(
    left.map(({ hash }) => hash),
    appended([place, place, place]).map(({ hash }) => hash),
  )
})
