import type { TradingEvent } from '../domain/event.ts'
import type { LogEntry } from './journal.ts'
import type { Lease } from './lease.ts'
import type { ScopeStates } from './trading-state.ts'

/** Who writes on the trading log: three steps by lease, and people. */
export const writers = ['signal', 'risk', 'execution', 'control'] as const
export type Writer = (typeof writers)[number]

/** Who keeps a place in the trading log. */
export const consumers = ['risk', 'execution', 'db-writer'] as const
export type Consumer = (typeof consumers)[number]

/** An entry with its writer and the writer's epoch (0 for control); the hash covers both. */
export type TradingEntry = LogEntry & Readonly<{ writer: Writer; epoch: number }>

/** An event before it has its place on the log. */
export type Draft = Readonly<{ event: TradingEvent; causeSeq: number; marketSeq: number }>

/** One commit of a service: all of it happens, in one transaction, or nothing. */
export type Step = Readonly<{
  writer: Writer
  /** Null for control, whose right is its database role. */
  lease: Lease | null
  /** Moves the consumer's cursor; `fromSeq` is where this writer left it. Null where none moves. */
  cursor: Readonly<{ consumer: Consumer; fromSeq: number; toSeq: number }> | null
  /**
   * What to append. As a function it is called with the kill states, and once more where they were others:
   * those of the last call cannot change before it has been committed. How orders are submitted (I9).
   */
  drafts: readonly Draft[] | ((states: ScopeStates) => readonly Draft[])
}>

/** The trading log of one account: gapless, append-only, hash-chained; written by several, each fenced. */
export interface TradingLog {
  /** Sequence number of the newest entry; 0 when there is none. */
  headSeq(): Promise<number>
  cursor(consumer: Consumer): Promise<number>
  /** Entries after a sequence number, in order, at most countMax. */
  read(afterSeq: number, countMax: number): Promise<readonly TradingEntry[]>
  /**
   * Returns the entries that were appended, in order. An event whose id is on the log already is left out
   * where it may be heard twice (signal, reports, command), and refused where it may not (approved,
   * submitting). Throws CDB_FENCED when the lease is another's by now, CDB_LOG_CONFLICT when the cursor is
   * elsewhere or an approval or submission is on the log already, CDB_COMMIT_UNKNOWN when no answer came,
   * and CDB_DATABASE_UNREACHABLE.
   */
  commit(step: Step): Promise<readonly TradingEntry[]>
}

/** Tells readers of the log that there is more. It carries nothing that is trusted, and may lose anything. */
export interface Wire {
  /** Called after a commit. Never throws and never waits. */
  announce(entries: readonly TradingEntry[]): void
  /** Returns when an entry after seq has been announced, when timeoutMs have passed, or when aborted. */
  wait(seq: number, timeoutMs: number, signal: AbortSignal): Promise<void>
}
