import type { Discrepancy, TradingEvent } from '../domain/event.ts'
import type { Instrument } from '../domain/instrument.ts'
import type { ClientOrderId } from '../domain/order.ts'
import { isOwnId } from './client-order-id.ts'
import { applyToDesk, copyOrderDesk, discrepancyKey } from './order-desk.ts'
import type { OrderDesk } from './order-desk.ts'
import { leavesOf } from './order-ledger.ts'
import type { OrderRecord } from './order-ledger.ts'
import { clockFault } from './reconciliation.ts'
import type { Draft } from './trading-log.ts'
import type { Placement, VenueOrder, VenueTrade } from './venue-gateway.ts'
import type { OpenOrders, VenueNews } from './venue-news.ts'

export type ReportFacts = Readonly<{
  account: string
  instrument: Instrument
  /** Venue time, whole milliseconds. */
  nowMs: number
  /** Orders whose one POST this process has in hand. */
  inFlight: ReadonlySet<ClientOrderId>
  /** Orders that the venue listed as open last time although they have ended in our books. */
  ghosts: ReadonlySet<string>
}>

/** What the news comes to: events for the log, and what has to be asked next. */
export type Reports = Readonly<{
  drafts: readonly Draft[]
  /** Orders of ours that the venue does not list as open: what became of them is to be asked. */
  missing: readonly ClientOrderId[]
  /** The venue has filled more of an order than its trades that we have heard of. */
  lacksTrades: boolean
  /**
   * Orders that have ended in our books and were listed as open last, and those of them that were so twice.
   */
  ghosts: ReadonlySet<string>
  unwanted: readonly ClientOrderId[]
}>

/** An order whose fate has not been learned for this long is told to risk (C24). */
const DOUBT_MS = 30_000

type Trial = {
  /** The desk as it will be once the drafts are on the log; a copy as soon as there is one. */
  desk: OrderDesk
  readonly facts: ReportFacts
  readonly drafts: Draft[]
  readonly missing: ClientOrderId[]
  readonly ghosts: Set<string>
  readonly unwanted: ClientOrderId[]
  lacksTrades: boolean
}

/**
 * Turns what the venue has said into events. Nothing is said twice, and nothing that the venue has not said.
 */
export function reportsOf(desk: OrderDesk, news: VenueNews, facts: ReportFacts): Reports {
  const trial: Trial = {
    desk,
    facts,
    drafts: [],
    missing: [],
    ghosts: new Set(news.openOrders === null ? facts.ghosts : []),
    unwanted: [],
    lacksTrades: false,
  }
  for (const [id, placement] of news.placements) onPlacement(trial, id, placement)
  for (const trade of news.trades.values()) onTrade(trial, trade)
  for (const order of news.orders.values()) onOrder(trial, order)
  if (news.openOrders !== null) onOpenOrders(trial, news.openOrders)
  for (const [id, reason] of news.notPlaced) onNotPlaced(trial, id, reason)
  for (const [asset, detail] of news.balances) tell(trial, { code: 'BALANCE', subject: asset, detail })
  if (news.clock !== null) onClock(trial, clockFault(news.clock))
  for (const record of [...trial.desk.ledger.values()]) onWaiting(trial, record)
  const { drafts, missing, lacksTrades, ghosts, unwanted } = trial
  return { drafts, missing, lacksTrades, ghosts, unwanted }
}

function say(trial: Trial, event: TradingEvent): void {
  const note = 'clientOrderId' in event ? trial.desk.notes.get(event.clientOrderId) : undefined
  if (trial.drafts.length === 0) trial.desk = copyOrderDesk(trial.desk)
  trial.drafts.push({ event, causeSeq: note?.approvedSeq ?? 0, marketSeq: 0 })
  applyToDesk(trial.desk, trial.facts.instrument, event, trial.desk.seq)
}

function tell(trial: Trial, what: Pick<Discrepancy, 'code' | 'subject' | 'detail'>): void {
  const { account, nowMs } = trial.facts
  const event: Discrepancy = { kind: 'discrepancy', eventMs: nowMs, account, ...what }
  if (!trial.desk.told.has(discrepancyKey(event))) say(trial, event)
}

const about = ({ request }: OrderRecord, eventMs: number) => {
  const { clientOrderId, account, instrument } = request
  return { clientOrderId, account, instrument, eventMs }
}

function onPlacement(trial: Trial, id: ClientOrderId, placement: Placement): void {
  const record = trial.desk.ledger.get(id)
  if (record === undefined) return
  if (placement.kind === 'accepted') adopt(trial, record, placement.venueOrderId, placement.eventMs)
  // By now it may have been found at the venue: then neither a refusal nor silence says anything of it.
  else if (record.state !== 'submitting') return
  else if (placement.kind === 'rejected') {
    say(trial, { kind: 'rejected', ...about(record, placement.eventMs), reason: placement.reason })
  } else say(trial, { kind: 'unknown', ...about(record, trial.facts.nowMs), reason: placement.reason })
}

/** The venue has it. */
function adopt(trial: Trial, record: OrderRecord, venueOrderId: string, eventMs: number): void {
  if (record.state !== 'submitting' && record.state !== 'unknown') return
  say(trial, { kind: 'accepted', ...about(record, eventMs), venueOrderId })
}

function onTrade(trial: Trial, trade: VenueTrade): void {
  const { desk } = trial
  if (desk.booked.has(trade.tradeId)) return
  const id = trade.clientOrderId as ClientOrderId
  const open = desk.ledger.get(id)
  const record = open ?? desk.ended.get(id)?.record
  if (record === undefined) onForeignTrade(trial, trade)
  else if (open?.state === 'approved' || trade.quantity > leavesOf(record)) {
    const detail = `order ${id} has no room for ${trade.side} trade ${trade.tradeId}`
    tell(trial, { code: 'UNEXPLAINED_FILL', subject: trade.tradeId, detail })
  } else {
    if (open !== undefined) adopt(trial, open, trade.venueOrderId, trade.eventMs)
    const { tradeId, side, price, quantity, fee, feeAsset, liquidity } = trade
    const leaves = leavesOf({ ...record, filled: (record.filled + quantity) as typeof quantity })
    const fill = { tradeId, side, price, quantity, leaves, fee, feeAsset, liquidity }
    say(trial, { kind: 'filled', ...about(record, trade.eventMs), ...fill })
  }
}

function onForeignTrade(trial: Trial, { clientOrderId, tradeId, eventMs }: VenueTrade): void {
  if (isOwnId(clientOrderId)) tellLost(trial, clientOrderId, `trade ${tradeId} is of an order not on the log`)
  else if (eventMs >= trial.desk.firstMs) {
    const detail = `a trade of order ${clientOrderId}, which is not ours`
    tell(trial, { code: 'UNEXPLAINED_FILL', subject: tradeId, detail })
  }
}

const tellLost = (trial: Trial, subject: string, detail: string): void => {
  tell(trial, { code: 'LOST_HISTORY', subject, detail })
}

function onOrder(trial: Trial, order: VenueOrder): void {
  const id = order.clientOrderId as ClientOrderId
  const record = trial.desk.ledger.get(id)
  if (record === undefined || record.state === 'approved') return
  adopt(trial, record, order.venueOrderId, order.updatedMs)
  if (order.state === 'open') return
  // Fills are never made up from a total: until the trades have come that reach it, the order has not ended.
  if (order.filled > record.filled) trial.lacksTrades = true
  if (order.filled !== record.filled) return
  const wasAsked = record.state === 'cancelPending'
  const ended = about(record, order.updatedMs)
  if (order.state !== 'canceled') {
    const reason = order.state === 'expired' ? 'expired at the venue' : `${order.state}, says the venue`
    say(trial, { kind: 'expired', ...ended, reason })
  } else {
    const reason = wasAsked ? 'canceled on request' : 'canceled at the venue'
    say(trial, { kind: 'canceled', ...ended, reason })
  }
}

function onOpenOrders(trial: Trial, { orders, askedSeq }: OpenOrders): void {
  const listed = new Set<string>()
  for (const order of orders) {
    const id = order.clientOrderId as ClientOrderId
    listed.add(id)
    const ended = trial.desk.ended.get(id)
    if (trial.desk.ledger.has(id)) onOrder(trial, order)
    else if (ended !== undefined) {
      if (ended.endedSeq <= askedSeq) onGhost(trial, id, ended.record.state)
    } else if (isOwnId(id)) tellLost(trial, id, 'an open order that is not on the log')
    else tell(trial, { code: 'EXTERNAL_ORDER', subject: id, detail: 'an open order that is not ours' })
  }
  for (const [id, { state }] of trial.desk.ledger) {
    const isResting = state === 'accepted' || state === 'partiallyFilled' || state === 'cancelPending'
    if (isResting && !listed.has(id)) trial.missing.push(id)
  }
}

/** Queries may lag behind trades and cancels, so it must be listed twice. */
function onGhost(trial: Trial, id: ClientOrderId, state: string): void {
  trial.ghosts.add(id)
  if (!trial.facts.ghosts.has(id)) return
  trial.unwanted.push(id)
  tell(trial, { code: 'EXTERNAL_ORDER', subject: id, detail: `open at the venue, ${state} in our books` })
}

function onNotPlaced(trial: Trial, id: ClientOrderId, reason: string): void {
  const record = trial.desk.ledger.get(id)
  if (record?.state === 'unknown') {
    say(trial, { kind: 'notPlaced', ...about(record, trial.facts.nowMs), reason })
  }
}

function onClock(trial: Trial, fault: string): void {
  const { desk } = trial
  if (fault !== '' && !desk.clockOff) tell(trial, { code: 'CLOCK', subject: 'clock', detail: fault })
  if (fault === '' && desk.clockOff) {
    tell(trial, { code: 'CLOCK_MENDED', subject: 'clock', detail: 'the clock is right again' })
  }
}

function onWaiting(trial: Trial, record: OrderRecord): void {
  const { inFlight, nowMs } = trial.facts
  const { clientOrderId } = record.request
  if (record.state === 'submitting' && !inFlight.has(clientOrderId)) {
    const reason = 'the process that was to send it has ended'
    say(trial, { kind: 'unknown', ...about(record, nowMs), reason })
  }
  const unknownMs = trial.desk.notes.get(clientOrderId)?.unknownMs ?? Infinity
  if (record.state === 'unknown' && nowMs - unknownMs > DOUBT_MS) {
    const detail = `its fate has not been learned for ${DOUBT_MS / 1000} s`
    tell(trial, { code: 'UNKNOWN_ORDERS', subject: clientOrderId, detail })
  }
}
