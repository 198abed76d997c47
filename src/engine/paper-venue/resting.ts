import { larger, quantityOfNumber, smaller, subtract, ZERO_QUANTITY } from '../../domain/decimal.ts'
import type { Price, Quantity } from '../../domain/decimal.ts'
import { opposite } from '../../domain/market.ts'
import type { BookLevel, Quote, Side, Trade } from '../../domain/market.ts'
import { bestAsk, bestBid, levelPrice, quantityAt } from '../book.ts'
import { availableAt, take } from './liquidity.ts'
import { fillOrder, isOpen } from './reports.ts'
import type { VenueState } from './state.ts'
import { isWithinLimit } from './working-order.ts'
import type { WorkingOrder } from './working-order.ts'

/** Puts an order into the book, behind all that is displayed at its price. */
export function rest(state: VenueState, order: WorkingOrder): void {
  order.phase = 'resting'
  order.ahead = state.settings.queue ? queueAhead(state, order) : ZERO_QUANTITY
}

/** Displayed at the order's price; none where it is the new best; unknown where the book does not reach. */
function queueAhead(state: VenueState, { request, limit }: WorkingOrder): Quantity | null {
  const shown = quantityAt(state.book, request.side, limit)
  if (shown > 0) return quantityOfNumber(shown)
  const best = request.side === 'buy' ? bestBid(state.book) : bestAsk(state.book)
  return best !== null && isBetter(request.side, limit, best) ? ZERO_QUANTITY : null
}

/** Whether a resting price stands before another on the same side. */
const isBetter = (side: Side, at: number, than: number): boolean => (side === 'buy' ? at > than : at < than)

/**
 * A trade at our price first serves the queue ahead, then us; a trade through our price means that the level
 * was cleared, us included. A trade older than our arrival is not ours, and neither is one whose aggressor
 * was on our side.
 */
export function tradeResting(state: VenueState, trade: Trade): void {
  let served = ZERO_QUANTITY
  for (const order of state.orders.values()) {
    const { side } = order.request
    if (order.phase !== 'resting' || trade.eventMs < order.arrivedMs) continue
    if (isBetter(side, order.limit, trade.price)) {
      fillResting(state, order, order.leaves, trade.eventMs)
    } else if (trade.price === order.limit && trade.aggressor !== side && order.ahead !== null) {
      const reaching = serveQueue(order, order.ahead, quantityOfNumber(trade.quantity))
      const left = larger(subtract(reaching, served), ZERO_QUANTITY)
      served = (served + fillResting(state, order, left, trade.eventMs)) as Quantity
    }
  }
}

/** What of a traded quantity gets past the queue ahead, which it shortens. */
function serveQueue(order: WorkingOrder, ahead: Quantity, traded: Quantity): Quantity {
  const first = smaller(ahead, traded)
  order.ahead = subtract(ahead, first)
  return subtract(traded, first)
}

function fillResting(state: VenueState, order: WorkingOrder, quantity: Quantity, eventMs: number): Quantity {
  if (quantity <= 0n) return ZERO_QUANTITY
  // A resting order has a limit, and trades there whoever comes and however far they were willing to go.
  const price = order.request.price as Price
  return fillOrder(state, order, { price, quantity, liquidity: 'maker', eventMs })
}

/**
 * After the book took in an event: the queue ahead shrinks with what is displayed, and offers that cross us
 * fill us.
 */
export function bookResting(state: VenueState, event: Quote | BookLevel): void {
  for (const order of state.orders.values()) {
    if (order.phase !== 'resting' || event.eventMs < order.arrivedMs) continue
    if (state.settings.queue) order.ahead = aheadAfter(order, event)
    crossResting(state, order, event.eventMs)
  }
}

/** Cancellations are taken to be behind us as long as what is displayed leaves room for that. */
function aheadAfter(order: WorkingOrder, event: Quote | BookLevel): Quantity | null {
  const shown = shownAtLimit(order, event)
  if (Number.isNaN(shown)) return order.ahead
  const quantity = quantityOfNumber(shown)
  return order.ahead === null ? quantity : smaller(order.ahead, quantity)
}

/** What an event says is displayed at the order's own price; NaN when it does not say. */
function shownAtLimit({ request, limit }: WorkingOrder, event: Quote | BookLevel): number {
  const { side } = request
  if (event.kind === 'bookLevel') return event.side === side && event.price === limit ? event.quantity : NaN
  const at = side === 'buy' ? event.bidPrice : event.askPrice
  const shown = side === 'buy' ? event.bidQuantity : event.askQuantity
  if (at === limit) return shown
  return shown > 0 && isBetter(side, limit, at) ? 0 : NaN
}

/** Liquidity displayed at or through our limit would have met us: it fills us, at our limit. */
function crossResting(state: VenueState, order: WorkingOrder, eventMs: number): void {
  const against = opposite(order.request.side)
  for (let index = 0; ; index++) {
    const level = levelPrice(state.book, against, index)
    if (Number.isNaN(level) || !isWithinLimit(order, level)) return
    const available = availableAt(state.book, state.taken, against, level)
    const filled = fillResting(state, order, smaller(order.leaves, available), eventMs)
    if (filled > 0n) take(state.book, state.taken, against, level, filled)
    if (!isOpen(state, order)) return
  }
}
