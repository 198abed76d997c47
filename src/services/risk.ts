import { decodeEvent, encodeEvent } from '../domain/codec.ts'
import { CdbError } from '../domain/errors.ts'
import type { Lease } from '../engine/lease.ts'
import { runLed } from '../engine/leadership.ts'
import type { Leadership } from '../engine/leadership.ts'
import { createRisk } from '../engine/risk.ts'
import type { RiskConfig, RiskStep } from '../engine/risk.ts'
import type { ServiceBase } from '../engine/service.ts'
import { SNAPSHOT_ENTRIES } from '../engine/snapshot.ts'
import type { SnapshotStore } from '../engine/snapshot.ts'
import { stateOfText, stateText } from '../engine/state-text.ts'
import type { Draft, TradingEntry, TradingLog, Wire } from '../engine/trading-log.ts'
import { strictnessOf } from '../engine/trading-state.ts'

export type RiskOptions = ServiceBase &
  Readonly<{ log: TradingLog; wire: Wire; snapshots: SnapshotStore; config: RiskConfig }>

const BATCH_MAX = 500
/** What is decided in one commit: a kill waits for no more than this. */
const DECIDED_MAX = 100
/** How long the log is trusted to say by itself that there is more. */
const POLL_MS = 250
/** Without outputs the cursor is moved this seldom: what it lags behind is only stepped over again. */
const QUIET_ENTRIES_MAX = 500

type RiskState = {
  readonly risk: RiskStep
  /** The last entry that the step has seen. */
  steppedSeq: number
  /** The last entry whose outputs are known to be on the log. */
  cursorSeq: number
  /** Outputs that were derived and have not come by on the log yet. */
  readonly expected: Draft[]
  snapshotSeq: number
}

/** What is kept of it: the step's own state, and what is yet to come by on the log. */
type SavedRisk = Readonly<{
  risk: string
  expected: readonly Readonly<{ payload: string; causeSeq: number }>[]
}>

/**
 * The risk service: reads the trading log, decides, and commits what it decided together with its place in
 * the log. What it knows is the fold of the log, so a standby that follows knows the same, and every entry
 * of risk that comes by is compared with what was derived here. Throws CDB_LOG_DIVERGED where they differ,
 * CDB_FENCED and what the log throws.
 */
export async function runRisk(options: RiskOptions): Promise<void> {
  const state = await restore(options)
  await runLed(options, 'risk', async (leadership, signal) => {
    await standBy(options, state, leadership, signal)
    if (!signal.aborted) await lead(options, state, leadership, signal)
  })
}

/** Goes on from the newest snapshot, or from the beginning of the log. */
async function restore({ snapshots, config }: RiskOptions): Promise<RiskState> {
  const newest = await snapshots.newest()
  if (newest === null) {
    return { risk: createRisk(config), steppedSeq: 0, cursorSeq: 0, expected: [], snapshotSeq: 0 }
  }
  const { seq, state } = newest
  const saved = stateOfText(state) as SavedRisk
  return {
    risk: createRisk(config, saved.risk),
    steppedSeq: seq,
    cursorSeq: seq,
    expected: saved.expected.map(({ payload, causeSeq }) => ({
      event: decodeEvent(payload),
      causeSeq,
      marketSeq: 0,
    })),
    snapshotSeq: seq,
  }
}

async function takeSnapshot({ snapshots }: RiskOptions, state: RiskState): Promise<void> {
  const saved: SavedRisk = {
    risk: state.risk.save(),
    expected: state.expected.map(({ event, causeSeq }) => ({ payload: encodeEvent(event), causeSeq })),
  }
  await snapshots.save({ seq: state.steppedSeq, state: stateText(saved) })
  state.snapshotSeq = state.steppedSeq
}

/** Follows the log as far as its outputs are committed, until this process leads. */
async function standBy(
  { log, clock, telemetry }: RiskOptions,
  state: RiskState,
  leadership: Leadership,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    const isLeading = leadership.current() !== null
    state.cursorSeq = await log.cursor('risk')
    await stepTo(log, state, state.cursorSeq, signal)
    telemetry.ready('trading log', '')
    telemetry.set('log_head', state.steppedSeq)
    telemetry.set('kill_level', strictnessOf(state.risk.states))
    // The cursor was read under the lease: nobody else can have moved it since.
    if (isLeading || signal.aborted) return
    // Not by the wire: the cursor stays behind entries that say nothing to risk, and the wire would not wait.
    await clock.sleep(POLL_MS, signal)
  }
}

async function stepTo(log: TradingLog, state: RiskState, toSeq: number, signal: AbortSignal): Promise<void> {
  while (state.steppedSeq < toSeq && !signal.aborted) {
    const entries = await log.read(state.steppedSeq, Math.min(BATCH_MAX, toSeq - state.steppedSeq))
    stepEntries(state, entries)
  }
}

async function lead(
  options: RiskOptions,
  state: RiskState,
  leadership: Leadership,
  signal: AbortSignal,
): Promise<void> {
  const { log, wire, telemetry, clock } = options
  while (!signal.aborted) {
    const entries = await log.read(state.steppedSeq, DECIDED_MAX)
    if (entries.length === 0) {
      telemetry.set('log_lag_seconds', 0)
      await wire.wait(state.steppedSeq, POLL_MS, signal)
      continue
    }
    telemetry.set('log_head', entries.at(-1)?.seq ?? 0)
    telemetry.set('log_lag_seconds', Math.max(0, clock.nowMs() - (entries[0]?.event.eventMs ?? 0)) / 1000)
    const drafts = stepEntries(state, entries)
    telemetry.set('kill_level', strictnessOf(state.risk.states))
    if (drafts.length > 0 || state.steppedSeq - state.cursorSeq >= QUIET_ENTRIES_MAX) {
      await commit(options, state, leaseOf(leadership), drafts)
      if (state.cursorSeq - state.snapshotSeq >= SNAPSHOT_ENTRIES) await takeSnapshot(options, state)
    }
  }
  const lease = leadership.current()
  if (lease !== null && state.steppedSeq > state.cursorSeq) await commit(options, state, lease, [])
}

function leaseOf(leadership: Leadership): Lease {
  const lease = leadership.current()
  if (lease === null) throw new CdbError('CDB_FENCED', 'the lease of risk could not be renewed in time')
  return lease
}

async function commit(
  { log, wire, telemetry, clock }: RiskOptions,
  state: RiskState,
  lease: Lease,
  drafts: readonly Draft[],
): Promise<void> {
  const startMs = clock.monotonicMs()
  const cursor = { consumer: 'risk', fromSeq: state.cursorSeq, toSeq: state.steppedSeq } as const
  const entries = await log.commit({ writer: 'risk', lease, cursor, drafts })
  state.cursorSeq = state.steppedSeq
  if (entries.length === 0) return
  wire.announce(entries)
  telemetry.observe('commit_seconds', clock.monotonicMs() - startMs)
  telemetry.count('commits_total')
  telemetry.count('entries_committed_total', entries.length)
  for (const entry of entries) tell(telemetry, entry)
}

function tell(telemetry: ServiceBase['telemetry'], { event, seq, causeSeq }: TradingEntry): void {
  if (event.kind === 'approved') {
    telemetry.count('orders_approved_total')
    const { slot, clientOrderId } = event.order
    telemetry.log('info', 'approved', { seq, causeSeq, slot, clientOrderId })
  } else if (event.kind === 'denied') {
    telemetry.count('orders_denied_total')
    telemetry.log('info', 'denied', { seq, causeSeq, slot: event.slot, code: event.code })
  } else if (event.kind === 'alert') {
    telemetry.count('alerts_total')
    telemetry.log(event.level === 'info' ? 'info' : 'warn', event.message, { seq, code: event.code })
  }
}

/** Steps over entries and returns what risk says to them; its own entries are compared. */
function stepEntries(state: RiskState, entries: readonly TradingEntry[]): readonly Draft[] {
  const said: Draft[] = []
  for (const entry of entries) {
    if (entry.writer === 'risk') requireExpected(state, entry)
    else {
      const drafts = state.risk
        .step(entry.event)
        .map((event) => ({ event, causeSeq: entry.seq, marketSeq: 0 }))
      said.push(...drafts)
      state.expected.push(...drafts)
    }
    state.steppedSeq = entry.seq
  }
  return said
}

function requireExpected(state: RiskState, entry: TradingEntry): void {
  const derived = state.expected.shift()
  const payload = derived === undefined ? 'nothing' : encodeEvent(derived.event)
  if (payload === entry.payload && derived?.causeSeq === entry.causeSeq) return
  throw new CdbError(
    'CDB_LOG_DIVERGED',
    `entry ${entry.seq} differs\n  on the log: ${entry.payload}\n  derived:    ${payload}`,
    { mend: 'run every replica with the same settings, and with the program version that wrote the log' },
  )
}
