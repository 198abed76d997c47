import { formatDecimal } from '../../domain/decimal.ts'
import { checkFilters } from '../../domain/instrument.ts'
import type { ClientOrderId, OrderRequest } from '../../domain/order.ts'
import { shortfallOf } from './ledger.ts'
import { accept, endOrder, reject } from './reports.ts'
import { referencePrice } from './state.ts'
import type { Message, VenueState } from './state.ts'
import { executeNow, wouldTake } from './taking.ts'
import { createWorkingOrder, isStopped } from './working-order.ts'
import type { WorkingOrder } from './working-order.ts'

/**
 * An order or a cancel reaches the venue: judged against the market as it was before the event that moved
 * time on.
 */
export function arrive(state: VenueState, message: Message): void {
  switch (message.kind) {
    case 'submit':
      arriveOrder(state, message)
      return
    case 'cancel':
      arriveCancel(state, message.clientOrderId, message.arrivalMs)
      return
    default:
      message satisfies never
  }
}

/**
 * Canceling what has ended, or was never here, does nothing: its end has been or will be reported by itself.
 */
function arriveCancel(state: VenueState, clientOrderId: ClientOrderId, eventMs: number): void {
  const order = state.orders.get(clientOrderId)
  if (order !== undefined) endOrder(state, order, 'canceled', { eventMs, reason: 'on request' })
}

function arriveOrder(state: VenueState, message: Extract<Message, { kind: 'submit' }>): void {
  const { order: request, arrivalMs, submittedMs } = message
  if (state.seen.has(request.clientOrderId)) {
    reject(state, request, arrivalMs, `duplicate: ${request.clientOrderId} has been here`)
    return
  }
  state.seen.add(request.clientOrderId)
  const order = createWorkingOrder(request, {
    submittedMs,
    arrivedMs: arrivalMs,
    slippage: state.drawSlippage(),
    reservePrice: request.price ?? request.stopPrice ?? referencePrice(state, request),
  })
  const refusal = formRefusal(state, request) ?? venueRefusal(state, order)
  if (refusal !== null) {
    state.excluded.delete(request.clientOrderId)
    reject(state, request, arrivalMs, refusal)
    return
  }
  accept(state, order)
  const sibling = state.excluded.get(request.clientOrderId)
  if (sibling === undefined) {
    place(state, order)
    return
  }
  state.excluded.delete(request.clientOrderId)
  endOrder(state, order, 'canceled', { eventMs: arrivalMs, reason: `group: ${sibling} filled` })
}

/** Before the first tick an order waits: for the next candle, or for the first price. */
function place(state: VenueState, order: WorkingOrder): void {
  if (!state.hasTicks) return
  if (order.phase === 'dormant') {
    if (Number.isNaN(state.lastTrade) || !isStopped(order, state.lastTrade)) return
    order.phase = 'waiting'
  }
  executeNow(state, order, order.arrivedMs)
}

/** Why an order contradicts itself or is not for here; null when it is well formed. */
function formRefusal(state: VenueState, request: OrderRequest): string | null {
  const { type, price, stopPrice, postOnly, timeInForce } = request
  if (request.instrument !== state.instrument.id)
    return `instrument: ${request.instrument} is not traded here`
  if (request.account !== state.account) return `account: ${request.account} is not known here`
  const needsLimit = type === 'limit' || type === 'stopLimit'
  const needsStop = type === 'stop' || type === 'stopLimit'
  if (needsLimit !== (price !== null))
    return `price: a ${type} order ${needsLimit ? 'needs one' : 'has none'}`
  if (needsStop !== (stopPrice !== null))
    return `stopPrice: a ${type} order ${needsStop ? 'needs one' : 'has none'}`
  if (postOnly && !(type === 'limit' && timeInForce === 'gtc'))
    return 'postOnly: only a limit order that rests'
  return null
}

/** Why the venue's rules refuse an order; null when they do not. */
function venueRefusal(state: VenueState, order: WorkingOrder): string | null {
  const { quantity, price, stopPrice, postOnly } = order.request
  const reference = referencePrice(state, order.request)
  const prices = [price, stopPrice].filter((limit) => limit !== null)
  const breach = checkFilters(state.instrument, { quantity, prices, reference })
  if (breach !== null) return `filter ${breach.filter}: value ${breach.value}, limit ${breach.limit}`
  const { openOrdersMax } = state.instrument
  if (state.orders.size >= openOrdersMax)
    return `openOrdersMax: value ${state.orders.size + 1}, limit ${openOrdersMax}`
  const shortfall = shortfallOf(state.ledger, state.orders.values(), order, reference)
  if (shortfall !== null) {
    const { asset, needed, free } = shortfall
    return `insufficient balance: needs ${formatDecimal(needed)} ${asset}, free ${formatDecimal(free)}`
  }
  if (postOnly && state.hasTicks && wouldTake(state, order)) return 'postOnly: it would take'
  return null
}
