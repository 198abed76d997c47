import type { Money, Quantity } from '../domain/decimal.ts'
import type { Alert } from '../domain/event.ts'
import type { Fill } from '../domain/execution-report.ts'
import type { InstrumentId } from '../domain/instrument.ts'

/** What happened on one account in one day of UTC, as the database has it. */
export type DailyFigures = Readonly<{
  /** `2026-11-24`. */
  day: string
  account: string
  instrument: InstrumentId
  quote: string
  /** Oldest first, the newest 500 at most; the count is of all. */
  fills: readonly DailyFill[]
  fillCount: number
  /** In quote. */
  turnover: Money
  /** Paid on the day, by asset. */
  fees: readonly Readonly<{ asset: string; amount: Money }>[]
  /** At the beginning and the end of the day, after fees; null where no snapshot was taken. */
  equityStart: Money | null
  equityEnd: Money | null
  /** Held, and gained by what was closed, since the account began. */
  position: Quantity
  realizedPnl: Money
  signals: number
  approved: number
  /** By code of the control, most first. */
  denials: readonly Readonly<{ code: string; count: number }>[]
  /** Oldest first, the newest 200 at most; the count is of all. */
  alerts: readonly DailyAlert[]
  alertCount: number
}>

export type DailyFill = Pick<
  Fill,
  'eventMs' | 'side' | 'price' | 'quantity' | 'fee' | 'feeAsset' | 'liquidity'
> &
  Readonly<{ strategy: string }>
export type DailyAlert = Pick<Alert, 'eventMs' | 'level' | 'code' | 'message'>

/** Hands a report to people. */
export interface DailyReportSink {
  /** May be called again for the same day, which replaces what was there. */
  deliver(figures: DailyFigures): Promise<void>
}

/** The same report as plain text and as a page that asks for nothing from anywhere. */
export type RenderedReport = Readonly<{ day: string; title: string; markdown: string; html: string }>
