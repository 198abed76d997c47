import type { Price, Quantity } from './decimal.ts'
import type { ExecutionReport } from './execution-report.ts'
import type { InstrumentId } from './instrument.ts'
import type { Side } from './market.ts'
import type { ClientOrderId, OrderRequest } from './order.ts'
import type { Signal } from './signal.ts'

/** The prices that risk decides by, so that the log alone explains every decision. */
export type Mark = Readonly<{
  kind: 'mark'
  instrument: InstrumentId
  eventMs: number
  /** Last trade or candle close. */
  price: Price
  /** Best bid and ask where a book or quotes are known, else null. */
  bid: Price | null
  ask: Price | null
  /** Base volume traded over the last 24 hours of the tape, as far as it reaches back. */
  volumeDay: Quantity
  /** Base quantity within the top ten levels of the thinner side; null without a book. */
  depth: Quantity | null
  /** True after a gap until fresh data of a full interval has arrived: no new risk. */
  stale: boolean
  /** Spacing of the data: 0 for trades and quotes, the interval for candles. Ages are judged by it. */
  intervalMs: number
}>

/** Risk said no. `code` is the control's stable name; values and limits are the numbers it compared. */
export type Denied = Readonly<{
  kind: 'denied'
  slot: string
  strategy: string
  instrument: InstrumentId
  side: Side
  eventMs: number
  control: string
  code: string
  reason: string
  value: string
  limit: string
}>

/** Risk said yes: from here on the order exists and its reservation is held. */
export type Approved = Readonly<{ kind: 'approved'; eventMs: number; order: OrderRequest }>

/** Committed before the one and only submission of the order. */
export type Submitting = Readonly<{
  kind: 'submitting'
  clientOrderId: ClientOrderId
  account: string
  instrument: InstrumentId
  eventMs: number
}>

/** Approved but not sent: too old or halted by the time it was its turn. */
export type Abandoned = Readonly<{
  kind: 'abandoned'
  clientOrderId: ClientOrderId
  account: string
  instrument: InstrumentId
  eventMs: number
  reason: string
}>

/** Our request to cancel; what became of it is the venue's report. */
export type CancelRequested = Readonly<{
  kind: 'cancelRequested'
  clientOrderId: ClientOrderId
  account: string
  instrument: InstrumentId
  eventMs: number
  reason: string
}>

export const commandActions = [
  'halt',
  'haltCancel',
  'reduceOnly',
  'resume',
  'flatten',
  'setLimit',
  'override',
  'unlatch',
] as const
export type CommandAction = (typeof commandActions)[number]

/** A person's order to the system. Who, why and what, kept forever. */
export type Command = Readonly<{
  kind: 'command'
  id: string
  eventMs: number
  action: CommandAction
  /** `global`, `venue:X`, `account:X`, `strategy:X` or `instrument:X`. */
  scope: string
  actor: string
  /** The second person where two are required; empty otherwise. */
  approver: string
  reason: string
  /** setLimit: the parameter; override: the slot; unlatch: the control. Empty otherwise. */
  subject: string
  /** setLimit: the new value. Empty otherwise. */
  value: string
}>

export const discrepancyCodes = [
  'UNEXPLAINED_FILL',
  'EXTERNAL_ORDER',
  'LOST_HISTORY',
  'BALANCE',
  'CLOCK',
  'CLOCK_MENDED',
  'UNKNOWN_ORDERS',
] as const

/** What execution found at the venue that our books do not explain, or that its clock is off. */
export type Discrepancy = Readonly<{
  kind: 'discrepancy'
  eventMs: number
  account: string
  code: (typeof discrepancyCodes)[number]
  /** The order, trade or asset in question. */
  subject: string
  detail: string
}>

export const alertLevels = ['info', 'warning', 'critical'] as const

/** Something a person should know of now. */
export type Alert = Readonly<{
  kind: 'alert'
  eventMs: number
  level: (typeof alertLevels)[number]
  code: string
  scope: string
  message: string
}>

/** Everything that can be on the trading log. */
export type TradingEvent =
  | Signal
  | Mark
  | Denied
  | Approved
  | Submitting
  | Abandoned
  | CancelRequested
  | Command
  | Discrepancy
  | Alert
  | ExecutionReport
