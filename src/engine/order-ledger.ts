import { add, subtract, ZERO_QUANTITY } from '../domain/decimal.ts'
import type { Quantity } from '../domain/decimal.ts'
import { assert } from '../domain/errors.ts'
import type { TradingEvent } from '../domain/event.ts'
import type { ExecutionReport } from '../domain/execution-report.ts'
import { applyMove, isTerminal, orderTransitions } from '../domain/order.ts'
import type { ClientOrderId, OrderMove, OrderRequest, OrderState } from '../domain/order.ts'

/** An order and how far it has come. */
export type OrderRecord = Readonly<{ request: OrderRequest; state: OrderState; filled: Quantity }>

export const leavesOf = (record: OrderRecord): Quantity => subtract(record.request.quantity, record.filled)

/** An order as its approval leaves it. */
export const approvedRecord = (request: OrderRequest): OrderRecord => ({
  request,
  state: applyMove('new', 'approve'),
  filled: ZERO_QUANTITY,
})

/** The orders that have not ended, by id, in order of approval. Ended ones are on the log. */
export type OrderLedger = Map<ClientOrderId, OrderRecord>

/** What an event did to an order: the record before and after it. */
export type OrderChange = Readonly<{ before: OrderRecord; after: OrderRecord }>

/**
 * Moves the order that the event speaks of, and forgets it once it has ended. null when the event is of no
 * open order: not an order event, or late evidence, which is the caller's to book.
 */
export function applyOrderEvent(ledger: OrderLedger, event: TradingEvent): OrderChange | null {
  if (event.kind === 'approved') {
    const after = approvedRecord(event.order)
    assert(!ledger.has(event.order.clientOrderId), 'an order is approved once')
    ledger.set(event.order.clientOrderId, after)
    return { before: { ...after, state: 'new' }, after }
  }
  if (!('clientOrderId' in event)) return null
  const before = ledger.get(event.clientOrderId)
  const move = before === undefined ? null : moveOf(event, before)
  if (before === undefined || move === null) return null
  const filled = event.kind === 'filled' ? add(before.filled, event.quantity) : before.filled
  assert(filled <= before.request.quantity, 'an order is never filled beyond its quantity')
  const after: OrderRecord = { request: before.request, state: applyMove(before.state, move), filled }
  if (isTerminal(after.state)) ledger.delete(event.clientOrderId)
  else ledger.set(event.clientOrderId, after)
  return { before, after }
}

type OrderEvent = Extract<TradingEvent, Readonly<{ clientOrderId: ClientOrderId }>> | ExecutionReport

/** The move an event stands for; null where it says nothing new (an acceptance heard after a fill). */
function moveOf(event: OrderEvent, record: OrderRecord): OrderMove | null {
  switch (event.kind) {
    case 'submitting':
      return 'submit'
    case 'abandoned':
      return 'abandon'
    case 'cancelRequested':
      return legalOrNull(record.state, 'requestCancel')
    case 'accepted':
      return legalOrNull(record.state, 'accept')
    case 'rejected':
      return 'reject'
    case 'canceled':
      return 'cancel'
    case 'expired':
      return 'expire'
    case 'unknown':
      return legalOrNull(record.state, 'lose')
    case 'notPlaced':
      return legalOrNull(record.state, 'disprove')
    case 'filled':
      return event.quantity === leavesOf(record) ? 'fillRest' : 'fillPart'
    default:
      return event satisfies never
  }
}

const legalOrNull = (state: OrderState, move: OrderMove): OrderMove | null =>
  orderTransitions[state][move] === undefined ? null : move
