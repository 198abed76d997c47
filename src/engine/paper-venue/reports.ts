import { larger, roundDown, smaller, subtract, ZERO_QUANTITY } from '../../domain/decimal.ts'
import type { Price, Quantity } from '../../domain/decimal.ts'
import { assert } from '../../domain/errors.ts'
import type { Fill } from '../../domain/execution-report.ts'
import type { OrderRequest } from '../../domain/order.ts'
import { feeOf } from './fees.ts'
import { affordable, bookFill, reducibleOf } from './ledger.ts'
import type { VenueState } from './state.ts'
import type { WorkingOrder } from './working-order.ts'

type End = 'canceled' | 'expired'

const baseOf = ({ clientOrderId, account, instrument }: OrderRequest, eventMs: number) => ({
  clientOrderId,
  account,
  instrument,
  eventMs,
})

export function accept(state: VenueState, order: WorkingOrder): void {
  state.orderCount += 1
  const venueOrderId = `venue-${state.orderCount}`
  state.orders.set(order.request.clientOrderId, order)
  state.reports.push({ kind: 'accepted', ...baseOf(order.request, order.arrivedMs), venueOrderId })
}

export function reject(state: VenueState, request: OrderRequest, eventMs: number, reason: string): void {
  state.reports.push({ kind: 'rejected', ...baseOf(request, eventMs), reason })
}

/** Ends an open order with what is left of it unfilled. */
export function endOrder(
  state: VenueState,
  order: WorkingOrder,
  kind: End,
  at: Readonly<{ eventMs: number; reason: string }>,
): void {
  assert(state.orders.delete(order.request.clientOrderId), 'only an open order ends')
  order.lastMs = Math.max(order.lastMs, at.eventMs)
  state.reports.push({ kind, ...baseOf(order.request, order.lastMs), reason: at.reason })
}

export const isOpen = (state: VenueState, order: WorkingOrder): boolean =>
  state.orders.has(order.request.clientOrderId)

export type Execution = Readonly<{
  price: Price
  quantity: Quantity
  liquidity: Fill['liquidity']
  eventMs: number
}>

/**
 * Fills an order as far as its leaves, the position (reduce-only) and the balance allow, and returns how
 * much it was. One event does all that follows: books, siblings of the group, and the end of the order.
 */
export function fillOrder(state: VenueState, order: WorkingOrder, execution: Execution): Quantity {
  const { instrument, ledger } = state
  const { request } = order
  const wanted = roundDown(smaller(execution.quantity, order.leaves), instrument.lotSize)
  const allowed = roundDown(
    affordable(ledger, state.orders.values(), order, execution.price),
    instrument.lotSize,
  )
  const quantity = larger(smaller(wanted, allowed), ZERO_QUANTITY)
  if (quantity > 0n) reportFill(state, order, { ...execution, quantity })
  if (!isOpen(state, order)) return quantity
  const { eventMs } = execution
  if (request.reduceOnly && roundDown(reducibleOf(ledger, request.side), instrument.lotSize) <= 0n) {
    endOrder(state, order, 'canceled', { eventMs, reason: 'reduceOnly: no position is left to reduce' })
  } else if (quantity < wanted) {
    endOrder(state, order, 'canceled', { eventMs, reason: 'insufficient balance for what is left' })
  }
  return quantity
}

function reportFill(state: VenueState, order: WorkingOrder, execution: Execution): void {
  const { request } = order
  const { price, quantity, liquidity } = execution
  const { side } = request
  assertWithinLimit(request, price)
  order.leaves = subtract(order.leaves, quantity)
  assert(order.leaves >= 0n, 'an order is never filled beyond its quantity')
  order.lastMs = Math.max(order.lastMs, execution.eventMs)
  state.fillCount += 1
  const fill: Fill = {
    kind: 'filled',
    ...baseOf(request, order.lastMs),
    tradeId: `trade-${state.fillCount}`,
    side,
    price,
    quantity,
    leaves: order.leaves,
    ...feeOf(state.settings, state.instrument, { side, price, quantity, liquidity }),
    liquidity,
  }
  bookFill(state.ledger, fill)
  state.reports.push(fill)
  if (order.leaves === 0n) state.orders.delete(request.clientOrderId)
  if (request.group !== null) excludeSiblings(state, order, order.lastMs)
}

function assertWithinLimit({ side, price: limit }: OrderRequest, price: Price): void {
  const isWithin = limit === null || (side === 'buy' ? price <= limit : price >= limit)
  assert(isWithin && price > 0n, 'an order never fills at a price worse than its limit')
}

/** Orders of one group exclude each other: those open end now, those on their way end as they arrive. */
function excludeSiblings(state: VenueState, { request }: WorkingOrder, eventMs: number): void {
  const reason = `group: ${request.clientOrderId} filled`
  for (const sibling of state.orders.values()) {
    if (sibling.request.group !== request.group || sibling.request === request) continue
    endOrder(state, sibling, 'canceled', { eventMs, reason })
  }
  for (const message of state.inbox) {
    if (message.kind === 'cancel' || message.order.group !== request.group) continue
    state.excluded.set(message.order.clientOrderId, request.clientOrderId)
  }
}
