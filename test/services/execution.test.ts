import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CdbError } from '../../src/domain/errors.ts'
import type { TradingLog } from '../../src/engine/trading-log.ts'
import { START_MS } from '../engine/scenario.ts'
import {
  approve,
  command,
  createWorld,
  kindsIn,
  postsAt,
  resting,
  startExecution,
  stopExecution,
  written,
} from './execution/world.ts'
import type { World } from './execution/world.ts'

test('an approved order is committed as submitting, sent once, and its fill is booked', async () => {
  const world = createWorld()
  world.venue.onPost((id) => {
    const isCommitted = written(world).some(
      (event) => event.kind === 'submitting' && event.clientOrderId === id,
    )
    assert(isCommitted, 'committed before it left')
  })
  const replica = startExecution(world, 'a')
  await world.clock.advance(1_000)
  await approve(world, '1')
  await world.clock.advance(1_000)
  assert.deepEqual(kindsIn(world), ['submitting', 'accepted', 'filled'])
  assert.deepEqual(postsAt(world), { cdb1: 1 })
  assert.equal(await stopExecution(world, replica), null)
  const [submitting] = world.log.entries.filter(({ event }) => event.kind === 'submitting')
  assert.equal(submitting?.causeSeq, 1, 'caused by its approval')
})

test('what is halted, reduced only or too old by its turn is abandoned, and the venue never hears of it', async () => {
  const halts: readonly (readonly [string, (world: World) => Promise<void>, number])[] = [
    ['halted', (world) => command(world, 'halt'), START_MS],
    ['reduce-only', (world) => command(world, 'reduceOnly', 'account:paper'), START_MS],
    ['decided', () => Promise.resolve(), START_MS - 3_000],
  ]
  for (const [reason, prepare, decidedMs] of halts) {
    const world = createWorld()
    await prepare(world)
    await approve(world, '1', { decidedMs })
    const replica = startExecution(world, 'a')
    await world.clock.advance(1_000)
    assert.deepEqual(kindsIn(world), ['abandoned'])
    const [abandoned] = written(world)
    assert(abandoned?.kind === 'abandoned' && abandoned.reason.startsWith(reason))
    assert.deepEqual(postsAt(world), {})
    await stopExecution(world, replica)
  }
})

test('a halt lets what flattens through, and reduce-only what reduces', async () => {
  const world = createWorld()
  const replica = startExecution(world, 'a')
  await world.clock.advance(1_000)
  await approve(world, '1')
  await world.clock.advance(1_000)
  await command(world, 'halt')
  await approve(world, '2', { side: 'sell', reduceOnly: true, purpose: 'flatten' })
  await world.clock.advance(1_000)
  assert.deepEqual(kindsIn(world).slice(3), ['submitting', 'accepted', 'filled'])
  await stopExecution(world, replica)
})

test('the time of submission is the time of the venue', async () => {
  const world = createWorld({ skewMs: () => 200 })
  const replica = startExecution(world, 'a')
  await world.clock.advance(1_000)
  const { decidedMs } = await approve(world, '1')
  await world.clock.advance(1_000)
  const [submitting] = written(world)
  assert(submitting !== undefined && submitting.eventMs >= decidedMs + 200)
  assert.deepEqual(kindsIn(world), ['submitting', 'accepted', 'filled'])
  await stopExecution(world, replica)
})

test('the standby takes over where the leader stopped, and sends nothing again', async () => {
  const world = createWorld()
  const first = startExecution(world, 'a')
  await world.clock.advance(1_000)
  const second = startExecution(world, 'b')
  await approve(world, '1')
  await world.clock.advance(1_000)
  assert.equal(await stopExecution(world, first), null)
  await approve(world, '2')
  await world.clock.advance(1_000)
  assert.deepEqual(kindsIn(world), ['submitting', 'accepted', 'filled', 'submitting', 'accepted', 'filled'])
  assert.deepEqual(postsAt(world), { cdb1: 1, cdb2: 1 })
  assert.deepEqual(
    world.log.entries.filter(({ event }) => event.kind === 'submitting').map(({ epoch }) => epoch),
    [1, 2],
  )
  await stopExecution(world, second)
})

type Failing = (step: Parameters<TradingLog['commit']>[0], commits: number) => 'before' | 'after' | null

/** A log of which a commit fails: before its effect, or after it with the answer lost. */
function failingLog({ log }: World, failing: Failing): TradingLog {
  let commits = 0
  return {
    headSeq: () => log.headSeq(),
    cursor: (consumer) => log.cursor(consumer),
    read: (afterSeq, countMax) => log.read(afterSeq, countMax),
    async commit(step) {
      const failure = failing(step, commits++)
      if (failure === 'before') throw new CdbError('CDB_DATABASE_UNREACHABLE', 'the database went away')
      const entries = await log.commit(step)
      if (failure === 'after') throw new CdbError('CDB_COMMIT_UNKNOWN', 'no answer to a commit')
      return entries
    },
  }
}

/** Restarted until it runs through, each time with nothing but the log. */
async function runThroughFailures(world: World, failing: Failing): Promise<number> {
  let failures = 0
  const log = failingLog(world, failing)
  await approve(world, '1')
  for (let start = 0; start < 10; start++) {
    const replica = startExecution(world, `owner-${start}`, { log })
    const ended = replica.ended.then((error) => ({ error }))
    await world.clock.advance(start === 0 ? 1_000 : 120_000)
    const { error } = await Promise.race([ended, stopExecution(world, replica).then((error) => ({ error }))])
    if (error === null) return failures
    assert(error instanceof CdbError)
    failures += 1
  }
  throw new Error('it never ran through')
}

test('a crash at any commit, before or after its effect: the order arrives once or never', async () => {
  let fates = new Set<string>()
  for (const failure of ['before', 'after'] as const) {
    for (let failing = 0; failing < 6; failing++) {
      const world = createWorld()
      await runThroughFailures(world, (_step, commits) => (commits === failing ? failure : null))
      const kinds = kindsIn(world)
      const posts = postsAt(world)['cdb1'] ?? 0
      const last = kinds.findLast((kind) => ['filled', 'notPlaced', 'abandoned'].includes(kind))
      assert(last !== undefined, `${failure} ${failing}: ${kinds.join(' ')}`)
      assert.equal(posts, last === 'filled' ? 1 : 0, `${failure} ${failing}: ${kinds.join(' ')}`)
      assert.equal(kinds.filter((kind) => kind === 'submitting').length, last === 'abandoned' ? 0 : 1)
      fates = fates.add(`${last} ${failure}`)
    }
  }
  assert(fates.has('filled after') && fates.has('notPlaced after') && fates.has('filled before'))
})

test('a process that dies with its POST on the way: the next one finds the order and sends nothing', async () => {
  const world = createWorld()
  let isDead = false
  const never = new Promise<never>(() => undefined)
  const log = failingLog(world, () => null)
  const gateway = world.venue.connect()
  startExecution(world, 'a', {
    leases: pausedLeases(world, () => isDead),
    log: { ...log, read: (afterSeq, countMax) => (isDead ? never : log.read(afterSeq, countMax)) },
    gateway: {
      ...gateway,
      place: async (request, submitMs) => {
        await gateway.place(request, submitMs)
        isDead = true
        return never
      },
    },
  })
  await world.clock.advance(1_000)
  await approve(world, '1')
  await world.clock.advance(1_000)
  assert.deepEqual(kindsIn(world), ['submitting'])
  const next = startExecution(world, 'b')
  await world.clock.advance(60_000)
  assert.deepEqual(kindsIn(world), ['submitting', 'unknown', 'accepted', 'filled'])
  assert.deepEqual(postsAt(world), { cdb1: 1 })
  await stopExecution(world, next)
})

test('a zombie that wakes after the next one acted writes nothing and sends nothing', async () => {
  const world = createWorld()
  let release: () => void = () => undefined
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  const slow: TradingLog = {
    ...failingLog(world, () => null),
    async commit(step) {
      const entries = await world.log.commit(step)
      if (entries.some(({ event }) => event.kind === 'submitting')) await held
      return entries
    },
  }
  const paused = startExecution(world, 'a', { log: slow, leases: pausedLeases(world, () => isPaused) })
  let isPaused = false
  await world.clock.advance(1_000)
  await approve(world, '1')
  await world.clock.advance(100)
  isPaused = true
  const next = startExecution(world, 'b')
  await world.clock.advance(20_000)
  assert.deepEqual(kindsIn(world).slice(0, 2), ['submitting', 'unknown'])
  release()
  isPaused = false
  await world.clock.advance(60_000)
  assert.deepEqual(postsAt(world), {})
  assert.deepEqual(kindsIn(world), ['submitting', 'unknown', 'UNKNOWN_ORDERS', 'notPlaced'])
  const error = await paused.ended
  assert(error instanceof CdbError && error.code === 'CDB_FENCED', String(error))
  await stopExecution(world, next)
})

/** Leases that are not renewed while the process is paused. */
const pausedLeases = ({ leases }: World, isPaused: () => boolean): World['leases'] => ({
  ...leases,
  renew: (lease) =>
    isPaused() ? Promise.reject(new CdbError('CDB_DATABASE_UNREACHABLE', 'paused')) : leases.renew(lease),
})

test('told to stop with a POST on the way, it waits for the answer and writes it', async () => {
  const world = createWorld({ latencyMs: () => 500 })
  const replica = startExecution(world, 'a')
  await world.clock.advance(5_000)
  await approve(world, '1', resting)
  await world.clock.advance(300)
  assert.deepEqual(kindsIn(world), ['submitting'])
  assert.equal(await stopExecution(world, replica), null)
  assert.deepEqual(kindsIn(world), ['submitting', 'accepted'])
})

test('resting orders stay at the venue on the way out, unless they are to be canceled', async () => {
  for (const cancelOnStop of [false, true]) {
    const world = createWorld()
    const replica = startExecution(world, 'a', { cancelOnStop })
    await world.clock.advance(1_000)
    await approve(world, '1', resting)
    await world.clock.advance(1_000)
    assert.equal(await stopExecution(world, replica), null)
    const ends = cancelOnStop ? ['canceled'] : []
    assert.deepEqual(kindsIn(world), ['submitting', 'accepted', ...ends])
  }
})

test('nothing is sent while the venue cannot be asked, and what grows old meanwhile is abandoned', async () => {
  const world = createWorld({ query: () => true })
  const replica = startExecution(world, 'a')
  await world.clock.advance(1_000)
  await approve(world, '1')
  await world.clock.advance(1_000)
  assert.deepEqual(kindsIn(world), [])
  assert.match(replica.telemetry.reasons.get('reconciliation') ?? '', /has not been compared/)
  await world.clock.advance(2_000)
  assert.deepEqual(kindsIn(world), ['abandoned'])
  world.faults.query = () => false
  await world.clock.advance(2_000)
  await approve(world, '2')
  await world.clock.advance(1_000)
  assert.deepEqual(kindsIn(world), ['abandoned', 'submitting', 'accepted', 'filled'])
  await stopExecution(world, replica)
})
