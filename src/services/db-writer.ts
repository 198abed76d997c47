import { CdbError } from '../domain/errors.ts'
import type { Candle, MarketEvent } from '../domain/market.ts'
import { createCandleBuilder } from '../engine/candles.ts'
import type { CandleBuilder } from '../engine/candles.ts'
import type { DailyReportSink } from '../engine/daily-report.ts'
import { runJointly } from '../engine/joint-work.ts'
import { runLed } from '../engine/leadership.ts'
import type { Leadership } from '../engine/leadership.ts'
import { createMarketSequence } from '../engine/market-sequence.ts'
import type { MarketSequence } from '../engine/market-sequence.ts'
import type { MarketStore } from '../engine/market-store.ts'
import type { MarketReader, StreamedBatch } from '../engine/market-stream.ts'
import { isOperatingError } from '../engine/operating-error.ts'
import { readPatiently } from '../engine/patient-read.ts'
import type { ServiceBase } from '../engine/service.ts'
import { createTradeOrder, isNumbered } from '../engine/trade-order.ts'
import type { NumberedTrade } from '../engine/trade-order.ts'
import type { TradingLog } from '../engine/trading-log.ts'

export type DbWriterOptions = ServiceBase &
  Readonly<{
    reader: MarketReader
    store: MarketStore
    log: TradingLog
    /** Puts on the wire what it lacks, and returns how many entries. */
    relay: Readonly<{ sweep(): Promise<number> }>
    /** Null where nobody wants reports. */
    reports: DailyReportSink | null
    /** Trades are kept this long. */
    retentionDays: number
  }>

const BATCHES_MAX = 100
const WAIT_MS = 250
/** Batches that come one by one are stored together. */
const GATHER_MS = 100
const CANDLE_MS = 60_000
const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const SWEEP_MS = 5_000
const UPKEEP_MS = 600_000
/** A day is reported when all that happened in it has certainly been written. */
const REPORT_DELAY_MS = 600_000
const DELETED_MAX = 10_000
const DELETE_PAUSE_MS = 100

type MarketState = {
  readonly sequence: MarketSequence
  readonly candles: CandleBuilder
  position: string
  trades: NumberedTrade[]
  closed: Candle[]
  /** The newest stored trade, until the first that follows it is seen. */
  storedLast: NumberedTrade | null
  /** Trades without an id have no key that they could be stored under once. */
  unnumbered: number
}

/**
 * Stores what others only pass on: trades and candles in bulk, equity once a minute; keeps the wire of the
 * log filled, deletes what is too old and reports each day. Only the leader works: a standby takes over
 * from what is stored. Throws CDB_FENCED, CDB_LOG_CONFLICT and what the store and the log throw.
 */
export async function runDbWriter(options: DbWriterOptions): Promise<void> {
  await runLed(options, 'db-writer', async (leadership, signal) => {
    if ((await leadership.gained()) === null) return
    await runJointly(signal, [
      (stop) => storeMarket(options, leadership, stop),
      (stop) => sweep(options, stop),
      (stop) => valueEachMinute(options, leadership, stop),
      (stop) => upkeep(options, leadership, stop),
    ])
  })
}

function requireLease(leadership: Leadership): void {
  if (leadership.current() !== null) return
  throw new CdbError('CDB_FENCED', 'the lease of db-writer could not be renewed in time')
}

async function storeMarket(
  options: DbWriterOptions,
  leadership: Leadership,
  signal: AbortSignal,
): Promise<void> {
  const { reader, store, clock, telemetry } = options
  const stored = await store.position()
  const start = stored ?? (await readPatiently(options, signal, () => reader.positionAt(0)))
  if (start === undefined) return
  const { candles, last } = await candlesGoneOn(store)
  const state: MarketState = {
    sequence: createMarketSequence(last),
    candles,
    position: start,
    storedLast: last,
    trades: [],
    closed: [],
    unnumbered: 0,
  }
  while (!signal.aborted) {
    const batches = await readPatiently(options, signal, () =>
      reader.read(state.position, BATCHES_MAX, WAIT_MS, signal),
    )
    if (batches === undefined) return
    telemetry.ready('market data', '')
    if (batches.length === 0) continue
    for (const batch of batches) take(options, state, batch)
    requireLease(leadership)
    await write(options, state)
    if (batches.length < BATCHES_MAX) await clock.sleep(GATHER_MS, signal)
  }
}

/** The candle that was open goes on from the stored trades; one with a hole in it is none. */
async function candlesGoneOn(
  store: MarketStore,
): Promise<Readonly<{ candles: CandleBuilder; last: NumberedTrade | null }>> {
  const candles = createCandleBuilder(CANDLE_MS)
  const order = createTradeOrder()
  for (const trade of await store.openTrades(CANDLE_MS)) {
    if (order.placeOf(trade) !== 'next') candles.onGap(trade.eventMs)
    order.take(trade)
    candles.onTrade(trade)
  }
  return { candles, last: order.last() }
}

function take({ telemetry, clock }: DbWriterOptions, state: MarketState, batch: StreamedBatch): void {
  state.position = batch.position
  telemetry.count('market_events_total', batch.events.length)
  telemetry.set('market_age_seconds', Math.max(0, clock.nowMs() - batch.sentMs) / 1_000)
  state.sequence.accept(batch, (event) => {
    if (event.kind === 'gap') telemetry.count('market_gaps_total')
    takeEvent(state, event)
  })
}

function takeEvent(state: MarketState, event: MarketEvent): void {
  const { candles, closed } = state
  const close = (candle: Candle | null): void => {
    if (candle !== null) closed.push(candle)
  }
  switch (event.kind) {
    case 'trade':
      if (isNumbered(event)) takeTrade(state, event)
      else state.unnumbered += 1
      close(candles.onTrade(event))
      return
    case 'candle':
      closed.push(event)
      if (event.intervalMs < CANDLE_MS) close(candles.onCandle(event))
      return
    case 'heartbeat':
      close(candles.onTime(event.eventMs))
      return
    case 'gap':
      candles.onGap(event.eventMs)
      return
    case 'quote':
    case 'bookLevel':
    case 'bookReset':
      return
    default:
      event satisfies never
  }
}

function takeTrade(state: MarketState, trade: NumberedTrade): void {
  const { storedLast } = state
  state.storedLast = null
  state.trades.push(trade)
  // The stream may have been cut since it was last read.
  if (storedLast !== null && trade.tradeId !== storedLast.tradeId + 1) state.candles.onGap(trade.eventMs)
}

async function write({ store, telemetry, clock }: DbWriterOptions, state: MarketState): Promise<void> {
  const { position, trades, closed: candles, unnumbered } = state
  const startMs = clock.monotonicMs()
  const written = await store.write({ position, trades, candles })
  telemetry.observe('commit_seconds', clock.monotonicMs() - startMs)
  telemetry.count('rows_written_total', written)
  if (unnumbered > 0) telemetry.log('warn', 'trades without an id are not stored', { trades: unnumbered })
  state.trades = []
  state.closed = []
  state.unnumbered = 0
}

/** The wire lost what Redis lost; consumers would find it by polling, but later. */
async function sweep(options: DbWriterOptions, signal: AbortSignal): Promise<void> {
  const { relay, store, log, clock, telemetry } = options
  while (!signal.aborted) {
    try {
      await store.moveLogCursor(await log.headSeq())
      const announced = await relay.sweep()
      if (announced > 0) telemetry.log('info', 'announced what the wire lacked', { entries: announced })
      telemetry.ready('wire', '')
    } catch (error) {
      if (!isOperatingError(error, ['CDB_REDIS_UNREACHABLE', 'CDB_REDIS_FULL'])) throw error
      telemetry.ready('wire', error.message)
    }
    await clock.sleep(SWEEP_MS, signal)
  }
}

async function valueEachMinute(
  { store, clock }: DbWriterOptions,
  leadership: Leadership,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    requireLease(leadership)
    const nowMs = clock.nowMs()
    const minuteMs = nowMs - (nowMs % MINUTE_MS)
    await store.saveEquity(minuteMs)
    await clock.sleep(minuteMs + MINUTE_MS - nowMs, signal)
  }
}

async function upkeep(options: DbWriterOptions, leadership: Leadership, signal: AbortSignal): Promise<void> {
  const { clock } = options
  while (!signal.aborted) {
    await deleteOld(options, leadership, signal)
    await report(options)
    await clock.sleep(UPKEEP_MS, signal)
  }
}

async function deleteOld(
  { store, clock, retentionDays, telemetry }: DbWriterOptions,
  leadership: Leadership,
  signal: AbortSignal,
): Promise<void> {
  const beforeMs = clock.nowMs() - retentionDays * DAY_MS
  let deleted = 0
  while (!signal.aborted) {
    requireLease(leadership)
    const count = await store.deleteTrades(beforeMs, DELETED_MAX)
    deleted += count
    if (count < DELETED_MAX) break
    // Others work in this database.
    await clock.sleep(DELETE_PAUSE_MS, signal)
  }
  if (deleted > 0) telemetry.log('info', 'deleted old trades', { trades: deleted, retentionDays })
}

/** Reports yesterday, once: what was delivered and could not be noted is delivered again. */
async function report({ store, reports, clock, telemetry }: DbWriterOptions): Promise<void> {
  if (reports === null) return
  const nowMs = clock.nowMs() - REPORT_DELAY_MS
  const dayMs = nowMs - (nowMs % DAY_MS) - DAY_MS
  const day = new Date(dayMs).toISOString().slice(0, 10)
  if ((await store.reportedDay()) === day) return
  const figures = await store.dailyFigures(dayMs)
  try {
    await reports.deliver(figures)
  } catch (error) {
    if (!(error instanceof CdbError)) throw error
    // It is tried again; a mail server that is away is no reason to stop storing.
    telemetry.log('error', 'the daily report could not be delivered', { day, reason: error.message })
    return
  }
  await store.noteReported(day)
  telemetry.log('info', 'the daily report was delivered', { day })
}
