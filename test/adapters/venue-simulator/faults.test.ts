import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createFaults, faultKinds, faultMeanings } from '../../../src/adapters/venue-simulator/faults.ts'

test('a fault happens as often as it was asked to, for the requests it was asked for', () => {
  const faults = createFaults(() => 0)
  faults.add({ kind: 'dropReply', count: 2, on: 'cancel' })
  assert.equal(faults.take('dropReply', 'place'), null)
  assert.equal(faults.take('dropReply', 'cancel')?.kind, 'dropReply')
  assert.equal(faults.take('dropReply', 'cancel')?.kind, 'dropReply')
  assert.equal(faults.take('dropReply', 'cancel'), null)
  assert.deepEqual(faults.happened(), { dropReply: 2 })
})

test('a fault of a duration happens until it is over', () => {
  let nowMs = 0
  const faults = createFaults(() => nowMs)
  faults.add({ kind: 'feedFrozen', forMs: 100 })
  for (let round = 0; round < 5; round++) assert.notEqual(faults.take('feedFrozen'), null)
  nowMs = 100
  assert.equal(faults.take('feedFrozen'), null)
})

test('clearing takes away one kind, or all', () => {
  const faults = createFaults(() => 0)
  for (const kind of faultKinds) faults.add({ kind })
  faults.clear('clockSkew')
  assert.equal(faults.peek('clockSkew'), null)
  assert.notEqual(faults.peek('feedGap'), null)
  faults.clear(null)
  assert(faultKinds.every((kind) => faults.peek(kind) === null))
})

test('what is no fault is named and not taken', () => {
  const faults = createFaults(() => 0)
  const wrong: readonly unknown[] = [
    null,
    'dropReply',
    { kind: 'toString' },
    { kind: 'dropReply', on: 'all' },
    { kind: 'dropReply', count: 0 },
    { kind: 'dropReply', forMs: 1.5 },
    { kind: 'acceptLate', ms: -1 },
    { kind: 'rateLimit', status: 200 },
  ]
  for (const each of wrong) assert.equal(typeof faults.add(each), 'string')
  assert(Object.keys(faultMeanings).every((kind) => faultKinds.some((known) => known === kind)))
})
