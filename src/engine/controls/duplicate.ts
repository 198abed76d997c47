import { isProtective } from '../../domain/order.ts'
import { formatDuration } from '../../domain/param.ts'
import type { Approval, Breach, Control } from '../control.ts'
import { isWithin, numberLimit } from './limit.ts'
import { orderPriceOf } from './order-price.ts'

/**
 * A decision slot is decided once. An equal order (instrument, side, quantity, price) is denied while an
 * earlier one is younger than the window; one exactly as old as the window does not count. Protective
 * orders are judged by their slot alone, for two equal part fills of an entry rightly bring two equal
 * stops. SEC 15c3-5(c)(1)(ii).
 */
export const duplicate: Control = {
  id: 'C04',
  code: 'DUPLICATE_ORDER',
  title: 'duplicate order',
  meaning:
    'Each decision slot is acted on once, and an order equal in instrument, side, quantity and price to ' +
    'one approved within the window is denied.',
  params: [
    {
      name: 'window',
      type: 'duration',
      unit: 'duration',
      default: '1s',
      min: '0s',
      max: '10m',
      meaning: 'time within which an equal order is taken for a repeat',
      looser: 'lower',
    },
  ],
  applies: 'all',
  overridable: true,
  latch: null,
  check(order, facts, params): Breach | null {
    if (facts.slotDecided) {
      return {
        reason: 'this decision slot was decided before',
        value: order.slot,
        limit: 'one decision a slot',
      }
    }
    if (isProtective(order.purpose)) return null
    const window = numberLimit(params, 'window')
    const price = orderPriceOf(order)
    const isEqual = (approval: Approval): boolean =>
      approval.instrument === order.instrument &&
      approval.side === order.side &&
      approval.quantity === order.quantity &&
      approval.price === price &&
      isWithin(approval.eventMs, facts.nowMs, window)
    const earlier = facts.approvals.findLast(isEqual)
    if (earlier === undefined) return null
    return {
      reason: 'an equal order was approved a moment ago',
      value: `${facts.nowMs - earlier.eventMs}ms ago`,
      limit: formatDuration(window),
    }
  },
}
