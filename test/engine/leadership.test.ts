import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMemoryLeaseStore } from '../../src/adapters/memory/lease-store.ts'
import { CdbError } from '../../src/domain/errors.ts'
import { runLed } from '../../src/engine/leadership.ts'
import type { Leadership } from '../../src/engine/leadership.ts'
import type { Lease, LeaseStore } from '../../src/engine/lease.ts'
import { createQuietTelemetry } from '../services/quiet-telemetry.ts'
import { createVirtualClock } from '../services/virtual-clock.ts'
import type { VirtualClock } from '../services/virtual-clock.ts'
import { START_MS } from './scenario.ts'

type Replica = Readonly<{
  leadership: () => Leadership | undefined
  lease: () => Lease | null
  stop: () => void
  ended: Promise<unknown>
}>

/** A service whose work is to lead until it is told to stop. */
function startReplica(owner: string, clock: VirtualClock, leases: LeaseStore): Replica {
  const controller = new AbortController()
  let led: Leadership | undefined
  const base = {
    owner,
    partition: 0,
    leases,
    clock,
    telemetry: createQuietTelemetry(),
    signal: controller.signal,
  }
  const ended = runLed(base, 'risk', async (leadership, signal) => {
    led = leadership
    await leadership.gained()
    while (!signal.aborted) await clock.sleep(1_000, signal)
  }).then(
    () => null,
    (error: unknown) => error,
  )
  return {
    leadership: () => led,
    lease: () => led?.current() ?? null,
    stop: () => {
      controller.abort()
    },
    ended,
  }
}

function start(): Readonly<{ clock: VirtualClock; leases: LeaseStore }> {
  const clock = createVirtualClock(START_MS)
  return { clock, leases: createMemoryLeaseStore(() => clock.monotonicMs()) }
}

test('one of two leads; when it stops the other leads at once, with the next epoch', async () => {
  const { clock, leases } = start()
  const first = startReplica('a', clock, leases)
  await clock.advance(10)
  const second = startReplica('b', clock, leases)
  await clock.advance(60_000)
  assert.equal(first.lease()?.epoch, 1)
  assert.equal(second.lease(), null)
  first.stop()
  await clock.advance(1_000)
  assert.equal(await first.ended, null)
  assert.equal(second.lease()?.epoch, 2)
  second.stop()
  await clock.advance(1_000)
  assert.equal(await second.ended, null)
})

test('a lease that cannot be renewed is not acted under, and comes back when nobody took it', async () => {
  const { clock, leases } = start()
  let isAway = false
  const unsteady: LeaseStore = {
    ...leases,
    renew: (lease) =>
      isAway ? Promise.reject(new CdbError('CDB_DATABASE_UNREACHABLE', 'no route')) : leases.renew(lease),
  }
  const replica = startReplica('a', clock, unsteady)
  await clock.advance(3_100)
  isAway = true
  await clock.advance(7_800)
  assert.equal(replica.lease()?.epoch, 1, 'eight seconds from the start of the last renewal')
  await clock.advance(200)
  assert.equal(replica.lease(), null)
  isAway = false
  await clock.advance(1_000)
  assert.equal(replica.lease()?.epoch, 1)
  replica.stop()
  await clock.advance(1_000)
  assert.equal(await replica.ended, null)
})

test('an owner that was taken over ends with CDB_FENCED', async () => {
  const { clock, leases } = start()
  let isPaused = false
  const paused: Promise<never> = new Promise(() => undefined)
  const pausing: LeaseStore = { ...leases, renew: (lease) => (isPaused ? paused : leases.renew(lease)) }
  const zombie = startReplica('a', clock, pausing)
  await clock.advance(100)
  isPaused = true
  const heir = startReplica('b', clock, leases)
  await clock.advance(14_000)
  assert.equal(zombie.lease(), null)
  assert.equal(heir.lease()?.epoch, 2)

  const late = startReplica('c', clock, {
    ...leases,
    acquire: () => Promise.resolve({ role: 'risk', partition: 0, owner: 'c', epoch: 1 }),
  })
  await clock.advance(4_000)
  const error = await late.ended
  assert(error instanceof CdbError)
  assert.equal(error.code, 'CDB_FENCED')
  heir.stop()
  await clock.advance(1_000)
  await heir.ended
})

test('work that fails hands the lease over and tells its error', async () => {
  const { clock, leases } = start()
  const base = {
    owner: 'a',
    partition: 0,
    leases,
    clock,
    telemetry: createQuietTelemetry(),
    signal: new AbortController().signal,
  }
  const ended = runLed(base, 'risk', async (leadership) => {
    await leadership.gained()
    throw new CdbError('CDB_LOG_DIVERGED', 'differs')
  })
  const failed = assert.rejects(ended, { code: 'CDB_LOG_DIVERGED' })
  await clock.advance(10)
  await failed
  assert.equal((await leases.acquire('risk', 0, 'b'))?.epoch, 2)
})
