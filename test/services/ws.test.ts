import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMemoryLeaseStore } from '../../src/adapters/memory/lease-store.ts'
import type { MemoryLeaseStore } from '../../src/adapters/memory/lease-store.ts'
import { createMemoryMarketStream } from '../../src/adapters/memory/market-stream.ts'
import type { MemoryMarketStream } from '../../src/adapters/memory/market-stream.ts'
import { CdbError } from '../../src/domain/errors.ts'
import type { ErrorCode } from '../../src/domain/errors.ts'
import type { MarketEvent } from '../../src/domain/market.ts'
import type { MarketPublisher, StreamedBatch } from '../../src/engine/market-stream.ts'
import { runWs } from '../../src/services/ws.ts'
import { bitcoin, START_MS, tradeAt } from '../engine/scenario.ts'
import { createQuietTelemetry } from './quiet-telemetry.ts'
import type { QuietTelemetry } from './quiet-telemetry.ts'
import { createScriptedFeed } from './scripted-feed.ts'
import type { ScriptedFeed } from './scripted-feed.ts'
import { createVirtualClock } from './virtual-clock.ts'
import type { VirtualClock } from './virtual-clock.ts'

type World = Readonly<{
  clock: VirtualClock
  leases: MemoryLeaseStore
  venue: ScriptedFeed
  stream: MemoryMarketStream
}>

function createWorld(): World {
  const clock = createVirtualClock(START_MS)
  return {
    clock,
    leases: createMemoryLeaseStore(() => clock.monotonicMs()),
    venue: createScriptedFeed(),
    stream: createMemoryMarketStream(clock),
  }
}

type Replica = Readonly<{ telemetry: QuietTelemetry; stop: () => void; ended: Promise<unknown> }>

function startWs(
  { clock, leases, venue, stream }: World,
  owner: string,
  publisher = stream.publisher,
): Replica {
  const controller = new AbortController()
  const telemetry = createQuietTelemetry()
  const base = { owner, partition: 0, leases, clock, telemetry, signal: controller.signal }
  const ended = runWs({ ...base, feed: venue.feed, publisher, instrument: bitcoin.id }).then(
    () => null,
    (error: unknown) => error,
  )
  const stop = (): void => {
    controller.abort()
  }
  return { telemetry, stop, ended }
}

async function stopAll({ clock }: World, ...replicas: readonly Replica[]): Promise<void> {
  for (const { stop } of replicas) stop()
  await clock.advance(1_000)
  for (const { ended } of replicas) assert.equal(await ended, null)
}

const batchesIn = ({ stream }: World): Promise<readonly StreamedBatch[]> =>
  stream.reader.read('0', 10_000, 0, new AbortController().signal)

/** What a reader gets: trades by their ids, other events by their kinds; heartbeats are left out. */
async function publishedIn(world: World): Promise<readonly (number | string)[]> {
  const events = (await batchesIn(world)).flatMap((batch) => batch.events)
  return events
    .filter(({ kind }) => kind !== 'heartbeat')
    .map((event) => (event.kind === 'trade' ? (event.tradeId ?? 'unnumbered') : event.kind))
}

/** Each event has the number after the one before. */
async function assertNumbered(world: World): Promise<void> {
  let nextSeq = 0
  for (const { firstSeq, events } of await batchesIn(world)) {
    assert.equal(firstSeq, nextSeq)
    nextSeq += events.length
  }
}

const trade = (id: number): MarketEvent & { kind: 'trade' } => tradeAt(id, id * 10, 100)

/** Says trades one by one, with a little time after each. */
async function sayTrades({ venue, clock }: World, fromId: number, toId: number): Promise<void> {
  for (let id = fromId; id <= toId; id++) {
    venue.say(trade(id))
    await clock.advance(10)
  }
}

test('the leader publishes what the venue says, and the standby is silent', async () => {
  const world = createWorld()
  const replicas = [startWs(world, 'a'), startWs(world, 'b')]
  await world.clock.advance(100)
  assert.equal(world.venue.connections(), 2, 'both are connected')
  await sayTrades(world, 1, 5)
  assert.deepEqual(await publishedIn(world), [1, 2, 3, 4, 5])
  await assertNumbered(world)
  await stopAll(world, ...replicas)
})

test('events that come at once are published together', async () => {
  const world = createWorld()
  const replica = startWs(world, 'a')
  await world.clock.advance(100)
  world.venue.say(...Array.from({ length: 3_000 }, (_, index) => trade(index + 1)))
  await world.clock.advance(100)
  const sizes = (await batchesIn(world)).map(({ events }) => events.length)
  assert.deepEqual(sizes, [1_024, 1_024, 952])
  await stopAll(world, replica)
})

test('a handover loses and doubles nothing', async () => {
  const world = createWorld()
  const first = startWs(world, 'a')
  const second = startWs(world, 'b')
  await world.clock.advance(100)
  await sayTrades(world, 1, 20)
  await stopAll(world, first)
  await sayTrades(world, 21, 40)
  await stopAll(world, second)
  assert.deepEqual(
    await publishedIn(world),
    Array.from({ length: 40 }, (_, index) => index + 1),
  )
  assert.deepEqual([...new Set((await batchesIn(world)).map(({ epoch }) => epoch))], [1, 2])
  await assertNumbered(world)
})

/** A publisher whose process was killed: nothing more comes of it, not even an answer. */
function mortal(publisher: MarketPublisher): Readonly<{ publisher: MarketPublisher; kill: () => void }> {
  let isDead = false
  const never = new Promise<never>(() => undefined)
  return {
    publisher: {
      last: () => (isDead ? never : publisher.last()),
      publish: (batch) => (isDead ? never : publisher.publish(batch)),
    },
    kill: () => {
      isDead = true
    },
  }
}

test('a standby takes over from a leader that is killed, at the very next trade', async () => {
  const world = createWorld()
  const { publisher, kill } = mortal(world.stream.publisher)
  const dead = startWs({ ...world, leases: leasesOnce(world.leases) }, 'a', publisher)
  await world.clock.advance(100)
  const second = startWs(world, 'b')
  await sayTrades(world, 1, 20)
  kill()
  await sayTrades(world, 21, 60)
  await world.clock.advance(20_000)
  await sayTrades(world, 2_061, 2_062)
  const published = await publishedIn(world)
  assert.deepEqual(
    published.slice(0, 60),
    Array.from({ length: 60 }, (_, index) => index + 1),
  )
  await assertNumbered(world)
  await stopAll(world, second)
  dead.stop()
})

/** Leases of a process that is frozen after it has got one: it renews no more. */
const leasesOnce = (leases: MemoryLeaseStore): MemoryLeaseStore => ({
  ...leases,
  renew: () => new Promise<never>(() => undefined),
  release: () => Promise.resolve(),
})

test('a process that begins asks for the trades since the last that was published', async () => {
  const world = createWorld()
  const first = startWs(world, 'a')
  await world.clock.advance(100)
  await sayTrades(world, 1, 5)
  await stopAll(world, first)
  world.venue.happen(trade(6), trade(7))
  const second = startWs(world, 'b')
  await world.clock.advance(100)
  await sayTrades(world, 8, 9)
  await stopAll(world, second)
  assert.deepEqual(await publishedIn(world), [1, 2, 3, 4, 5, 6, 7, 8, 9])
})

test('what cannot be asked for is a gap', async () => {
  const world = createWorld()
  const first = startWs(world, 'a')
  await world.clock.advance(100)
  await sayTrades(world, 1, 5)
  await stopAll(world, first)
  world.venue.happen(trade(6))
  world.venue.setReachable(false)
  const second = startWs(world, 'b')
  await world.clock.advance(100)
  await sayTrades(world, 7, 8)
  await stopAll(world, second)
  assert.deepEqual(await publishedIn(world), [1, 2, 3, 4, 5, 'gap', 7, 8])
  assert.equal(second.telemetry.counts.get('market_gaps_total'), 1)
})

test('a lost connection is made again, and what came meanwhile is asked for', async () => {
  const world = createWorld()
  const replica = startWs(world, 'a')
  await world.clock.advance(100)
  await sayTrades(world, 1, 2)
  world.venue.lose()
  await world.clock.advance(10)
  assert.equal(replica.telemetry.reasons.get('market data'), 'the connection ended')
  world.venue.happen(trade(3), trade(4))
  await world.clock.advance(1_000)
  world.venue.say(quoteAt(3_000))
  await world.clock.advance(10)
  assert.equal(replica.telemetry.reasons.get('market data'), '')
  assert.deepEqual(await publishedIn(world), [1, 2, 3, 4, 'quote'], 'a quiet market waits for no next trade')
  assert.equal(replica.telemetry.counts.get('feed_connections_total'), 2)
  await stopAll(world, replica)
})

const quoteAt = (eventMs: number): MarketEvent => ({
  kind: 'quote',
  eventMs: START_MS + eventMs,
  bidPrice: 101,
  bidQuantity: 1,
  askPrice: 100,
  askQuantity: 1,
})

test('repeated and missing trades are put right; crossed quotes pass, and what is no number does not', async () => {
  const world = createWorld()
  const replica = startWs(world, 'a')
  await world.clock.advance(100)
  world.venue.happen(trade(3))
  world.venue.say(trade(1), trade(2), trade(2), trade(1), trade(4), quoteAt(50))
  world.venue.say({ ...trade(5), price: Number.NaN })
  await world.clock.advance(10)
  assert.deepEqual(await publishedIn(world), [1, 2, 3, 4, 'quote'])
  await stopAll(world, replica)
})

test('without data a heartbeat says that time passes, by the time of the venue', async () => {
  const world = createWorld()
  const replica = startWs(world, 'a')
  await world.clock.advance(500.4)
  await sayTrades(world, 1, 1)
  await world.clock.advance(4_000)
  const beats = (await batchesIn(world))
    .flatMap(({ events }) => events)
    .filter(({ kind }) => kind === 'heartbeat')
  assert.deepEqual(
    beats.map(({ eventMs }) => eventMs - START_MS),
    [1_509, 2_509, 3_509],
  )
  world.venue.lose()
  await world.clock.advance(200)
  const count = (await batchesIn(world)).length
  await world.clock.advance(50)
  assert.equal((await batchesIn(world)).length, count, 'no heartbeat where nobody hears the venue')
  await stopAll(world, replica)
})

/** Redis fails as often as told; when `isWritten`, what failed has been written all the same. */
function failing(
  publisher: MarketPublisher,
  failure: Readonly<{ code: ErrorCode; isWritten: boolean }>,
): Readonly<{ publisher: MarketPublisher; fail: (times: number) => void }> {
  let left = 0
  return {
    publisher: {
      last: () => publisher.last(),
      async publish(batch) {
        if (left <= 0 || failure.isWritten) await publisher.publish(batch)
        if (left-- > 0) throw new CdbError(failure.code, 'Redis is away')
      },
    },
    fail: (times) => {
      left = times
    },
  }
}

test('while Redis is away or full the data is kept, and each event is published once', async () => {
  const failures = [
    { code: 'CDB_REDIS_UNREACHABLE', isWritten: false },
    { code: 'CDB_REDIS_UNREACHABLE', isWritten: true },
    { code: 'CDB_REDIS_FULL', isWritten: false },
  ] as const
  for (const failure of failures) {
    const world = createWorld()
    const { publisher, fail } = failing(world.stream.publisher, failure)
    const replica = startWs(world, 'a', publisher)
    await world.clock.advance(100)
    fail(3)
    await sayTrades(world, 1, 5)
    assert.equal(replica.telemetry.reasons.get('market stream'), 'Redis is away')
    await world.clock.advance(5_000)
    assert.deepEqual(await publishedIn(world), [1, 2, 3, 4, 5])
    assert.equal(replica.telemetry.reasons.get('market stream'), '')
    await assertNumbered(world)
    await stopAll(world, replica)
  }
})

test('what is too much to keep while Redis is away becomes a gap', async () => {
  const world = createWorld()
  const { publisher, fail } = failing(world.stream.publisher, { code: 'CDB_REDIS_FULL', isWritten: false })
  const replica = startWs(world, 'a', publisher)
  await world.clock.advance(100)
  fail(5)
  world.venue.say(trade(1))
  await world.clock.advance(10)
  for (let from = 2; from < 60_000; from += 1_000) {
    world.venue.say(...Array.from({ length: 1_000 }, (_, index) => tradeAt(from + index, 20, 100)))
  }
  await world.clock.advance(20_000)
  const published = await publishedIn(world)
  assert.equal(published[0], 1)
  assert.equal(published[1], 'gap')
  assert.equal(published.at(-1), 60_001)
  assert.equal(published.filter((event) => event === 'gap').length, 1)
  await stopAll(world, replica)
})

test('a publisher that is fenced ends, and so does one without the right to publish', async () => {
  for (const code of ['CDB_FENCED', 'CDB_REDIS_REFUSED'] as const) {
    const world = createWorld()
    const { publisher, fail } = failing(world.stream.publisher, { code, isWritten: false })
    const replica = startWs(world, 'a', publisher)
    await world.clock.advance(100)
    fail(1)
    world.venue.say(trade(1))
    await world.clock.advance(1_000)
    const error = await replica.ended
    assert(error instanceof CdbError)
    assert.equal(error.code, code)
  }
})

test('a leader that wakes up after its lease has passed publishes nothing', async () => {
  const world = createWorld()
  const renew = (): Promise<never> => Promise.reject(new CdbError('CDB_DATABASE_UNREACHABLE', 'away'))
  const first = startWs({ ...world, leases: { ...world.leases, renew } }, 'a')
  await world.clock.advance(9_000)
  world.venue.say(trade(1))
  await world.clock.advance(100)
  const error = await first.ended
  assert(error instanceof CdbError)
  assert.equal(error.code, 'CDB_FENCED')
  assert.equal(await world.stream.publisher.last(), null)
})

test('after Redis has lost the stream a new leader begins it anew', async () => {
  const world = createWorld()
  const first = startWs(world, 'a')
  await world.clock.advance(100)
  await sayTrades(world, 1, 3)
  await stopAll(world, first)
  const emptied = { ...world, stream: createMemoryMarketStream(world.clock) }
  const second = startWs(emptied, 'b')
  await world.clock.advance(100)
  await sayTrades(emptied, 4, 5)
  assert.deepEqual(await publishedIn(emptied), [4, 5])
  await stopAll(emptied, second)
})
