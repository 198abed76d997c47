import { add, negate, notional, subtract, ZERO_MONEY, ZERO_QUANTITY } from '../domain/decimal.ts'
import type { Money, Quantity } from '../domain/decimal.ts'
import type { Discrepancy, TradingEvent } from '../domain/event.ts'
import type { Fill } from '../domain/execution-report.ts'
import type { Instrument } from '../domain/instrument.ts'
import { isTerminal } from '../domain/order.ts'
import type { ClientOrderId } from '../domain/order.ts'
import { applyOrderEvent, leavesOf } from './order-ledger.ts'
import type { OrderLedger, OrderRecord } from './order-ledger.ts'

/** What is known of an open order beside its record: where it was approved, when it was sent and lost. */
export type OrderNote = Readonly<{ approvedSeq: number; submitMs: number; unknownMs: number }>

export type EndedOrder = Readonly<{ record: OrderRecord; endedSeq: number }>

/** What execution knows of its account: the fold of the trading log, plain data. */
export type OrderDesk = {
  /** The last entry that is in it. */
  seq: number
  /** Event time of the first entry: what happened at the venue before is not ours to explain. */
  firstMs: number
  readonly ledger: OrderLedger
  readonly notes: Map<ClientOrderId, OrderNote>
  /** Orders that ended lately, newest last: late evidence of them is still evidence of ours. */
  readonly ended: Map<ClientOrderId, EndedOrder>
  /** Venue trade ids of the newest fills, newest last. */
  readonly booked: Set<string>
  fillCount: number
  /** What the fills have moved, fees included; fees in a third asset are left out. */
  netBase: Quantity
  netQuote: Money
  /** Differences that have been told, by key. */
  readonly told: Set<string>
  clockOff: boolean
  /** The newest difference that the books do not explain; empty once a person has resumed trading. */
  unexplained: string
}

const ENDED_MAX = 500
const BOOKED_MAX = 2_000
const TOLD_MAX = 500

export const createOrderDesk = (): OrderDesk => ({
  seq: 0,
  firstMs: Infinity,
  ledger: new Map(),
  notes: new Map(),
  ended: new Map(),
  booked: new Set(),
  fillCount: 0,
  netBase: ZERO_QUANTITY,
  netQuote: ZERO_MONEY,
  told: new Set(),
  clockOff: false,
  unexplained: '',
})

/** A desk to try events on before they are on the log. */
export const copyOrderDesk = (desk: OrderDesk): OrderDesk => ({
  ...desk,
  ledger: new Map(desk.ledger),
  notes: new Map(desk.notes),
  ended: new Map(desk.ended),
  booked: new Set(desk.booked),
  told: new Set(desk.told),
})

/** The same difference is told once. A balance may differ anew, by another amount. */
export const discrepancyKey = ({ code, subject, detail }: Discrepancy): string =>
  code === 'BALANCE' ? `${code}/${subject}/${detail}` : `${code}/${subject}`

/** Takes in one event of the log; `seq` is its entry's. */
export function applyToDesk(desk: OrderDesk, instrument: Instrument, event: TradingEvent, seq: number): void {
  if (desk.firstMs === Infinity) desk.firstMs = event.eventMs
  if (event.kind === 'mark' || event.kind === 'signal') return
  // Booked first: a fill that ends its order must not find it among the ended ones.
  if (event.kind === 'filled') bookFill(desk, instrument, event)
  const change = applyOrderEvent(desk.ledger, event)
  if (event.kind === 'discrepancy') noteDiscrepancy(desk, event)
  if (event.kind === 'command' && event.action === 'resume') desk.unexplained = ''
  if (event.kind === 'approved') {
    desk.notes.set(event.order.clientOrderId, { approvedSeq: seq, submitMs: Infinity, unknownMs: Infinity })
  }
  if (change === null) return
  const { clientOrderId } = change.after.request
  const note = desk.notes.get(clientOrderId)
  if (isTerminal(change.after.state)) {
    desk.notes.delete(clientOrderId)
    desk.ended.set(clientOrderId, { record: change.after, endedSeq: seq })
    forgetOldest(desk.ended, ENDED_MAX)
  } else if (note !== undefined && event.kind === 'submitting') {
    desk.notes.set(clientOrderId, { ...note, submitMs: event.eventMs })
  } else if (note !== undefined && event.kind === 'unknown') {
    desk.notes.set(clientOrderId, { ...note, unknownMs: event.eventMs })
  }
}

function bookFill(desk: OrderDesk, instrument: Instrument, fill: Fill): void {
  if (desk.booked.has(fill.tradeId)) return
  desk.booked.add(fill.tradeId)
  forgetOldest(desk.booked, BOOKED_MAX)
  desk.fillCount += 1
  const value = notional(fill.price, fill.quantity)
  const isBuy = fill.side === 'buy'
  desk.netQuote = add(desk.netQuote, isBuy ? negate(value) : value)
  desk.netBase = add(desk.netBase, isBuy ? fill.quantity : negate(fill.quantity))
  if (fill.feeAsset === instrument.quote) desk.netQuote = subtract(desk.netQuote, fill.fee as Money)
  if (fill.feeAsset === instrument.base) desk.netBase = subtract(desk.netBase, fill.fee as Quantity)
  const late = desk.ended.get(fill.clientOrderId)
  if (late === undefined || fill.quantity > leavesOf(late.record)) return
  const record = { ...late.record, filled: add(late.record.filled, fill.quantity) }
  desk.ended.set(fill.clientOrderId, { ...late, record })
}

function noteDiscrepancy(desk: OrderDesk, event: Discrepancy): void {
  if (event.code === 'CLOCK' || event.code === 'CLOCK_MENDED') desk.clockOff = event.code === 'CLOCK'
  else {
    if (event.code !== 'UNKNOWN_ORDERS') desk.unexplained = `${event.code} ${event.subject}`
    desk.told.add(discrepancyKey(event))
    forgetOldest(desk.told, TOLD_MAX)
  }
}

function forgetOldest(kept: Map<string, unknown> | Set<string>, countMax: number): void {
  for (const key of kept.keys()) {
    if (kept.size <= countMax) return
    kept.delete(key)
  }
}
