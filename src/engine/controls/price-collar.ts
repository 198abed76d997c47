import { absolute, formatDecimal } from '../../domain/decimal.ts'
import type { Price } from '../../domain/decimal.ts'
import type { Mark } from '../../domain/event.ts'
import type { OrderRequest } from '../../domain/order.ts'
import type { Breach, Control } from '../control.ts'
import { decimalLimit, exceedsShare, withUnit } from './limit.ts'
import { isPriced, midTwice, priceMissing, touchOf } from './order-price.ts'

/**
 * |price - mid| <= share x mid; exactly the share passes. The mid is that of bid and ask, else the last
 * price.
 * - market: the touch it will meet must be inside.
 * - limit: its price must be inside; a take-profit only on the side where it would fill badly, for it is
 *   meant to rest far away on the other.
 * - stop: the trigger must be below the last price for a sell, above it for a buy; at the price it would
 *   trigger at once and is denied. The limit of a stop-limit must be inside the collar around its trigger.
 */
export const priceCollar: Control = {
  id: 'C05',
  code: 'PRICE_COLLAR',
  title: 'price collar',
  meaning:
    'An order may not trade far from the middle of the market: limit prices and the touch of market ' +
    'orders must be within the collar, triggers of stops on their right side. Without a price nothing is ' +
    'let through.',
  params: [
    {
      name: 'share',
      type: 'decimal',
      unit: 'share of mid price',
      default: '0.01',
      min: '0.0001',
      max: '0.2',
      meaning: 'greatest distance of an order price from the mid of bid and ask, or from the last price',
      looser: 'higher',
    },
  ],
  applies: 'all',
  overridable: true,
  latch: null,
  check(order, facts, params): Breach | null {
    const { mark } = facts
    if (!isPriced(mark)) return priceMissing
    const share = decimalLimit(params, 'share')
    const unit = facts.instrument.quote
    switch (order.type) {
      case 'market':
        return outsideBreach(touchOf(mark, order.side), midTwice(mark), share, unit)
      case 'limit':
        if (order.price === null) return wantingBreach('limit price')
        if (order.purpose === 'takeProfit' && isPassive(order, order.price, mark)) return null
        return outsideBreach(order.price, midTwice(mark), share, unit)
      case 'stop':
      case 'stopLimit':
        return triggerBreach(order, mark, { share, unit })
      default:
        return order.type satisfies never
    }
  },
}

/** Whether a limit price is on the side of the mid where a fill can only be better than the market now. */
const isPassive = (order: OrderRequest, at: Price, mark: Mark): boolean =>
  order.side === 'sell' ? 2n * at >= midTwice(mark) : 2n * at <= midTwice(mark)

function outsideBreach(at: bigint, twiceMid: bigint, share: bigint, unit: string): Breach | null {
  if (!exceedsShare(absolute(2n * at - twiceMid), twiceMid, share)) return null
  return {
    reason: 'the price is outside of the collar',
    value: withUnit(at, unit),
    limit: `${formatDecimal(share)} from ${withUnit(twiceMid / 2n, unit)}`,
  }
}

function triggerBreach(
  order: OrderRequest,
  mark: Mark,
  { share, unit }: Readonly<{ share: bigint; unit: string }>,
): Breach | null {
  const trigger = order.stopPrice
  if (trigger === null) return wantingBreach('trigger price')
  const isRight = order.side === 'sell' ? trigger < mark.price : trigger > mark.price
  if (!isRight) {
    const wanted = order.side === 'sell' ? 'below' : 'above'
    return {
      reason: `the trigger of a ${order.side} stop must be ${wanted} the price`,
      value: withUnit(trigger, unit),
      limit: withUnit(mark.price, unit),
    }
  }
  if (order.type === 'stop') return null
  if (order.price === null) return wantingBreach('limit price')
  return outsideBreach(order.price, 2n * trigger, share, unit)
}

const wantingBreach = (what: string): Breach => ({
  reason: `the order has no ${what}`,
  value: 'none',
  limit: what,
})
