import type { Instrument } from '../domain/instrument.ts'
import type { ExecutionReport } from '../domain/execution-report.ts'
import type { MarketBatch, MarketEvent } from '../domain/market.ts'
import type { ClientOrderId } from '../domain/order.ts'
import type { ApprovedOrder } from './approved-order.ts'
import type { LogEntry } from './journal.ts'

/** SHA-256 of a text, as 64 hex digits. */
export type Digest = (text: string) => string

/** Market data of one instrument, in the order received. */
export interface MarketSource {
  readonly instrument: Instrument
  /**
   * The next events, at most countMax; null at the end of the data. Waits where the source is paced or live.
   */
  read(countMax: number): Promise<MarketBatch | null>
  close(): Promise<void>
}

/**
 * A venue takes orders and says later what became of them; paper and live look alike from here. Only what
 * risk approved can be submitted, and the caller submits an order once, ever.
 */
export interface Venue {
  /** submitMs: the committed time of submission, from which latency (paper) or recvWindow (live) count. */
  submit(order: ApprovedOrder, submitMs: number): void
  /** May be repeated; canceling an order that has ended does nothing. */
  cancel(clientOrderId: ClientOrderId, cancelMs: number): void
}

/**
 * A venue inside the engine: moved by the tape, so that its answers are a function of tape, orders and seed.
 */
export interface SimulatedVenue extends Venue {
  /** Reports that the event brings about, in the venue's order. */
  onMarket(event: MarketEvent): readonly ExecutionReport[]
}

/** Where a run stands: market events consumed and log entries written. Both move in one commit. */
export type Cursor = Readonly<{ marketSeq: number; logSeq: number }>

/** The trading log of one run: append-only, gapless, hash-chained. */
export interface EventLog {
  /** Zero and an empty hash when the log is new. */
  head(): Promise<Cursor & Readonly<{ hash: string }>>
  /** Entries after a sequence number, in order, at most countMax. */
  read(afterSeq: number, countMax: number): Promise<readonly LogEntry[]>
  /** What persons ordered, in order: with the market data, all that a log cannot derive from itself. */
  operatorCommands(): Promise<readonly LogEntry[]>
  /**
   * Appends entries, moves the cursor and writes the projections in one transaction. Throws CDB_LOG_CONFLICT.
   */
  commit(entries: readonly LogEntry[], cursor: Cursor): Promise<void>
  close(): Promise<void>
}
