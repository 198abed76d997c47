import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMemoryLeaseStore } from '../../src/adapters/memory/lease-store.ts'
import type { MemoryLeaseStore } from '../../src/adapters/memory/lease-store.ts'
import { createMemoryMarketStream } from '../../src/adapters/memory/market-stream.ts'
import type { MemoryMarketStream } from '../../src/adapters/memory/market-stream.ts'
import { createMemoryTradingLog } from '../../src/adapters/memory/trading-log.ts'
import { ZERO_MONEY, ZERO_QUANTITY } from '../../src/domain/decimal.ts'
import { CdbError } from '../../src/domain/errors.ts'
import type { Candle, MarketEvent } from '../../src/domain/market.ts'
import type { DailyFigures, DailyReportSink } from '../../src/engine/daily-report.ts'
import type { MarketRows, MarketStore } from '../../src/engine/market-store.ts'
import type { NumberedTrade } from '../../src/engine/trade-order.ts'
import { runDbWriter } from '../../src/services/db-writer.ts'
import type { DbWriterOptions } from '../../src/services/db-writer.ts'
import { bitcoin, digest, START_MS, tradeAt } from '../engine/scenario.ts'
import { createQuietTelemetry } from './quiet-telemetry.ts'
import type { QuietTelemetry } from './quiet-telemetry.ts'
import { createVirtualClock } from './virtual-clock.ts'
import type { VirtualClock } from './virtual-clock.ts'

const DAY_MS = 86_400_000

/** What a database would have, by the same rules as to repeats and to who has moved the place. */
type Stored = {
  readonly trades: Map<number, NumberedTrade>
  readonly candles: Map<number, Candle>
  position: string | null
  readonly equityMs: number[]
  logCursor: number
  reportedDay: string | null
}

function storeOf(stored: Stored): MarketStore {
  let place: string | null = null
  return {
    position() {
      place = stored.position
      return Promise.resolve(place)
    },
    write({ position, trades, candles }: MarketRows) {
      if (place !== stored.position) return Promise.reject(new CdbError('CDB_LOG_CONFLICT', 'moved'))
      for (const trade of trades) stored.trades.set(trade.tradeId, trade)
      for (const candle of candles) stored.candles.set(candle.eventMs, candle)
      stored.position = position
      place = position
      return Promise.resolve(trades.length + candles.length)
    },
    openTrades(intervalMs) {
      const all = [...stored.trades.values()]
      const newestMs = all.at(-1)?.eventMs ?? 0
      const from = all.findIndex(({ eventMs }) => eventMs >= newestMs - (newestMs % intervalMs))
      return Promise.resolve(all.slice(Math.max(0, from - 1)))
    },
    saveEquity: (eventMs) => Promise.resolve(stored.equityMs.push(eventMs) > 0),
    moveLogCursor(seq) {
      stored.logCursor = seq
      return Promise.resolve()
    },
    deleteTrades(beforeMs, countMax) {
      const old = [...stored.trades.values()].filter(({ eventMs }) => eventMs < beforeMs).slice(0, countMax)
      for (const { tradeId } of old) stored.trades.delete(tradeId)
      return Promise.resolve(old.length)
    },
    reportedDay: () => Promise.resolve(stored.reportedDay),
    noteReported(day) {
      stored.reportedDay = day
      return Promise.resolve()
    },
    dailyFigures: (dayMs) => Promise.resolve(figuresOf(dayMs)),
    close: () => Promise.resolve(),
  }
}

const figuresOf = (dayMs: number): DailyFigures => ({
  ...{
    day: new Date(dayMs).toISOString().slice(0, 10),
    account: 'paper',
    instrument: bitcoin.id,
    quote: 'USDT',
  },
  ...{ fills: [], fillCount: 0, turnover: ZERO_MONEY, fees: [], equityStart: null, equityEnd: null },
  ...{ position: ZERO_QUANTITY, realizedPnl: ZERO_MONEY, signals: 0, approved: 0, denials: [], alerts: [] },
  alertCount: 0,
})

type World = Readonly<{
  clock: VirtualClock
  leases: MemoryLeaseStore
  stream: MemoryMarketStream
  stored: Stored
  sweeps: number[]
}>

function createWorld(): World {
  const clock = createVirtualClock(START_MS)
  return {
    clock,
    leases: createMemoryLeaseStore(() => clock.monotonicMs()),
    stream: createMemoryMarketStream(clock),
    stored: {
      ...{ trades: new Map(), candles: new Map(), position: null },
      ...{ equityMs: [], logCursor: 0, reportedDay: null },
    },
    sweeps: [],
  }
}

type Replica = Readonly<{ telemetry: QuietTelemetry; stop: () => void; ended: Promise<unknown> }>

function startWriter(world: World, owner: string, parts: Partial<DbWriterOptions> = {}): Replica {
  const controller = new AbortController()
  const telemetry = createQuietTelemetry()
  const { clock, leases, stream, stored, sweeps } = world
  const ended = runDbWriter({
    ...{ owner, partition: 0, leases, clock, telemetry, signal: controller.signal },
    ...{ reader: stream.reader, store: storeOf(stored), log: createMemoryTradingLog({ digest, leases }) },
    relay: { sweep: () => Promise.resolve(sweeps.push(clock.monotonicMs())) },
    ...{ reports: null, retentionDays: 30 },
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

/** Publishes events as one batch each of at most 100, numbered from firstSeq. */
async function publish(
  { stream, clock }: World,
  events: readonly MarketEvent[],
  { firstSeq, epoch = 1 }: Readonly<{ firstSeq: number; epoch?: number }>,
): Promise<void> {
  for (let from = 0; from < events.length; from += 100) {
    const batch = events.slice(from, from + 100)
    await stream.publisher.publish({ epoch, firstSeq: firstSeq + from, sentMs: clock.nowMs(), events: batch })
  }
  await clock.advance(1_000)
}

/** Trade n comes n seconds after the start, at price 100 + n, and is event n of the stream. */
const trades = (fromId: number, toId: number): readonly MarketEvent[] =>
  Array.from({ length: toId - fromId + 1 }, (_, index) => {
    const id = fromId + index
    return tradeAt(id, id * 1_000, 100 + id, 1)
  })

const candlesIn = ({ stored }: World): readonly (readonly number[])[] =>
  [...stored.candles.values()].map(({ eventMs, open, high, low, close, volume }) => [
    (eventMs - START_MS) / 60_000,
    ...[open, high, low, close, volume],
  ])

test('trades and their candles are stored, once', async () => {
  const world = createWorld()
  const replicas = [startWriter(world, 'a'), startWriter(world, 'b')]
  await world.clock.advance(100)
  await publish(world, trades(0, 130), { firstSeq: 0 })
  assert.equal(world.stored.trades.size, 131)
  assert.deepEqual(candlesIn(world), [
    [1, 100, 159, 100, 159, 60],
    [2, 160, 219, 160, 219, 60],
  ])
  assert.equal(replicas[0]?.telemetry.counts.get('rows_written_total'), 133)
  await stopAll(world, ...replicas)
})

test('a takeover goes on from what is stored, in the middle of a candle', async () => {
  const world = createWorld()
  const first = startWriter(world, 'a')
  await world.clock.advance(100)
  await publish(world, trades(0, 90), { firstSeq: 0 })
  await stopAll(world, first)
  await publish(world, trades(91, 100), { firstSeq: 91 })
  const second = startWriter(world, 'b')
  await world.clock.advance(1_000)
  await publish(world, trades(101, 130), { firstSeq: 101 })
  assert.equal(world.stored.trades.size, 131)
  assert.deepEqual(candlesIn(world), [
    [1, 100, 159, 100, 159, 60],
    [2, 160, 219, 160, 219, 60],
  ])
  await stopAll(world, second)
})

test('a candle of which trades are missing is none', async () => {
  for (const cut of ['while it ran', 'while nobody stored'] as const) {
    const world = createWorld()
    const first = startWriter(world, 'a')
    await world.clock.advance(100)
    await publish(world, trades(0, 90), { firstSeq: 0 })
    let last = first
    if (cut === 'while nobody stored') {
      await stopAll(world, first)
      last = startWriter(world, 'b')
      await world.clock.advance(100)
    }
    await publish(world, trades(95, 190), { firstSeq: 95 })
    assert.deepEqual(
      candlesIn(world).map(([minute]) => minute),
      [1, 3],
      cut,
    )
    await stopAll(world, last)
  }
})

test('time closes the candle of a market that is quiet', async () => {
  const world = createWorld()
  const replica = startWriter(world, 'a')
  await world.clock.advance(100)
  await publish(world, [...trades(0, 10), { kind: 'heartbeat', eventMs: START_MS + 60_000 }], { firstSeq: 0 })
  assert.deepEqual(candlesIn(world), [[1, 100, 110, 100, 110, 11]])
  await stopAll(world, replica)
})

test('trades without an id are counted into candles and told, not stored', async () => {
  const world = createWorld()
  const replica = startWriter(world, 'a')
  await world.clock.advance(100)
  const unnumbered = trades(0, 60).map((event) => ({ ...event, tradeId: null }))
  await publish(world, unnumbered, { firstSeq: 0 })
  assert.equal(world.stored.trades.size, 0)
  assert.deepEqual(candlesIn(world), [[1, 100, 159, 100, 159, 60]])
  assert(replica.telemetry.lines.some(({ message }) => /without an id/.test(message)))
  await stopAll(world, replica)
})

test('a writer that another has overtaken ends', async () => {
  const world = createWorld()
  const replica = startWriter(world, 'a')
  await world.clock.advance(100)
  await publish(world, trades(0, 5), { firstSeq: 0 })
  world.stored.position = 'elsewhere'
  await publish(world, trades(6, 9), { firstSeq: 6 })
  const error = await replica.ended
  assert(error instanceof CdbError)
  assert.equal(error.code, 'CDB_LOG_CONFLICT')
})

test('equity is taken at each minute, and the wire is swept every five seconds', async () => {
  const world = createWorld()
  world.clock.jump(30_000)
  const replica = startWriter(world, 'a')
  await world.clock.advance(125_000)
  assert.deepEqual(
    world.stored.equityMs.map((atMs) => (atMs - START_MS) / 60_000),
    [0, 1, 2],
  )
  assert.equal(world.sweeps.length, 26)
  await stopAll(world, replica)
})

test('a wire that is away is swept when it is there again; a database that is away ends the service', async () => {
  for (const code of ['CDB_REDIS_UNREACHABLE', 'CDB_DATABASE_UNREACHABLE'] as const) {
    const world = createWorld()
    let isAway = true
    const sweep = (): Promise<number> =>
      isAway ? Promise.reject(new CdbError(code, 'away')) : Promise.resolve(3)
    const replica = startWriter(world, 'a', { relay: { sweep } })
    await world.clock.advance(6_000)
    if (code === 'CDB_DATABASE_UNREACHABLE') {
      const error = await replica.ended
      assert(error instanceof CdbError)
      assert.equal(error.code, code)
      continue
    }
    assert.equal(replica.telemetry.reasons.get('wire'), 'away')
    isAway = false
    await world.clock.advance(5_000)
    assert.equal(replica.telemetry.reasons.get('wire'), '')
    await stopAll(world, replica)
  }
})

test('trades that are too old are deleted in pieces', async () => {
  const world = createWorld()
  for (let id = 0; id < 25_000; id++) {
    world.stored.trades.set(id, { ...tradeAt(id, -31 * DAY_MS, 100), tradeId: id })
  }
  world.stored.trades.set(25_000, { ...tradeAt(25_000, -29 * DAY_MS, 100), tradeId: 25_000 })
  const replica = startWriter(world, 'a')
  await world.clock.advance(1_000)
  assert.deepEqual([...world.stored.trades.keys()], [25_000])
  await stopAll(world, replica)
})

test('each day is reported once, some minutes after its end, whoever leads then', async () => {
  const world = createWorld()
  const days: string[] = []
  let failures = 1
  const reports: DailyReportSink = {
    deliver({ day }) {
      if (failures-- > 0) return Promise.reject(new CdbError('CDB_DATA_UNWRITABLE', 'no room'))
      days.push(day)
      return Promise.resolve()
    },
  }
  world.stored.reportedDay = '2023-12-30'
  const first = startWriter(world, 'a', { reports })
  await world.clock.advance(60_000)
  assert.deepEqual(days, [], 'the day has just ended')
  await world.clock.advance(1_800_000)
  assert.deepEqual(days, ['2023-12-31'], 'what could not be delivered was tried again')
  await stopAll(world, first)
  const second = startWriter(world, 'b', { reports })
  world.clock.jump(DAY_MS)
  await world.clock.advance(900_000)
  assert.deepEqual(days, ['2023-12-31', '2024-01-01'])
  await stopAll(world, second)
})
