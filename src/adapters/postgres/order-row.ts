import { formatDecimal } from '../../domain/decimal.ts'
import type { TradingEvent } from '../../domain/event.ts'
import { orderStates, orderTransitions } from '../../domain/order.ts'
import type { OrderMove, OrderState } from '../../domain/order.ts'
import type { OrderRecord } from '../../engine/order-ledger.ts'
import type { Row } from './sql.ts'

const nullableText = (value: bigint | null): string | null => (value === null ? null : formatDecimal(value))

/** A row of `orders` but for its places on the log. */
export const orderRow = ({ request, state, filled }: OrderRecord, isOverridden: boolean): Row => ({
  client_order_id: request.clientOrderId,
  slot: request.slot,
  account: request.account,
  strategy: request.strategy,
  instrument: request.instrument,
  side: request.side,
  type: request.type,
  quantity: formatDecimal(request.quantity),
  price: nullableText(request.price),
  stop_price: nullableText(request.stopPrice),
  time_in_force: request.timeInForce,
  post_only: request.postOnly,
  reduce_only: request.reduceOnly,
  order_group: request.group,
  purpose: request.purpose,
  decision_price: formatDecimal(request.decisionPrice),
  decided_ms: request.decidedMs,
  expires_ms: request.expiresMs,
  state,
  filled: formatDecimal(filled),
  overridden: isOverridden,
})

/** What an event makes of an order whatever its fills: the database moves it without reading it here. */
export type OrderRowMove = Readonly<{
  id: string
  to: OrderState
  /** States that it may come from. */
  from: readonly OrderState[]
  /** An open order in another state means that the log is wrong; else the event says nothing new. */
  strict: boolean
}>

type Move = Readonly<{ move: OrderMove; strict: boolean }>

const moves: Readonly<Partial<Record<TradingEvent['kind'], Move>>> = {
  submitting: { move: 'submit', strict: true },
  abandoned: { move: 'abandon', strict: true },
  rejected: { move: 'reject', strict: true },
  canceled: { move: 'cancel', strict: true },
  expired: { move: 'expire', strict: true },
  cancelRequested: { move: 'requestCancel', strict: false },
  accepted: { move: 'accept', strict: false },
  unknown: { move: 'lose', strict: false },
  notPlaced: { move: 'disprove', strict: false },
}

/** Null for what moves no order, and for a fill, which says how far only together with those before it. */
export function orderRowMoveOf(event: TradingEvent): OrderRowMove | null {
  const known = moves[event.kind]
  if (known === undefined || !('clientOrderId' in event)) return null
  const from = orderStates.filter((state) => orderTransitions[state][known.move] !== undefined)
  const to = orderTransitions[from[0] ?? 'new'][known.move]
  return to === undefined ? null : { id: event.clientOrderId, to, from, strict: known.strict }
}
