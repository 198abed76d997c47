import { toNumber } from '../../domain/decimal.ts'
import type { Price, Quantity, Ratio } from '../../domain/decimal.ts'
import type { OrderRequest } from '../../domain/order.ts'

/**
 * Where an open order stands: `dormant` until its stop triggers, `waiting` to trade at once but without a
 * price to trade at (after a gap, or before the next candle), `resting` in the book at its limit.
 */
export type OrderPhase = 'dormant' | 'waiting' | 'resting'

/** An order that the venue has accepted and that has not ended. */
export type WorkingOrder = {
  readonly request: OrderRequest
  readonly submittedMs: number
  readonly arrivedMs: number
  /** Limit and stop price as tape numbers, exactly comparable with them; NaN where the order has none. */
  readonly limit: number
  readonly stop: number
  /** Share of price that this order pays for the touch where it cannot be seen. */
  readonly slippage: Ratio
  /** What a reservation values it at. */
  readonly reservePrice: Price
  phase: OrderPhase
  leaves: Quantity
  /**
   * Real quantity that trades at our price before us; null when unknown, and then only a trade-through
   * fills.
   */
  ahead: Quantity | null
  /** Time of its last report: what follows is never earlier. */
  lastMs: number
}

export function createWorkingOrder(
  request: OrderRequest,
  facts: Pick<WorkingOrder, 'submittedMs' | 'arrivedMs' | 'slippage' | 'reservePrice'>,
): WorkingOrder {
  const isStop = request.type === 'stop' || request.type === 'stopLimit'
  return {
    request,
    ...facts,
    limit: request.price === null ? NaN : toNumber(request.price),
    stop: request.stopPrice === null ? NaN : toNumber(request.stopPrice),
    phase: isStop ? 'dormant' : 'waiting',
    leaves: request.quantity,
    ahead: null,
    lastMs: facts.arrivedMs,
  }
}

/** Whether a tape price is at the limit or better for us; an order without limit takes any price. */
export function isWithinLimit({ request, limit }: WorkingOrder, at: number): boolean {
  if (Number.isNaN(limit)) return true
  return request.side === 'buy' ? at <= limit : at >= limit
}

/** Whether a tape price triggers the stop: a sell at or below it, a buy at or above. */
export const isStopped = ({ request, stop }: WorkingOrder, at: number): boolean =>
  request.side === 'sell' ? at <= stop : at >= stop
