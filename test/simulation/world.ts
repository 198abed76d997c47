import { createMemoryLeaseStore } from '../../src/adapters/memory/lease-store.ts'
import { createMemoryMarketStream } from '../../src/adapters/memory/market-stream.ts'
import type { MemoryMarketStream } from '../../src/adapters/memory/market-stream.ts'
import { createMemorySnapshotStore } from '../../src/adapters/memory/snapshot-store.ts'
import { createMemoryTradingLog } from '../../src/adapters/memory/trading-log.ts'
import type { MemoryTradingLog } from '../../src/adapters/memory/trading-log.ts'
import { createMemoryWire } from '../../src/adapters/memory/wire.ts'
import { priceOfNumber, ratio } from '../../src/domain/decimal.ts'
import { orderTypes } from '../../src/domain/order.ts'
import type { OrderRequest } from '../../src/domain/order.ts'
import { parseParams } from '../../src/domain/param.ts'
import { parseLimits } from '../../src/engine/controls.ts'
import type { Random } from '../../src/engine/random.ts'
import type { RiskConfig } from '../../src/engine/risk.ts'
import type { SignalConfig } from '../../src/engine/signal.ts'
import { regimeParams } from '../../src/engine/regime.ts'
import { sizingParams } from '../../src/engine/sizing.ts'
import type { SnapshotStore } from '../../src/engine/snapshot.ts'
import type { StrategyDefinition } from '../../src/engine/strategy.ts'
import type { TradingEntry, TradingLog } from '../../src/engine/trading-log.ts'
import { runExecution } from '../../src/services/execution.ts'
import { runRisk } from '../../src/services/risk.ts'
import { runSignal } from '../../src/services/signal.ts'
import { runWs } from '../../src/services/ws.ts'
import { bitcoin, digest } from '../engine/scenario.ts'
import { createQuietTelemetry } from '../services/quiet-telemetry.ts'
import { createPorts } from './faulty-ports.ts'
import type { Servers } from './faulty-ports.ts'
import { marketScript, scriptFeed } from './market-script.ts'
import { startReplica } from './replicas.ts'
import type { Replica, RunService } from './replicas.ts'
import { createScheduler } from './scheduler.ts'
import type { CallFate, PortCall, Scheduler } from './scheduler.ts'
import { createVenue, VENUE_CASH } from './venue.ts'
import type { OrderFate, Venue } from './venue.ts'

export const START_MS = Date.UTC(2024, 0, 1)
export const ACCOUNT = 'paper'
export const APPROVAL_AGE_MS = 2_000

export type WorldOptions = Readonly<{
  seed: number
  random: Random
  spanMs: number
  fateOf: (call: PortCall) => CallFate
  orderFateOf: (order: OrderRequest) => OrderFate
  strategy: StrategyDefinition
  params?: Readonly<Record<string, string>>
  passive: boolean
  limits?: Readonly<Record<string, string>>
  skewMs?: (replica: string) => number
  restartMs: () => number
  onCommit?: (entries: readonly TradingEntry[]) => void
}>

/** A deployment: two replicas of each service, the servers that they share, and the venue. */
export type World = Readonly<{
  scheduler: Scheduler
  log: MemoryTradingLog
  /** When the entry of a sequence number was committed. */
  committedMs: readonly number[]
  venue: Venue
  replicas: readonly Replica[]
  servers: Servers
  riskConfig: RiskConfig
  /** Broken rules seen while it ran. */
  violations: string[]
  /** How processes have ended. */
  endings: ReadonlySet<string>
  flushRedis(): void
}>

const ROLES = ['ws', 'signal', 'risk', 'execution'] as const

export function createWorld(options: WorldOptions): World {
  const { seed, random, spanMs, fateOf } = options
  const scheduler = createScheduler({ startMs: START_MS, random, fateOf })
  const violations: string[] = []
  const endings = new Set<string>()
  const committedMs: number[] = []
  const { servers, log, venue, flushRedis } = createServers(options, scheduler, violations, committedMs)
  const trades = marketScript(seed, START_MS, spanMs)
  for (const trade of trades) {
    scheduler.at(trade.eventMs, () => {
      venue.onPrice(priceOfNumber(trade.price))
    })
  }
  const riskConfig = riskConfigOf(options)
  const signalConfig = signalConfigOf(options)
  const deployed = { ...servers, feed: scriptFeed(trades, scheduler.clock) }
  const replicas = ROLES.flatMap((role) =>
    ['a', 'b'].map((letter) =>
      startReplica({
        scheduler,
        role,
        letter,
        run: serviceOf(role, { scheduler, servers: deployed, riskConfig, signalConfig }),
        telemetry: createQuietTelemetry(),
        skewMs: options.skewMs?.(`${role}-${letter}`) ?? 0,
        restartMs: options.restartMs,
        onFatal: (error) => violations.push(`${role}-${letter} broke: ${textOf(error)}`),
        onEnd: (how) => endings.add(how),
      }),
    ),
  )
  return {
    ...{ scheduler, log, committedMs, venue, replicas, riskConfig, violations, endings, flushRedis },
    servers: deployed,
  }
}

const textOf = (error: unknown): string =>
  error instanceof Error ? `${error.message}\n${error.stack ?? ''}` : String(error)

type MadeServers = Readonly<{
  servers: Omit<Servers, 'feed'>
  log: MemoryTradingLog
  venue: Venue
  flushRedis: () => void
}>

function createServers(
  options: WorldOptions,
  scheduler: Scheduler,
  violations: string[],
  committedMs: number[],
): MadeServers {
  const leases = createMemoryLeaseStore(() => scheduler.nowMs())
  const log = createMemoryTradingLog({ digest, leases })
  const timed: TradingLog = {
    ...log,
    async commit(step) {
      const entries = await log.commit(step)
      for (const { seq } of entries) committedMs[seq] = scheduler.nowMs()
      options.onCommit?.(entries)
      return entries
    },
  }
  const venue = createVenue({
    clock: scheduler.clock,
    instrument: bitcoin,
    cash: VENUE_CASH,
    fateOf: options.orderFateOf,
    at: (timeMs, action) => scheduler.at(timeMs, action),
    onPost({ clientOrderId }) {
      const isCommitted = log.entries.some(
        ({ event }) => event.kind === 'submitting' && event.clientOrderId === clientOrderId,
      )
      if (!isCommitted) violations.push(`I2: ${clientOrderId} was sent and not committed as submitting`)
    },
  })
  let stream: MemoryMarketStream = createMemoryMarketStream(scheduler.clock)
  const snapshots = new Map<string, SnapshotStore>()
  const snapshotsOf = (role: string): SnapshotStore => {
    const store = snapshots.get(role) ?? createMemorySnapshotStore()
    snapshots.set(role, store)
    return store
  }
  const servers = {
    leases,
    log: timed,
    wire: createMemoryWire(scheduler.clock),
    publisher: {
      last: () => stream.publisher.last(),
      publish: (batch) => stream.publisher.publish(batch),
    },
    reader: {
      end: () => stream.reader.end(),
      positionAt: (sentMs) => stream.reader.positionAt(sentMs),
      read: (...of) => stream.reader.read(...of),
    },
    gateway: venue.gateway,
    snapshotsOf,
  } satisfies Omit<Servers, 'feed'>
  const flushRedis = (): void => {
    stream = createMemoryMarketStream(scheduler.clock)
  }
  return { servers, log, venue, flushRedis }
}

const LIMITS = {
  'C07.cap': '1000',
  'C12.instrumentMax': '10',
  'C14.day': '50',
  'C14.hourShare': '1',
  'C15.dayLoss': '0.5',
  'C15.dayLossHalt': '0.6',
  'C15.drawdownHalt': '0.7',
  'C16.entriesMax': '1000',
  'C16.losses': '1000',
  'C17.rejects': '50',
  'C17.share': '1',
}

const riskConfigOf = ({ passive, limits, strategy }: WorldOptions): RiskConfig => ({
  account: ACCOUNT,
  cash: VENUE_CASH,
  instruments: [bitcoin],
  permissions: [
    {
      strategy: strategy.name,
      instrument: bitcoin.id,
      account: ACCOUNT,
      types: orderTypes,
      short: false,
    },
    { strategy: '', instrument: bitcoin.id, account: ACCOUNT, types: orderTypes, short: false },
  ],
  limits: parseLimits({ ...LIMITS, ...limits }),
  sizing: parseParams('sizing', sizingParams, {
    entryShare: '0.01',
    stopLoss: '0.002',
    takeProfit: '0.003',
    passive: String(passive),
  }),
  takerFee: ratio('0.001'),
  digest,
})

const signalConfigOf = ({ strategy, params }: WorldOptions): SignalConfig => ({
  instrument: bitcoin,
  account: ACCOUNT,
  strategy,
  params: parseParams('strategy', strategy.params, params ?? {}),
  regime: parseParams('regime', regimeParams, { allocationUnknown: '1' }),
})

type Parts = Readonly<{
  scheduler: Scheduler
  servers: Servers
  riskConfig: RiskConfig
  signalConfig: SignalConfig
}>

/** What a process of the role runs, with its own way to the servers. */
const serviceOf =
  (role: (typeof ROLES)[number], { scheduler, servers, riskConfig, signalConfig }: Parts): RunService =>
  (base, process) => {
    const { leases, log, wire, publisher, reader, gateway, feed, snapshots } = createPorts(
      scheduler,
      process,
      servers,
      role,
    )
    const led = { ...base, leases }
    switch (role) {
      case 'ws':
        return runWs({ ...led, feed, publisher, instrument: bitcoin.id })
      case 'signal':
        return runSignal({ ...led, reader, log, wire, config: signalConfig, warmUpMs: 30_000 })
      case 'risk':
        return runRisk({ ...led, log, wire, snapshots, config: riskConfig })
      case 'execution':
        return runExecution({
          ...{ ...led, log, wire, gateway, snapshots },
          ...{ account: ACCOUNT, instrument: bitcoin, approvalAgeMsMax: APPROVAL_AGE_MS, cash: VENUE_CASH },
        })
      default:
        return role satisfies never
    }
  }
