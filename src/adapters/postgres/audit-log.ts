import { money } from '../../domain/decimal.ts'
import { CdbError, InvariantError } from '../../domain/errors.ts'
import type { Command, Mark, TradingEvent } from '../../domain/event.ts'
import { parseDuration } from '../../domain/param.ts'
import { isTerminal } from '../../domain/order.ts'
import type { ClientOrderId, OrderRequest, OrderState } from '../../domain/order.ts'
import type { Instrument } from '../../domain/instrument.ts'
import { applyOrderEvent } from '../../engine/order-ledger.ts'
import type { OrderChange, OrderLedger } from '../../engine/order-ledger.ts'
import { applyFill, createPortfolio } from '../../engine/portfolio.ts'
import type { Portfolio } from '../../engine/portfolio.ts'
import type { TradingEntry } from '../../engine/trading-log.ts'
import { applyStateCommand, scopesOf, stateOf } from '../../engine/trading-state.ts'
import type { ScopeStates } from '../../engine/trading-state.ts'
import type { AuditFindings } from './audit-findings.ts'

/** Who the log is of, and what its limits were at the start. */
export type AuditedRun = Readonly<{
  account: string
  instrument: Instrument
  cash: string
  limits: ReadonlyMap<string, string>
}>

/** An order as the log tells it. */
export type AuditedOrder = {
  readonly request: OrderRequest
  state: OrderState
  filled: bigint
  readonly approvedSeq: number
  readonly isOverridden: boolean
  submittingMs: number | null
  updatedSeq: number
  updatedMs: number
}

/** Everything that follows from the log: what the tables are compared with. */
export type LogFold = {
  readonly run: AuditedRun
  readonly ledger: OrderLedger
  readonly orders: Map<ClientOrderId, AuditedOrder>
  readonly portfolio: Portfolio
  readonly states: ScopeStates
  readonly limits: Map<string, string>
  readonly fills: Map<string, Extract<TradingEvent, { kind: 'filled' }>>
  readonly submitted: Map<string, number>
  readonly slots: Set<string>
  readonly approvedSlots: Set<string>
  readonly kinds: Map<number, TradingEvent>
  readonly epochs: Map<string, number>
  readonly marks: Mark[]
  readonly markSeqs: number[]
  readonly overrideCauses: Set<number>
  readonly canceling: Map<ClientOrderId, number>
  /** Orders that a halt with cancel found open, by the time of the command. */
  readonly toCancel: { id: ClientOrderId; command: Command }[]
  readonly lateFills: number[]
  readonly lateAlerts: Set<number>
  head: number
  newestMs: number
}

export const createLogFold = (run: AuditedRun): LogFold => ({
  run,
  ledger: new Map(),
  orders: new Map(),
  portfolio: createPortfolio(money(run.cash)),
  states: new Map(),
  limits: new Map(run.limits),
  fills: new Map(),
  submitted: new Map(),
  slots: new Set(),
  approvedSlots: new Set(),
  kinds: new Map(),
  epochs: new Map(),
  marks: [],
  markSeqs: [],
  overrideCauses: new Set(),
  canceling: new Map(),
  toCancel: [],
  lateFills: [],
  lateAlerts: new Set(),
  head: 0,
  newestMs: 0,
})

/**
 * Nothing can arrive at the venue later than this after a submission: recvWindow, its margin and the time
 * limit.
 */
const SAFE_MS_MIN = 14_000

/** Takes one entry of the log into the fold, and checks what can be seen at that place. */
export function auditEntry(fold: LogFold, findings: AuditFindings, entry: TradingEntry): void {
  const { event, seq, causeSeq, writer, epoch } = entry
  findings.check('I6', seq === fold.head + 1, () => `entry ${seq} comes after entry ${fold.head}`)
  findings.check('I6', causeSeq < seq, () => `entry ${seq} is caused by entry ${causeSeq}`)
  const newest = fold.epochs.get(writer) ?? 0
  findings.check('I7', epoch >= newest, () => `entry ${seq} of ${writer} has epoch ${epoch} after ${newest}`)
  fold.epochs.set(writer, Math.max(newest, epoch))
  fold.head = seq
  fold.newestMs = Math.max(fold.newestMs, event.eventMs)
  auditAccount(fold, findings, entry)
  switch (event.kind) {
    case 'signal':
      findings.check('I1', !fold.slots.has(event.slot), () => `slot ${event.slot} is on the log twice`)
      fold.slots.add(event.slot)
      break
    case 'mark':
      fold.marks.push(event)
      fold.markSeqs.push(seq)
      break
    case 'command':
      auditCommand(fold, findings, entry, event)
      break
    case 'alert':
      if (event.code === 'OVERRIDDEN') fold.overrideCauses.add(causeSeq)
      if (event.code === 'LATE_EVIDENCE') fold.lateAlerts.add(causeSeq)
      if (event.code === 'LIMIT_CHANGED') auditLimitChange(fold, findings, entry)
      break
    case 'denied':
    case 'discrepancy':
      break
    default:
      auditOrderEvent(fold, findings, entry)
  }
  // Marks cause nothing but signals; all else may be looked up as a cause.
  if (event.kind !== 'mark') fold.kinds.set(seq, event)
}

function auditAccount({ run }: LogFold, findings: AuditFindings, { event, seq }: TradingEntry): void {
  const of = event.kind === 'approved' ? event.order : event
  if (!('account' in of)) return
  findings.check('I16', of.account === run.account, () => `entry ${seq} is of account ${of.account}`)
  if (!('instrument' in of)) return
  findings.check('I16', of.instrument === run.instrument.id, () => `entry ${seq} is of ${of.instrument}`)
}

function auditCommand(
  fold: LogFold,
  findings: AuditFindings,
  { seq, writer }: TradingEntry,
  command: Command,
): void {
  const isKnown = writer === 'control' || (writer === 'risk' && command.actor === 'risk')
  findings.check(
    'I18',
    command.actor !== '' && isKnown,
    () => `command ${seq} is by "${command.actor}", ${writer}`,
  )
  applyStateCommand(fold.states, command)
  if (command.action !== 'haltCancel') return
  for (const { request } of fold.ledger.values()) {
    if (scopesOf(request).includes(command.scope)) fold.toCancel.push({ id: request.clientOrderId, command })
  }
}

function auditLimitChange(fold: LogFold, findings: AuditFindings, { seq, causeSeq }: TradingEntry): void {
  const cause = fold.kinds.get(causeSeq)
  const isOrdered = cause?.kind === 'command' && cause.action === 'setLimit'
  findings.check('I18', isOrdered, () => `the change of a limit in entry ${seq} was ordered by nobody`)
  if (isOrdered) fold.limits.set(cause.subject, cause.value)
}

type OrderEvent = Extract<TradingEvent, Readonly<{ clientOrderId: ClientOrderId }>>

function auditOrderEvent(fold: LogFold, findings: AuditFindings, entry: TradingEntry): void {
  const { event, seq } = entry
  if (event.kind === 'approved') auditApproval(fold, findings, entry, event.order)
  const about = event as OrderEvent
  const known = event.kind === 'approved' ? undefined : fold.orders.get(about.clientOrderId)
  if (event.kind !== 'approved') {
    findings.check('I11', known !== undefined, () => `${event.kind} ${seq} is of no approved order`)
    if (known === undefined) return
    auditReport(fold, findings, entry, known)
  }
  const change = changeOf(fold, findings, entry, known)
  if (event.kind === 'filled') auditFill(fold, findings, entry, event, change)
  if (change === null) return
  const { request, state } = change.after
  const order: AuditedOrder = known ?? {
    ...{ request, state, filled: 0n, approvedSeq: seq, updatedSeq: seq, updatedMs: event.eventMs },
    ...{ isOverridden: fold.overrideCauses.has(entry.causeSeq), submittingMs: null },
  }
  order.state = state
  order.filled = change.after.filled
  order.updatedSeq = seq
  order.updatedMs = event.eventMs
  fold.orders.set(request.clientOrderId, order)
  if (event.kind === 'approved') auditOpenOrders(fold, findings, order)
}

/** What the event did to its order; a move that the life cycle does not have is a finding. */
function changeOf(
  fold: LogFold,
  findings: AuditFindings,
  { event, seq }: TradingEntry,
  known: AuditedOrder | undefined,
): OrderChange | null {
  const before = known?.state ?? 'new'
  try {
    const change = applyOrderEvent(fold.ledger, event)
    findings.check(before === 'unknown' ? 'I13' : 'I14', true, () => '')
    return change
  } catch (error) {
    if (!(error instanceof CdbError || error instanceof InvariantError)) throw error
    findings.check(before === 'unknown' ? 'I13' : 'I14', false, () => `entry ${seq}: ${error.message}`)
    return null
  }
}

function auditApproval(
  fold: LogFold,
  findings: AuditFindings,
  { seq, causeSeq, event }: TradingEntry,
  order: OrderRequest,
): void {
  const { slot, clientOrderId, purpose } = order
  const isNew = !fold.orders.has(clientOrderId) && !fold.approvedSlots.has(slot)
  fold.approvedSlots.add(slot)
  findings.check('I1', isNew, () => `order ${clientOrderId} of ${slot} is approved again by entry ${seq}`)
  const cause = fold.kinds.get(causeSeq)
  const fits =
    purpose === 'entry' || purpose === 'exit'
      ? (cause?.kind === 'signal' && cause.slot === slot) || isCommand(cause, 'override')
      : purpose === 'flatten'
        ? isCommand(cause, 'flatten')
        : cause !== undefined
  findings.check(
    'I11',
    fits,
    () => `the ${purpose} order ${clientOrderId} comes from ${cause?.kind ?? 'nothing'}`,
  )
  if (purpose !== 'entry' || fold.overrideCauses.has(causeSeq)) return
  const at = lastBefore(fold.markSeqs, causeSeq)
  const mark = at < 0 ? undefined : fold.marks[at]
  const ageMsMax = Math.max(parseDuration(fold.limits.get('C18.age') ?? '2s') ?? 0, mark?.intervalMs ?? 0)
  const isFresh = mark !== undefined && !mark.stale && event.eventMs - mark.eventMs <= ageMsMax
  findings.check('I15', isFresh, () => {
    const age = mark === undefined ? 'no mark' : `a mark ${event.eventMs - mark.eventMs} ms old`
    return `entry order ${clientOrderId} was approved by ${mark?.stale === true ? 'a stale mark' : age}`
  })
}

const isCommand = (event: TradingEvent | undefined, action: Command['action']): boolean =>
  event?.kind === 'command' && event.action === action

/** Index of the last of the growing numbers that is below the bound; -1 when none is. */
function lastBefore(numbers: readonly number[], bound: number): number {
  let [low, high] = [0, numbers.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((numbers[middle] ?? Infinity) < bound) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** Entries that count in a bucket of open orders. */
export const takesFromBuckets = ({ request, state, isOverridden }: AuditedOrder): boolean =>
  request.purpose === 'entry' && !isOverridden && !isTerminal(state)

/** Risk knew of no fewer open orders than there were, so its limits hold for these. */
function auditOpenOrders(fold: LogFold, findings: AuditFindings, order: AuditedOrder): void {
  if (!takesFromBuckets(order)) return
  let open = 0
  for (const id of fold.ledger.keys()) {
    const known = fold.orders.get(id)
    if (known !== undefined && takesFromBuckets(known)) open += 1
  }
  for (const key of ['C12.instrumentMax', 'C12.accountMax']) {
    const max = Number(fold.limits.get(key) ?? Infinity)
    const { clientOrderId } = order.request
    findings.check('I8', open <= max, () => `with order ${clientOrderId} ${open} are open, ${key} is ${max}`)
  }
}

function auditReport(
  fold: LogFold,
  findings: AuditFindings,
  { event, seq }: TradingEntry,
  order: AuditedOrder,
): void {
  const id = order.request.clientOrderId
  const isSent = order.submittingMs !== null
  switch (event.kind) {
    case 'submitting':
      auditSubmission(fold, findings, seq, order)
      order.submittingMs = event.eventMs
      return
    case 'cancelRequested':
      fold.canceling.set(id, seq)
      return
    case 'notPlaced':
      findings.check(
        'I13',
        event.eventMs - (order.submittingMs ?? event.eventMs) >= SAFE_MS_MIN,
        () => `order ${id} was given up ${event.eventMs - (order.submittingMs ?? 0)} ms after its submission`,
      )
      return
    case 'accepted':
    case 'rejected':
    case 'filled':
    case 'canceled':
    case 'expired':
    case 'unknown':
      findings.check('I2', isSent, () => `${event.kind} ${seq} is of order ${id}, which was never submitted`)
      return
    default:
  }
}

function auditSubmission(fold: LogFold, findings: AuditFindings, seq: number, order: AuditedOrder): void {
  const { request } = order
  const id = request.clientOrderId
  const count = (fold.submitted.get(id) ?? 0) + 1
  fold.submitted.set(id, count)
  findings.check('I1', count === 1, () => `order ${id} is submitted again by entry ${seq}`)
  const state = stateOf(fold.states, request)
  const isAllowed =
    state === 'active' || request.purpose === 'flatten' || (state === 'reduceOnly' && request.reduceOnly)
  findings.check('I9', isAllowed, () => `order ${id} is submitted by entry ${seq} while ${state}`)
}

function auditFill(
  fold: LogFold,
  findings: AuditFindings,
  { seq }: TradingEntry,
  fill: Extract<TradingEvent, { kind: 'filled' }>,
  change: OrderChange | null,
): void {
  const key = `${fill.account}/${fill.instrument}/${fill.tradeId}`
  const isNew = !fold.fills.has(key)
  findings.check('I4', isNew, () => `trade ${fill.tradeId} is on the log again, in entry ${seq}`)
  if (!isNew) return
  fold.fills.set(key, fill)
  if (fill.instrument === fold.run.instrument.id) applyFill(fold.portfolio, fold.run.instrument, fill)
  if (change === null) fold.lateFills.push(seq)
}
