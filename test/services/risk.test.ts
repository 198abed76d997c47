import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMemoryLeaseStore } from '../../src/adapters/memory/lease-store.ts'
import type { MemoryLeaseStore } from '../../src/adapters/memory/lease-store.ts'
import { createMemorySnapshotStore } from '../../src/adapters/memory/snapshot-store.ts'
import { createMemoryTradingLog } from '../../src/adapters/memory/trading-log.ts'
import type { MemoryTradingLog } from '../../src/adapters/memory/trading-log.ts'
import { money, ratio } from '../../src/domain/decimal.ts'
import { CdbError } from '../../src/domain/errors.ts'
import type { TradingEvent } from '../../src/domain/event.ts'
import { orderTypes } from '../../src/domain/order.ts'
import { parseParams } from '../../src/domain/param.ts'
import { parseLimits } from '../../src/engine/controls.ts'
import type { RiskConfig } from '../../src/engine/risk.ts'
import { sizingParams } from '../../src/engine/sizing.ts'
import type { SnapshotStore } from '../../src/engine/snapshot.ts'
import type { TradingLog, Wire } from '../../src/engine/trading-log.ts'
import { runRisk } from '../../src/services/risk.ts'
import { commandAt, markAt, signalAt } from '../engine/risk/feed.ts'
import { bitcoin, digest, START_MS } from '../engine/scenario.ts'
import { createQuietTelemetry } from './quiet-telemetry.ts'
import { createVirtualClock } from './virtual-clock.ts'
import type { VirtualClock } from './virtual-clock.ts'

const config: RiskConfig = {
  account: 'paper',
  cash: money('10000'),
  instruments: [bitcoin],
  permissions: [
    { strategy: 'test', instrument: bitcoin.id, account: 'paper', types: orderTypes, short: false },
  ],
  limits: parseLimits({}),
  sizing: parseParams('sizing', sizingParams, {}),
  takerFee: ratio('0.001'),
  digest,
}

type World = Readonly<{
  clock: VirtualClock
  leases: MemoryLeaseStore
  log: MemoryTradingLog
  wire: Wire
  snapshots: SnapshotStore
}>

function createWorld(): World {
  const clock = createVirtualClock(START_MS)
  const leases = createMemoryLeaseStore(() => clock.monotonicMs())
  const log = createMemoryTradingLog({ digest, leases })
  const wire: Wire = {
    announce: () => undefined,
    wait: (_seq, timeoutMs, signal) => clock.sleep(timeoutMs, signal),
  }
  return { clock, leases, log, wire, snapshots: createMemorySnapshotStore() }
}

type Replica = Readonly<{ stop: () => void; ended: Promise<unknown> }>

function startRisk(world: World, owner: string, log: TradingLog = world.log): Replica {
  const controller = new AbortController()
  const { clock, leases, wire, snapshots } = world
  const base = { owner, partition: 0, leases, clock, telemetry: createQuietTelemetry() }
  const ended = runRisk({ ...base, signal: controller.signal, log, wire, snapshots, config }).then(
    () => null,
    (error: unknown) => error,
  )
  return {
    stop: () => {
      controller.abort()
    },
    ended,
  }
}

/** What signal and people would write. */
const say = (log: TradingLog, event: TradingEvent): Promise<unknown> =>
  log.commit({
    writer: event.kind === 'command' ? 'control' : 'signal',
    lease: null,
    cursor: null,
    drafts: [{ event, causeSeq: 0, marketSeq: 0 }],
  })

const kindsIn = ({ log }: World): readonly string[] => log.entries.map(({ event }) => event.kind)

async function stopAll(world: World, replicas: readonly Replica[]): Promise<void> {
  for (const { stop } of replicas) stop()
  await world.clock.advance(2_000)
  for (const { ended } of replicas) assert.equal(await ended, null)
}

test('a signal is decided once, whichever of two leads', async () => {
  const world = createWorld()
  const replicas = [startRisk(world, 'a'), startRisk(world, 'b')]
  await world.clock.advance(1_000)
  await say(world.log, markAt(0, '50000'))
  await say(world.log, signalAt(0, '50000'))
  await world.clock.advance(1_000)
  assert.deepEqual(kindsIn(world), ['mark', 'signal', 'approved'])
  assert.equal(world.log.entries[2]?.causeSeq, 2)
  assert.equal(await world.log.cursor('risk'), 2)
  await stopAll(world, replicas)
})

test('the standby goes on where the leader stopped', async () => {
  const world = createWorld()
  const first = startRisk(world, 'a')
  await world.clock.advance(100)
  const second = startRisk(world, 'b')
  await say(world.log, markAt(0, '50000'))
  await say(world.log, signalAt(0, '50000'))
  await world.clock.advance(1_000)
  await stopAll(world, [first])
  await say(world.log, markAt(3_000, '50100'))
  await say(world.log, signalAt(3_000, '50100'))
  await world.clock.advance(1_000)
  assert.deepEqual(
    world.log.entries
      .filter(({ writer }) => writer === 'risk')
      .map(({ event, epoch }) => [event.kind, epoch]),
    [
      ['approved', 1],
      ['approved', 2],
    ],
  )
  await stopAll(world, [second])
})

test('a new process derives what is there and decides only what is not', async () => {
  const world = createWorld()
  const first = startRisk(world, 'a')
  await world.clock.advance(100)
  await say(world.log, markAt(0, '50000'))
  await say(world.log, signalAt(0, '50000'))
  await say(world.log, commandAt(100, { action: 'halt' }))
  await world.clock.advance(1_000)
  await stopAll(world, [first])
  await say(world.log, signalAt(3_000, '50100'))
  const second = startRisk(world, 'b')
  await world.clock.advance(2_000)
  await stopAll(world, [second])
  assert.deepEqual(kindsIn(world).slice(-2), ['signal', 'denied'], 'the halt is remembered')
})

test('a log that risk would not have written ends the process', async () => {
  const world = createWorld()
  await say(world.log, markAt(0, '50000'))
  await say(world.log, signalAt(0, '50000'))
  const lease = await world.leases.acquire('risk', 0, 'forger')
  const event = {
    kind: 'alert',
    eventMs: START_MS,
    level: 'info',
    code: 'X',
    scope: 'global',
    message: 'x',
  } as const
  const drafts = [{ event, causeSeq: 2, marketSeq: 0 }]
  await world.log.commit({
    writer: 'risk',
    lease,
    cursor: { consumer: 'risk', fromSeq: 0, toSeq: 2 },
    drafts,
  })
  await world.log.commit({
    writer: 'risk',
    lease,
    cursor: { consumer: 'risk', fromSeq: 2, toSeq: 3 },
    drafts: [],
  })
  const replica = startRisk(world, 'a')
  await world.clock.advance(20_000)
  const error = await replica.ended
  assert(error instanceof CdbError)
  assert.equal(error.code, 'CDB_LOG_DIVERGED')
  assert.match(error.message, /entry 3 differs/)
})

test('a commit without an answer ends the process; the next finds out whether it happened', async () => {
  for (const happens of [true, false]) {
    const world = createWorld()
    const unsteady: TradingLog = {
      ...world.log,
      async commit(step) {
        if (happens) await world.log.commit(step)
        throw new CdbError('CDB_COMMIT_UNKNOWN', 'no answer')
      },
    }
    await say(world.log, markAt(0, '50000'))
    await say(world.log, signalAt(0, '50000'))
    const first = startRisk(world, 'a', unsteady)
    await world.clock.advance(1_000)
    const error = await first.ended
    assert(error instanceof CdbError)
    assert.equal(error.code, 'CDB_COMMIT_UNKNOWN')
    const second = startRisk(world, 'b')
    await world.clock.advance(2_000)
    assert.deepEqual(kindsIn(world), ['mark', 'signal', 'approved'])
    await stopAll(world, [second])
  }
})

test('a start from a snapshot decides as a start from the beginning', async () => {
  const world = createWorld()
  const first = startRisk(world, 'a')
  await world.clock.advance(100)
  for (let at = 0; at < 6_000; at++) await say(world.log, markAt(at * 5_000, '50000'))
  await world.clock.advance(20_000)
  await stopAll(world, [first])
  const snapshot = await world.snapshots.newest()
  assert(snapshot !== null && snapshot.seq >= 5_000)
  const reads: number[] = []
  const watched: TradingLog = {
    ...world.log,
    read(afterSeq, countMax) {
      reads.push(afterSeq)
      return world.log.read(afterSeq, countMax)
    },
  }
  const second = startRisk(world, 'b', watched)
  await world.clock.advance(1_000)
  await say(world.log, markAt(6_000 * 5_000, '50000'))
  await say(world.log, signalAt(6_000 * 5_000, '50000'))
  await world.clock.advance(1_000)
  assert(Math.min(...reads) >= snapshot.seq, 'what is in the snapshot is not read again')
  assert.equal(kindsIn(world).at(-1), 'approved')
  await stopAll(world, [second])
})
