import { CdbError } from '../../src/domain/errors.ts'
import type { LeaseStore } from '../../src/engine/lease.ts'
import type { MarketFeed, MarketPublisher, MarketReader } from '../../src/engine/market-stream.ts'
import type { Random } from '../../src/engine/random.ts'
import type { SnapshotStore } from '../../src/engine/snapshot.ts'
import type { Step, TradingLog, Wire } from '../../src/engine/trading-log.ts'
import type { Placement, VenueGateway } from '../../src/engine/venue-gateway.ts'
import type { CallFate, PortCall, Process, Scheduler } from './scheduler.ts'

/** The servers that services talk to. */
export type Servers = Readonly<{
  leases: LeaseStore
  log: TradingLog
  wire: Wire
  publisher: MarketPublisher
  reader: MarketReader
  gateway: VenueGateway
  feed: MarketFeed
  snapshotsOf: (role: string) => SnapshotStore
}>

/** A server that cannot be reached, or that answers nothing for a while. */
export type Outage = Readonly<{ server: Server; fromMs: number; toMs: number; kind: 'down' | 'frozen' }>
export const servers = ['database', 'redis', 'venue'] as const
export type Server = (typeof servers)[number]

/** Every way in which a call may go wrong. */
export const callFaults = [
  'slow',
  'lostRequest',
  'lostReply',
  'lostAnnouncement',
  'heldPost',
  'strandedCommit',
  'down',
  'frozen',
] as const
export type CallFault = (typeof callFaults)[number]

export type FaultPlan = Readonly<{
  random: Random
  /** Faults happen from now on until then. */
  untilMs: number
  /** Share of calls that go wrong. */
  share: number
  outages: readonly Outage[]
  onFault: (fault: CallFault) => void
  /** The machine of the process is gone while its call is still on its way. */
  strand: (process: Process) => void
}>

const SERVER_OF: Readonly<Record<string, Server>> = {
  leases: 'database',
  log: 'database',
  snapshots: 'database',
  wire: 'redis',
  publisher: 'redis',
  reader: 'redis',
  gateway: 'venue',
  feed: 'venue',
}

const FROZEN_MS_MAX = 5_000
/** Commits that arrive when the lease of their process has long ended. */
const STRANDED_SHARE = 0.25

/** What the plan makes of a call. */
export function createFates(plan: FaultPlan, nowMs: () => number): (call: PortCall) => CallFate {
  const { random } = plan
  const between = (from: number, to: number): number => from + Math.floor(random() * (to - from + 1))
  return (call) => {
    const travel = { requestMs: between(0, 2), replyMs: between(0, 2) }
    const now = nowMs()
    if (now >= plan.untilMs) return travel
    const server = SERVER_OF[call.port] ?? 'database'
    const outage = plan.outages.find(
      (each) => each.server === server && each.fromMs <= now && now < each.toMs,
    )
    if (outage !== undefined) {
      plan.onFault(outage.kind)
      const waitMs = outage.kind === 'down' ? 1 : Math.min(outage.toMs - now, FROZEN_MS_MAX)
      const requestMs = travel.requestMs + waitMs
      if (outage.kind === 'frozen' && waitMs < FROZEN_MS_MAX) return { ...travel, requestMs }
      return { ...travel, requestMs, failBefore: unreachable(server) }
    }
    if (random() >= plan.share) return travel
    return faultyFate(plan, call, { travel, server, kind: random() })
  }
}

function faultyFate(
  plan: FaultPlan,
  { method }: PortCall,
  { travel, server, kind }: Readonly<{ travel: CallFate; server: Server; kind: number }>,
): CallFate {
  if (method === 'announce') {
    plan.onFault('lostAnnouncement')
    return { ...travel, failBefore: unreachable(server) }
  }
  if (method === 'place' && kind < 0.3) {
    plan.onFault('heldPost')
    return { ...travel, requestMs: 1_000 + Math.floor(kind * 20_000) }
  }
  if (method === 'commit' && kind < STRANDED_SHARE) {
    plan.onFault('strandedCommit')
    const requestMs = 9_000 + Math.floor((kind / STRANDED_SHARE) * 8_000)
    return { ...travel, requestMs, at: { point: 'sent', stop: plan.strand } }
  }
  if (kind < 0.5) {
    plan.onFault('slow')
    return { requestMs: Math.floor(kind * 600), replyMs: Math.floor(kind * 900) }
  }
  if (kind < 0.75) {
    plan.onFault('lostRequest')
    return { ...travel, failBefore: unreachable(server) }
  }
  plan.onFault('lostReply')
  const isCommit = method === 'commit'
  return { ...travel, failAfter: isCommit ? commitUnknown() : unreachable(server) }
}

const unreachableCodes = {
  database: 'CDB_DATABASE_UNREACHABLE',
  redis: 'CDB_REDIS_UNREACHABLE',
  venue: 'CDB_VENUE_UNREACHABLE',
} as const

const unreachable = (server: Server): CdbError =>
  new CdbError(unreachableCodes[server], `${server} did not answer`)
const commitUnknown = (): CdbError => new CdbError('CDB_COMMIT_UNKNOWN', 'no answer came to a commit')

/** The servers as one process of a role reaches them. */
export function createPorts(
  scheduler: Scheduler,
  process: Process,
  reached: Servers,
  role: string,
): Omit<Servers, 'snapshotsOf'> & Readonly<{ snapshots: SnapshotStore }> {
  const call = <T>(port: string, method: string, effect: () => Promise<T>): Promise<T> =>
    scheduler.call({ process, port, method }, effect)
  const snapshots = reached.snapshotsOf(role)
  return {
    leases: {
      acquire: (of, partition, owner) =>
        call('leases', 'acquire', () => reached.leases.acquire(of, partition, owner)),
      renew: (lease) => call('leases', 'renew', () => reached.leases.renew(lease)),
      release: (lease) => call('leases', 'release', () => reached.leases.release(lease)),
    },
    log: {
      headSeq: () => call('log', 'headSeq', () => reached.log.headSeq()),
      cursor: (consumer) => call('log', 'cursor', () => reached.log.cursor(consumer)),
      read: (after, max) => call('log', 'read', () => reached.log.read(after, max)),
      commit: (step) => call('log', 'commit', () => commit(process, reached.log, step)),
    },
    snapshots: {
      newest: () => call('snapshots', 'newest', () => snapshots.newest()),
      save: (snapshot) => call('snapshots', 'save', () => snapshots.save(snapshot)),
    },
    wire: wireOf(call, reached.wire, process),
    publisher: {
      last: () => call('publisher', 'last', () => reached.publisher.last()),
      publish: (batch) => call('publisher', 'publish', () => reached.publisher.publish(batch)),
    },
    reader: {
      end: () => call('reader', 'end', () => reached.reader.end()),
      positionAt: (sentMs) => call('reader', 'positionAt', () => reached.reader.positionAt(sentMs)),
      read: (after, max, timeoutMs, signal) =>
        call('reader', 'read', () => reached.reader.read(after, max, timeoutMs, signal)),
    },
    gateway: gatewayOf(call, reached.gateway, { process, nowMs: () => scheduler.nowMs() }),
    feed: feedOf(call, reached.feed, process),
  }
}

type Call = <T>(port: string, method: string, effect: () => Promise<T>) => Promise<T>

/** A transaction that asks its process for the entries ends with the process, or when that is held up. */
function commit(
  process: Process,
  log: TradingLog,
  step: Step,
): Promise<Awaited<ReturnType<TradingLog['commit']>>> {
  if (typeof step.drafts === 'function' && process.state() !== 'running') {
    return Promise.reject(new CdbError('CDB_DATABASE_UNREACHABLE', 'the transaction was ended'))
  }
  return log.commit(step)
}

/** A wire that cannot be reached only wakes nobody: its users poll. */
const wireOf = (call: Call, wire: Wire, process: Process): Wire => ({
  announce(entries) {
    const announced = call('wire', 'announce', () => {
      wire.announce(entries)
      return Promise.resolve()
    })
    announced.catch(() => undefined)
  },
  wait: (seq, timeoutMs, signal) =>
    call('wire', 'wait', () => wire.wait(seq, timeoutMs, signal)).catch(() =>
      process.clock.sleep(timeoutMs, signal),
    ),
})

type Place = Readonly<{ process: Process; nowMs: () => number }>

const gatewayOf = (call: Call, gateway: VenueGateway, { process, nowMs }: Place): VenueGateway => ({
  place: (order, submitMs) =>
    call('gateway', 'place', () => gateway.place(order, submitMs)).catch((): Placement => ({
      kind: 'unknown',
      reason: 'no answer',
    })),
  cancel: (instrument, id) => call('gateway', 'cancel', () => gateway.cancel(instrument, id)),
  order: (instrument, id) => call('gateway', 'order', () => gateway.order(instrument, id)),
  openOrders: (instrument) => call('gateway', 'openOrders', () => gateway.openOrders(instrument)),
  trades: (instrument, after) => call('gateway', 'trades', () => gateway.trades(instrument, after)),
  balances: () => call('gateway', 'balances', () => gateway.balances()),
  clockOffset: () =>
    call('gateway', 'clockOffset', async () => {
      const { uncertaintyMs } = await gateway.clockOffset()
      return { offsetMs: nowMs() - process.clock.nowMs(), uncertaintyMs }
    }),
  waitForNews: (timeoutMs, signal) =>
    call('gateway', 'waitForNews', () => gateway.waitForNews(timeoutMs, signal)).catch(() =>
      process.clock.sleep(timeoutMs, signal),
    ),
})

const feedOf = (call: Call, feed: MarketFeed, process: Process): MarketFeed => ({
  async *open(signal) {
    await call('feed', 'open', () => Promise.resolve())
    const events = feed.open(signal)[Symbol.asyncIterator]()
    for (;;) {
      const next = await call('feed', 'next', () => events.next()).catch(() => {
        throw new CdbError('CDB_FEED_LOST', `the feed of ${process.name} was lost`)
      })
      if (next.done === true || signal.aborted) return
      yield next.value
    }
  },
  tradesAfter: (tradeId, max) => call('feed', 'tradesAfter', () => feed.tradesAfter(tradeId, max)),
})
