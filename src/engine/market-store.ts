import type { Candle } from '../domain/market.ts'
import type { DailyFigures } from './daily-report.ts'
import type { NumberedTrade } from './trade-order.ts'

/** What is stored together, and how far the stream has been read by then. */
export type MarketRows = Readonly<{
  position: string
  trades: readonly NumberedTrade[]
  candles: readonly Candle[]
}>

/**
 * Market data and read models of one instrument and account in the database. Whatever is written may be
 * written again. Every call throws CDB_DATABASE_UNREACHABLE and CDB_DATABASE_REFUSED.
 */
export interface MarketStore {
  /** Where the stream was read to; null at the very beginning. Writing goes on from here. */
  position(): Promise<string | null>
  /**
   * Stores rows and moves the position, in one transaction. Returns how many rows were new. Throws
   * CDB_LOG_CONFLICT when another has moved the position.
   */
  write(rows: MarketRows): Promise<number>
  /** The newest stored trades of an interval that is not over, and the one before them, oldest first. */
  openTrades(intervalMs: number): Promise<readonly NumberedTrade[]>
  /** Values cash and position at the last mark; false where there is no mark yet. */
  saveEquity(eventMs: number): Promise<boolean>
  /** The log needs to be kept for nobody up to here, as far as this service goes. */
  moveLogCursor(seq: number): Promise<void>
  /** Deletes trades before a time, at most countMax, and returns how many. */
  deleteTrades(beforeMs: number, countMax: number): Promise<number>
  /** The newest day that was reported; null when none was. */
  reportedDay(): Promise<string | null>
  noteReported(day: string): Promise<void>
  /** Figures of the day of UTC that begins at dayMs. */
  dailyFigures(dayMs: number): Promise<DailyFigures>
  close(): Promise<void>
}
