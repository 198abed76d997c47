import { formatDecimal } from '../../domain/decimal.ts'
import type { Breach, Control } from '../control.ts'
import { decimalLimit, exceedsShare, withUnit } from './limit.ts'
import { priceMissing } from './order-price.ts'

/**
 * Both bounds include the limit itself. No volume seen yet means no order; an unknown book leaves only the
 * volume.
 */
export const orderSize: Control = {
  id: 'C08',
  code: 'ORDER_SIZE',
  title: 'order size',
  meaning:
    'The quantity of one order is bounded by what the market trades in a day and, where the book is ' +
    'known, by what stands in its ten best levels.',
  params: [
    {
      name: 'volumeShare',
      type: 'decimal',
      unit: 'share of volume',
      default: '0.005',
      min: '0.000001',
      max: '1',
      meaning: 'greatest quantity as a share of the base volume of the last 24 hours seen',
      looser: 'higher',
    },
    {
      name: 'depthShare',
      type: 'decimal',
      unit: 'share of depth',
      default: '0.05',
      min: '0.0001',
      max: '10',
      meaning: 'greatest quantity as a share of the ten best levels of the thinner side of the book',
      looser: 'higher',
    },
  ],
  applies: 'riskIncreasing',
  overridable: true,
  latch: null,
  check(order, facts, params): Breach | null {
    if (facts.mark === null) return priceMissing
    const { volumeDay, depth } = facts.mark
    const { base } = facts.instrument
    const volumeShare = decimalLimit(params, 'volumeShare')
    const depthShare = decimalLimit(params, 'depthShare')
    const value = withUnit(order.quantity, base)
    if (exceedsShare(order.quantity, volumeDay, volumeShare)) {
      const limit = `${formatDecimal(volumeShare)} of ${withUnit(volumeDay, base)}`
      return { reason: 'the order is large against the volume of the day', value, limit }
    }
    if (depth !== null && exceedsShare(order.quantity, depth, depthShare)) {
      const limit = `${formatDecimal(depthShare)} of ${withUnit(depth, base)}`
      return { reason: 'the order is large against the depth of the book', value, limit }
    }
    return null
  },
}
