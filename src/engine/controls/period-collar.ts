import { isProtective } from '../../domain/order.ts'
import { absolute, divideCeil, formatDecimal, ONE } from '../../domain/decimal.ts'
import type { Breach, Control } from '../control.ts'
import { decimalLimit, isWithin, numberLimit } from './limit.ts'
import { orderPriceOf } from './order-price.ts'

/**
 * The sum of |p[i] - p[i-1]| / p[i-1] over our own consecutive order prices of the window, this order last,
 * may reach the share. Each term is rounded up at 1e-12. Protective orders are no part of the path: they
 * are meant to stand away from the price. RTS 6 Art 15(1)(a), "over a specified period".
 */
export const periodCollar: Control = {
  id: 'C06',
  code: 'PERIOD_COLLAR',
  title: 'price collar over a period',
  meaning:
    'The path of our own order prices of an instrument may not add up to more than the share within the ' +
    'window: a strategy may not walk the market by itself.',
  params: [
    {
      name: 'share',
      type: 'decimal',
      unit: 'share of price',
      default: '0.03',
      min: '0.0001',
      max: '1',
      meaning: 'greatest sum of relative changes between consecutive own order prices',
      looser: 'higher',
    },
    {
      name: 'window',
      type: 'duration',
      unit: 'duration',
      default: '60s',
      min: '1s',
      max: '10m',
      meaning: 'time over which the changes are added up',
      looser: 'lower',
    },
  ],
  applies: 'riskIncreasing',
  overridable: true,
  latch: null,
  check(order, facts, params): Breach | null {
    if (isProtective(order.purpose)) return null
    const share = decimalLimit(params, 'share')
    const window = numberLimit(params, 'window')
    let last: bigint | null = null
    let path = 0n
    const walk = (price: bigint): void => {
      if (last !== null) path += divideCeil(absolute(price - last) * ONE, last)
      last = price
    }
    for (const approval of facts.approvals) {
      if (approval.instrument !== order.instrument || isProtective(approval.purpose)) continue
      if (isWithin(approval.eventMs, facts.nowMs, window)) walk(approval.price)
    }
    walk(orderPriceOf(order))
    if (path <= share) return null
    return {
      reason: 'our own order prices have moved too far within the window',
      value: formatDecimal(path),
      limit: formatDecimal(share),
    }
  },
}
