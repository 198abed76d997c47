import type { Price } from '../../domain/decimal.ts'
import type { OrderRequest } from '../../domain/order.ts'
import type { Breach, Control, RiskFacts } from '../control.ts'
import type { OrderRecord } from '../order-ledger.ts'
import { withUnit } from './limit.ts'
import { isPriced, priceMissing, touchOf } from './order-price.ts'

/**
 * Denies an order that reaches one of our own resting limit orders of the other side; a price equal to it
 * reaches it. A market order reaches as far as the touch. Stops do not rest in the book before they
 * trigger, and an order whose cancel has been requested was asked to make way: neither counts, so an exit
 * follows the cancel of an entry.
 */
export const selfMatch: Control = {
  id: 'C20',
  code: 'SELF_MATCH',
  title: 'self-match',
  meaning:
    'An order may not trade with our own resting order of the other side: such a trade costs two fees ' +
    'and moves nothing, and venues take it for manipulation.',
  params: [],
  applies: 'all',
  overridable: true,
  latch: null,
  check(order, facts): Breach | null {
    if (order.type === 'stop' || order.type === 'stopLimit') return null
    if (order.type === 'market' && !isPriced(facts.mark)) return priceMissing
    const reach = reachOf(order, facts)
    if (reach === null) return { reason: 'the order has no limit price', value: 'none', limit: 'limit price' }
    for (const record of facts.openOrders) {
      const resting = restingPrice(record, order)
      if (resting === null || (order.side === 'buy' ? reach < resting : reach > resting)) continue
      return {
        reason: `it would meet our own ${record.request.side} order ${record.request.clientOrderId}`,
        value: withUnit(reach, facts.instrument.quote),
        limit: withUnit(resting, facts.instrument.quote),
      }
    }
    return null
  },
}

/** The worst price at which the order can trade at once. */
function reachOf(order: OrderRequest, facts: RiskFacts): Price | null {
  if (order.type === 'market') return facts.mark === null ? null : touchOf(facts.mark, order.side)
  return order.price
}

/** The price at which an open order may stand against this one in the book; null when it cannot. */
function restingPrice({ request, state }: OrderRecord, order: OrderRequest): Price | null {
  const isOpposite = request.instrument === order.instrument && request.side !== order.side
  if (!isOpposite || request.type !== 'limit' || state === 'cancelPending') return null
  return request.price
}
