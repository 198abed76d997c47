import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMemorySnapshotStore } from '../../../src/adapters/memory/snapshot-store.ts'
import type { TradingLog } from '../../../src/engine/trading-log.ts'
import { createLatch } from '../../../src/services/execution/session.ts'
import { markAt } from '../../engine/risk/feed.ts'
import {
  approve,
  askCancel,
  createWorld,
  kindsIn,
  resting,
  say,
  startExecution,
  stopExecution,
} from './world.ts'

test('a latch keeps a ring for who looks later, until it is closed', async () => {
  const latch = createLatch()
  latch.ring()
  await latch.opened()
  await latch.opened()
  latch.close()
  let isOpen = false
  const opened = latch.opened().then(() => {
    isOpen = true
  })
  await Promise.resolve()
  assert.equal(isOpen, false)
  latch.ring()
  await opened
  assert.equal(isOpen, true)
})

test('a new process goes on from a snapshot: it knows the open orders and reads only what came after', async () => {
  const world = createWorld()
  const snapshots = createMemorySnapshotStore()
  const first = startExecution(world, 'a', { snapshots })
  await world.clock.advance(1_000)
  const request = await approve(world, '1', resting)
  await world.clock.advance(1_000)
  for (let count = 0; count < 5_100; count++) await say(world, markAt(count, '50000'))
  await world.clock.advance(1_000)
  assert.equal(await stopExecution(world, first), null)
  const { log } = world
  const reads: number[] = []
  const watched: TradingLog = {
    headSeq: () => log.headSeq(),
    cursor: (consumer) => log.cursor(consumer),
    commit: (step) => log.commit(step),
    read(afterSeq, countMax) {
      reads.push(afterSeq)
      return log.read(afterSeq, countMax)
    },
  }
  const second = startExecution(world, 'b', { snapshots, log: watched })
  await world.clock.advance(1_000)
  assert((reads[0] ?? 0) >= 5_000)
  await askCancel(world, request)
  await world.clock.advance(3_000)
  assert.deepEqual(kindsIn(world), ['submitting', 'accepted', 'canceled'])
  await stopExecution(world, second)
})
