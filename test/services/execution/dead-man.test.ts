import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CdbError } from '../../../src/domain/errors.ts'
import type { TradingLog } from '../../../src/engine/trading-log.ts'
import { approve, createWorld, kindsIn, resting, startExecution, stopExecution } from './world.ts'
import type { World } from './world.ts'

const gone = (): CdbError => new CdbError('CDB_DATABASE_UNREACHABLE', 'the database went away')

/** A database that can be taken away. */
function createOutage({
  log,
  leases,
}: World): Readonly<{ log: TradingLog; leases: World['leases']; set(isOut: boolean): void }> {
  let isOut = false
  const unlessOut = <T>(call: () => Promise<T>): Promise<T> => (isOut ? Promise.reject(gone()) : call())
  return {
    log: {
      headSeq: () => unlessOut(() => log.headSeq()),
      cursor: (consumer) => unlessOut(() => log.cursor(consumer)),
      read: (afterSeq, countMax) => unlessOut(() => log.read(afterSeq, countMax)),
      commit: (step) => unlessOut(() => log.commit(step)),
    },
    leases: { ...leases, renew: (lease) => unlessOut(() => leases.renew(lease)) },
    set(value) {
      isOut = value
    },
  }
}

const stateAtVenue = ({ venue }: World): string | undefined => venue.ledger().orders[0]?.state

test('open orders are canceled at the venue when the log is out of reach for half a minute', async () => {
  const world = createWorld()
  const outage = createOutage(world)
  const replica = startExecution(world, 'a', { log: outage.log, leases: outage.leases })
  await world.clock.advance(1_000)
  await approve(world, '1', resting)
  await world.clock.advance(1_000)
  outage.set(true)
  await world.clock.advance(29_000)
  assert.equal(stateAtVenue(world), 'open')
  await world.clock.advance(3_000)
  assert.equal(stateAtVenue(world), 'canceled')
  outage.set(false)
  await world.clock.advance(15_000)
  assert.deepEqual(kindsIn(world), ['submitting', 'accepted', 'canceled'])
  assert.equal(await stopExecution(world, replica), null)
})

test('a shorter outage leaves them alone', async () => {
  const world = createWorld()
  const outage = createOutage(world)
  const replica = startExecution(world, 'a', { log: outage.log, leases: outage.leases })
  await world.clock.advance(1_000)
  await approve(world, '1', resting)
  await world.clock.advance(1_000)
  for (let count = 0; count < 3; count++) {
    outage.set(true)
    await world.clock.advance(20_000)
    outage.set(false)
    await world.clock.advance(5_000)
  }
  assert.equal(stateAtVenue(world), 'open')
  await stopExecution(world, replica)
})

test('a commit that fails in an outage ends the service, but not before the orders are safe', async () => {
  const world = createWorld()
  const outage = createOutage(world)
  const log: TradingLog = {
    ...outage.log,
    commit: (step) => (hasFailed() ? Promise.reject(gone()) : outage.log.commit(step)),
  }
  let isFailing = false
  const hasFailed = (): boolean => {
    if (isFailing) outage.set(true)
    return isFailing
  }
  const replica = startExecution(world, 'a', { log, leases: outage.leases })
  let hasEnded = false
  void replica.ended.then(() => {
    hasEnded = true
  })
  await world.clock.advance(1_000)
  await approve(world, '1', resting)
  await world.clock.advance(1_000)
  isFailing = true
  await approve(world, '2')
  await world.clock.advance(32_000)
  assert.equal(hasEnded, false)
  assert.equal(stateAtVenue(world), 'canceled')
  isFailing = false
  outage.set(false)
  await world.clock.advance(2_000)
  const error = await replica.ended
  assert(error instanceof CdbError && error.code === 'CDB_DATABASE_UNREACHABLE')
})
