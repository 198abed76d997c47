import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMemoryLeaseStore } from '../../src/adapters/memory/lease-store.ts'
import type { MemoryLeaseStore } from '../../src/adapters/memory/lease-store.ts'
import { createMemoryMarketStream } from '../../src/adapters/memory/market-stream.ts'
import type { MemoryMarketStream } from '../../src/adapters/memory/market-stream.ts'
import { createMemoryTradingLog } from '../../src/adapters/memory/trading-log.ts'
import type { MemoryTradingLog } from '../../src/adapters/memory/trading-log.ts'
import { createMemoryWire } from '../../src/adapters/memory/wire.ts'
import { CdbError } from '../../src/domain/errors.ts'
import type { MarketEvent } from '../../src/domain/market.ts'
import { parseParams } from '../../src/domain/param.ts'
import type { MarketReader } from '../../src/engine/market-stream.ts'
import { regimeParams } from '../../src/engine/regime.ts'
import type { SignalConfig } from '../../src/engine/signal.ts'
import type { TradingLog, Wire } from '../../src/engine/trading-log.ts'
import { runSignal } from '../../src/services/signal.ts'
import { bitcoin, digest, enterLong, exitLong, scripted, START_MS, tradeAt } from '../engine/scenario.ts'
import { createQuietTelemetry } from './quiet-telemetry.ts'
import type { QuietTelemetry } from './quiet-telemetry.ts'
import { createVirtualClock } from './virtual-clock.ts'
import type { VirtualClock } from './virtual-clock.ts'

const config: SignalConfig = {
  instrument: bitcoin,
  account: 'paper',
  strategy: scripted({ 5: enterLong, 15: exitLong, 25: enterLong, 35: exitLong }),
  params: {},
  regime: parseParams('regime', regimeParams, {}),
}

type World = Readonly<{
  clock: VirtualClock
  leases: MemoryLeaseStore
  log: MemoryTradingLog
  wire: Wire
  stream: MemoryMarketStream
}>

function createWorld(): World {
  const clock = createVirtualClock(START_MS)
  const leases = createMemoryLeaseStore(() => clock.monotonicMs())
  return {
    clock,
    leases,
    log: createMemoryTradingLog({ digest, leases }),
    wire: createMemoryWire(clock),
    stream: createMemoryMarketStream(clock),
  }
}

type Replica = Readonly<{ telemetry: QuietTelemetry; stop: () => void; ended: Promise<unknown> }>
type Parts = Readonly<{ reader?: MarketReader; log?: TradingLog; leases?: MemoryLeaseStore }>

function startSignal(world: World, owner: string, parts: Parts = {}): Replica {
  const controller = new AbortController()
  const telemetry = createQuietTelemetry()
  const { clock, leases, log, wire, stream } = world
  const ended = runSignal({
    ...{ owner, partition: 0, leases, clock, telemetry, signal: controller.signal },
    ...{ reader: stream.reader, log, wire, config, warmUpMs: 600_000 },
    ...parts,
  }).then(
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

/** Publishes events one by one, numbered from `firstSeq`, at the time of their first. */
async function publish(
  { stream, clock }: World,
  events: readonly MarketEvent[],
  { firstSeq, epoch = 1 }: Readonly<{ firstSeq: number; epoch?: number }>,
): Promise<void> {
  for (const [index, event] of events.entries()) {
    await stream.publisher.publish({
      epoch,
      firstSeq: firstSeq + index,
      sentMs: clock.nowMs(),
      events: [event],
    })
    await clock.advance(10)
  }
}

/** Trade n is event n of the stream. */
const trades = (fromId: number, toId: number): readonly MarketEvent[] =>
  Array.from({ length: toId - fromId + 1 }, (_, index) => tradeAt(fromId + index, (fromId + index) * 10, 100))

const publishTrades = (world: World, fromId: number, toId: number): Promise<void> =>
  publish(world, trades(fromId, toId), { firstSeq: fromId })

/** What is on the log: signals by their trade, marks by their kind. */
const saidIn = ({ log }: World): readonly string[] =>
  log.entries.map(({ event }) =>
    event.kind === 'signal' ? (event.slot.split('/').at(-1) ?? '') : event.kind,
  )
const signalsIn = (world: World): readonly string[] => saidIn(world).filter((said) => said !== 'mark')

test('each signal is on the log once, after the mark it was made at', async () => {
  const world = createWorld()
  const replicas = [startSignal(world, 'a'), startSignal(world, 'b')]
  await world.clock.advance(1_000)
  await publishTrades(world, 1, 40)
  await world.clock.advance(1_000)
  assert.deepEqual(signalsIn(world), ['t5', 't15', 't25', 't35'])
  const at = saidIn(world).indexOf('t15')
  assert.equal(saidIn(world)[at - 1], 'mark')
  const entry = world.log.entries[at]
  assert.deepEqual([entry?.writer, entry?.epoch, entry?.marketSeq], ['signal', 1, 15])
  assert.equal(replicas[0]?.telemetry.counts.get('signals_total'), 4)
  assert.equal(replicas[1]?.telemetry.counts.get('signals_total'), undefined)
  await stopAll(world, ...replicas)
})

test('what was there before the start is learned from, and nothing is said of it', async () => {
  const world = createWorld()
  await publishTrades(world, 1, 30)
  const replica = startSignal(world, 'a')
  await world.clock.advance(1_000)
  assert.deepEqual(saidIn(world), [])
  await publishTrades(world, 31, 40)
  await world.clock.advance(1_000)
  assert.deepEqual(signalsIn(world), ['t35'])
  await stopAll(world, replica)
})

test('a handover goes on with the next signal', async () => {
  const world = createWorld()
  const first = startSignal(world, 'a')
  await world.clock.advance(100)
  const second = startSignal(world, 'b')
  await publishTrades(world, 1, 20)
  await stopAll(world, first)
  await publishTrades(world, 21, 40)
  await world.clock.advance(1_000)
  assert.deepEqual(signalsIn(world), ['t5', 't15', 't25', 't35'])
  assert.equal(world.log.entries.at(-1)?.epoch, 2)
  await stopAll(world, second)
})

/** The log of a process that was killed: its commits no longer arrive. */
function mortal(log: TradingLog): Readonly<{ log: TradingLog; kill: () => void }> {
  let isDead = false
  return {
    log: { ...log, commit: (step) => (isDead ? new Promise<never>(() => undefined) : log.commit(step)) },
    kill: () => {
      isDead = true
    },
  }
}

/** Leases of a process that is frozen after it has got one. */
const frozen = (leases: MemoryLeaseStore): MemoryLeaseStore => ({
  ...leases,
  renew: () => new Promise<never>(() => undefined),
})

test('a standby commits what a killed leader said last, and only that', async () => {
  const world = createWorld()
  const { log, kill } = mortal(world.log)
  const dead = startSignal(world, 'a', { log, leases: frozen(world.leases) })
  await world.clock.advance(100)
  const second = startSignal(world, 'b')
  await world.clock.advance(300)
  await publishTrades(world, 1, 10)
  kill()
  await publishTrades(world, 11, 20)
  assert.deepEqual(signalsIn(world), ['t5'])
  await world.clock.advance(15_000)
  assert.deepEqual(signalsIn(world), ['t5', 't15'])
  await stopAll(world, second)
  dead.stop()
})

test('a standby that takes over after more than a minute lets the old signals be', async () => {
  const world = createWorld()
  const held = await world.leases.acquire('signal', 0, 'other')
  assert(held !== null)
  const replica = startSignal(world, 'a')
  await world.clock.advance(1_000)
  await publishTrades(world, 1, 10)
  await publish(world, [tradeAt(11, 90_000, 100)], { firstSeq: 11 })
  await world.clock.advance(20_000)
  await publish(world, [tradeAt(25, 100_000, 100)], { firstSeq: 12 })
  assert.deepEqual(signalsIn(world), ['t25'])
  await stopAll(world, replica)
})

test('a gap in the numbers makes the marks stale', async () => {
  const world = createWorld()
  const replica = startSignal(world, 'a')
  await world.clock.advance(1_000)
  await publishTrades(world, 1, 3)
  await publishTrades(world, 7, 8)
  await world.clock.advance(1_000)
  const marks = world.log.entries.flatMap(({ event }) => (event.kind === 'mark' ? [event.stale] : []))
  assert.equal(marks[0], false)
  assert.equal(marks.at(-1), true)
  assert.equal(replica.telemetry.counts.get('market_gaps_total'), 1)
  await stopAll(world, replica)
})

test('while Redis is away it waits, and goes on where it was', async () => {
  const world = createWorld()
  let isAway = true
  const away = new CdbError('CDB_REDIS_UNREACHABLE', 'Redis is away')
  const { reader } = world.stream
  const unsteady: MarketReader = {
    end: () => reader.end(),
    positionAt: (sentMs) => reader.positionAt(sentMs),
    read: (...args) => (isAway ? Promise.reject(away) : reader.read(...args)),
  }
  const replica = startSignal(world, 'a', { reader: unsteady })
  await world.clock.advance(1_000)
  assert.equal(replica.telemetry.reasons.get('market stream'), 'Redis is away')
  isAway = false
  await world.clock.advance(3_000)
  await publishTrades(world, 1, 10)
  isAway = true
  await world.clock.advance(1_000)
  await publishTrades(world, 11, 20)
  isAway = false
  await world.clock.advance(3_000)
  assert.deepEqual(signalsIn(world), ['t5', 't15'])
  assert.equal(replica.telemetry.reasons.get('market stream'), '')
  assert.equal(replica.telemetry.counts.get('market_gaps_total'), undefined)
  await stopAll(world, replica)
})

test('it is ready while data is fresh, and heartbeats are no data', async () => {
  const world = createWorld()
  const replica = startSignal(world, 'a')
  await world.clock.advance(1_000)
  assert.equal(replica.telemetry.reasons.get('market data'), 'no market data yet')
  await publish(world, [tradeAt(1, 1_000, 100)], { firstSeq: 1 })
  assert.equal(replica.telemetry.reasons.get('market data'), '')
  await world.clock.advance(20_000)
  await publish(world, [{ kind: 'heartbeat', eventMs: START_MS + 21_000 }], { firstSeq: 2 })
  assert.match(replica.telemetry.reasons.get('market data') ?? '', /^no market data for \d+ s$/)
  await stopAll(world, replica)
})

test('a commit that fails ends the service', async () => {
  for (const code of ['CDB_FENCED', 'CDB_COMMIT_UNKNOWN', 'CDB_DATABASE_UNREACHABLE'] as const) {
    const world = createWorld()
    const log: TradingLog = { ...world.log, commit: () => Promise.reject(new CdbError(code, 'no')) }
    const replica = startSignal(world, 'a', { log })
    await world.clock.advance(1_000)
    await publishTrades(world, 1, 6)
    const error = await replica.ended
    assert(error instanceof CdbError)
    assert.equal(error.code, code)
  }
})
