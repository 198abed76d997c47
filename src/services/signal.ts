import { CdbError } from '../domain/errors.ts'
import type { MarketEvent } from '../domain/market.ts'
import type { Lease } from '../engine/lease.ts'
import { runLed } from '../engine/leadership.ts'
import type { Leadership } from '../engine/leadership.ts'
import { createMarketSequence } from '../engine/market-sequence.ts'
import type { MarketSequence } from '../engine/market-sequence.ts'
import type { MarketReader, StreamedBatch } from '../engine/market-stream.ts'
import { readPatiently } from '../engine/patient-read.ts'
import type { ServiceBase } from '../engine/service.ts'
import { createSignal } from '../engine/signal.ts'
import type { SignalConfig, SignalStep } from '../engine/signal.ts'
import type { Draft, TradingEntry, TradingLog, Wire } from '../engine/trading-log.ts'

export type SignalOptions = ServiceBase &
  Readonly<{
    reader: MarketReader
    log: TradingLog
    wire: Wire
    config: SignalConfig
    /** How much of the stream is read before anything is said; what the strategy's windows need. */
    warmUpMs: number
  }>

const BATCHES_MAX = 200
const DRAFTS_MAX = 100
const WAIT_MS = 250
/** A standby keeps its signals this long: those of the old leader's last moments may not be on the log. */
const KEPT_MS = 60_000
/** Data older than this is not fresh. */
const FRESH_MS = 10_000

type SignalState = {
  readonly options: SignalOptions
  readonly step: SignalStep
  readonly sequence: MarketSequence
  position: string
  /** Event time of the newest event, and of the newest that is data. */
  lastMs: number
  dataMs: number
  /** False while the stream is read that was there at the start. */
  isWarm: boolean
  hasLed: boolean
  /** What was said and is not committed. */
  pending: Draft[]
}

/**
 * The signal service: market data in, marks and signals on the trading log. A standby steps over the same
 * data and says nothing; when it takes over it commits its signals of the last minute, of which the log
 * leaves out those that it has, by their slot. Throws CDB_STRATEGY_FAILED, CDB_FENCED and what the log
 * throws.
 */
export async function runSignal(options: SignalOptions): Promise<void> {
  await runLed(options, 'signal', async (leadership, signal) => {
    const { reader, clock } = options
    const state: SignalState = {
      options,
      step: createSignal(options.config),
      sequence: createMarketSequence(),
      position: '0',
      lastMs: 0,
      dataMs: 0,
      isWarm: false,
      hasLed: false,
      pending: [],
    }
    const startMs = clock.nowMs()
    const range = await readPatiently(options, signal, async () => ({
      from: await reader.positionAt(startMs - options.warmUpMs),
      to: await reader.end(),
    }))
    if (range === undefined) return
    state.position = range.from
    while (!signal.aborted) {
      const batches = await readPatiently(options, signal, () =>
        reader.read(state.position, BATCHES_MAX, WAIT_MS, signal),
      )
      if (batches === undefined) break
      for (const batch of batches) {
        stepBatch(state, batch)
        state.isWarm ||= batch.position === range.to || batch.sentMs >= startMs
      }
      // Nothing has come, so nothing of what was there at the start is left.
      state.isWarm ||= batches.length === 0
      tellAge(state)
      await settle(state, leadership)
    }
  })
}

function stepBatch(state: SignalState, batch: StreamedBatch): void {
  const { telemetry } = state.options
  state.position = batch.position
  telemetry.count('market_events_total', batch.events.length)
  state.sequence.accept(batch, (event, seq) => {
    stepEvent(state, event, seq)
  })
}

function stepEvent(state: SignalState, event: MarketEvent, marketSeq: number): void {
  const { telemetry } = state.options
  state.lastMs = Math.max(state.lastMs, event.eventMs)
  if (event.kind !== 'heartbeat' && event.kind !== 'gap') state.dataMs = Math.max(state.dataMs, event.eventMs)
  if (event.kind === 'gap') {
    telemetry.count('market_gaps_total')
    telemetry.log('warn', 'market data is missing', { marketSeq, gapMs: event.gapMs })
  }
  const outputs = state.step.onMarket(event)
  if (!state.isWarm) return
  for (const output of outputs) state.pending.push({ event: output, causeSeq: 0, marketSeq })
}

/** Data is judged by its own age: heartbeats and connections may be well while nothing comes. */
function tellAge({ options, dataMs }: SignalState): void {
  const { clock, telemetry } = options
  const ageMs = Math.max(0, clock.nowMs() - dataMs)
  const isFresh = dataMs > 0 && ageMs <= FRESH_MS
  telemetry.set('market_age_seconds', dataMs === 0 ? 0 : ageMs / 1_000)
  const reason = dataMs === 0 ? 'no market data yet' : `no market data for ${Math.round(ageMs / 1_000)} s`
  telemetry.ready('market data', isFresh ? '' : reason)
}

/** Commits what was said when this process leads; else keeps of it what a takeover needs. */
async function settle(state: SignalState, leadership: Leadership): Promise<void> {
  const lease = leadership.current()
  if (lease === null && state.hasLed) {
    throw new CdbError('CDB_FENCED', 'the lease of signal could not be renewed in time')
  }
  if (state.pending.length === 0) return
  if (lease === null) {
    const fromMs = state.lastMs - KEPT_MS
    state.pending = state.pending.filter(({ event }) => event.kind === 'signal' && event.eventMs >= fromMs)
    return
  }
  state.hasLed = true
  await commit(state, lease)
}

/**
 * In parts: whoever writes much at once keeps the log from those who write little, a kill among them. When
 * told to stop it leaves the rest to the standby, which has said the same.
 */
async function commit(state: SignalState, lease: Lease): Promise<void> {
  const { log, wire, telemetry, clock } = state.options
  while (state.pending.length > 0 && !state.options.signal.aborted) {
    const drafts = state.pending.slice(0, DRAFTS_MAX)
    const startMs = clock.monotonicMs()
    const entries = await log.commit({ writer: 'signal', lease, cursor: null, drafts })
    state.pending = state.pending.slice(drafts.length)
    wire.announce(entries)
    telemetry.observe('commit_seconds', clock.monotonicMs() - startMs)
    telemetry.count('commits_total')
    telemetry.count('entries_committed_total', entries.length)
    telemetry.set('log_head', entries.at(-1)?.seq ?? 0)
    for (const entry of entries) tell(state.options, entry)
  }
}

function tell({ telemetry }: SignalOptions, { event, seq, marketSeq }: TradingEntry): void {
  if (event.kind !== 'signal') return
  telemetry.count('signals_total')
  const { slot, action, side, reason } = event
  telemetry.log('info', 'signal', { seq, marketSeq, slot, action, side, reason })
}
