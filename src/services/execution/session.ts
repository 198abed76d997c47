import { applyToDesk, createOrderDesk } from '../../engine/order-desk.ts'
import type { OrderDesk } from '../../engine/order-desk.ts'
import type { Money } from '../../domain/decimal.ts'
import { CdbError } from '../../domain/errors.ts'
import type { Instrument } from '../../domain/instrument.ts'
import type { ClientOrderId } from '../../domain/order.ts'
import type { ServiceBase } from '../../engine/service.ts'
import type { SnapshotStore } from '../../engine/snapshot.ts'
import { stateOfText, stateText } from '../../engine/state-text.ts'
import type { TradingEntry, TradingLog, Wire } from '../../engine/trading-log.ts'
import type { VenueGateway } from '../../engine/venue-gateway.ts'
import { createVenueNews } from '../../engine/venue-news.ts'
import type { VenueNews } from '../../engine/venue-news.ts'

export type ExecutionOptions = ServiceBase &
  Readonly<{
    log: TradingLog
    wire: Wire
    gateway: VenueGateway
    account: string
    instrument: Instrument
    /** An approval older than this by the venue's time is abandoned (C21). */
    approvalAgeMsMax: number
    /** What the account held in quote before the first fill; left out: balances are compared from now on. */
    cash?: Money
    /** How long an order that the venue has taken may stay hidden from its queries; 15 s when left out. */
    visibilityMs?: number
    /** Cancels resting orders on the way out, but for those that protect a position. */
    cancelOnStop?: boolean
    /** Left out: each start reads the log from its beginning. */
    snapshots?: SnapshotStore
  }>

/** All that the parts of the service share: what the log says, and what the venue has said since. */
export type Session = {
  readonly options: ExecutionOptions
  readonly desk: OrderDesk
  news: VenueNews
  /** Orders whose one POST is in hand: from the commit of its submission to that of its answer. */
  readonly inFlight: Set<ClientOrderId>
  /** Orders that are being asked after, each by one task. */
  readonly attended: Set<ClientOrderId>
  /** Orders that the venue did not list as open. */
  readonly suspects: Set<ClientOrderId>
  ghosts: ReadonlySet<string>
  /** The newest trade heard of, and the newest that was there before us. */
  lastTradeId: string
  foreignTradeId: string
  /** Venue time less local time, as measured last. */
  offsetMs: number
  clockFault: string
  isReconciled: boolean
  /** Monotonic time until which the venue takes no requests. */
  refusedUntilMs: number
  /** What ended a task. */
  failure: Error | null
  readonly tasks: Set<Promise<void>>
  /** Aborted when nothing more is to be asked. */
  readonly stop: AbortController
  /** Wakes the loop over the log. */
  readonly loop: Latch
  /** Wakes the one that asks for trades. */
  readonly trades: Latch
}

/** Stays open from a ring until it is closed, so that no ring is missed by one who looks later. */
export type Latch = Readonly<{ ring(): void; close(): void; opened(): Promise<void> }>

export function createLatch(): Latch {
  let isOpen = false
  let waiting: (() => void)[] = []
  return {
    ring() {
      isOpen = true
      for (const resolve of waiting.splice(0)) resolve()
    },
    close() {
      isOpen = false
      waiting = []
    },
    opened: () => (isOpen ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
  }
}

/** From the newest snapshot, or from nothing. */
export async function createSession(options: ExecutionOptions): Promise<Session> {
  const snapshot = (await options.snapshots?.newest()) ?? null
  return {
    options,
    desk: snapshot === null ? createOrderDesk() : (stateOfText(snapshot.state) as OrderDesk),
    news: createVenueNews(),
    inFlight: new Set(),
    attended: new Set(),
    suspects: new Set(),
    ghosts: new Set(),
    lastTradeId: '',
    foreignTradeId: '',
    offsetMs: 0,
    clockFault: '',
    isReconciled: false,
    refusedUntilMs: -Infinity,
    failure: null,
    tasks: new Set(),
    stop: new AbortController(),
    loop: createLatch(),
    trades: createLatch(),
  }
}

export async function takeSnapshot({ options, desk }: Session): Promise<void> {
  await options.snapshots?.save({ seq: desk.seq, state: stateText(desk) })
}

export const venueNowMs = ({ options, offsetMs }: Session): number =>
  Math.round(options.clock.nowMs() + offsetMs)

export function foldEntries({ desk, options }: Session, entries: readonly TradingEntry[]): void {
  for (const { event, seq } of entries) {
    applyToDesk(desk, options.instrument, event, seq)
    desk.seq = seq
  }
}

/** Runs beside the loop over the log; what it throws ends the service. */
export function spawn(session: Session, work: () => Promise<void>): void {
  const task = work()
    .catch((error: unknown) => {
      session.failure ??= error instanceof Error ? error : new Error(String(error))
      session.loop.ring()
    })
    .finally(() => session.tasks.delete(task))
  session.tasks.add(task)
}

/** While it refuses requests, nothing that adds risk is sent. */
const REFUSED_MS = 10_000

/** The venue's answer; null when there is none, which says nothing about any order. */
export async function askVenue<T>(
  session: Session,
  question: () => Promise<T>,
): Promise<Readonly<{ answer: T }> | null> {
  const { telemetry, clock } = session.options
  try {
    const answer = await question()
    telemetry.ready('venue', '')
    return { answer }
  } catch (error) {
    if (!(error instanceof CdbError)) throw error
    if (error.code !== 'CDB_VENUE_UNREACHABLE' && error.code !== 'CDB_VENUE_REFUSED') throw error
    if (error.code === 'CDB_VENUE_REFUSED') session.refusedUntilMs = clock.monotonicMs() + REFUSED_MS
    telemetry.ready('venue', error.message)
    return null
  }
}
