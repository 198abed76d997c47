import { formatDecimal } from '../../domain/decimal.ts'
import type { Breach, Control } from '../control.ts'
import { decimalLimit, exceedsShare, withUnit } from './limit.ts'

/** Both bounds include the limit itself. An account without equity has no share to spend. */
export const orderValue: Control = {
  id: 'C07',
  code: 'ORDER_VALUE',
  title: 'order value',
  meaning:
    'The value of one order, at its limit or at the edge of the collar and with the fee, is bounded by a ' +
    'share of equity and by a hard cap.',
  params: [
    {
      name: 'share',
      type: 'decimal',
      unit: 'share of equity',
      default: '0.01',
      min: '0.0001',
      max: '1',
      meaning: 'greatest value of one order as a share of equity',
      looser: 'higher',
    },
    {
      name: 'cap',
      type: 'decimal',
      unit: 'quote',
      default: '1000',
      min: '1',
      max: '1000000000',
      meaning: 'greatest value of one order, whatever the equity',
      looser: 'higher',
    },
  ],
  applies: 'riskIncreasing',
  overridable: true,
  latch: null,
  check(_order, facts, params): Breach | null {
    const { orderValue: value, equity } = facts
    const { quote } = facts.instrument
    const share = decimalLimit(params, 'share')
    const cap = decimalLimit(params, 'cap')
    if (value > cap) {
      return {
        reason: 'the order is worth more than the hard cap',
        value: withUnit(value, quote),
        limit: withUnit(cap, quote),
      }
    }
    if (equity > 0n && !exceedsShare(value, equity, share)) return null
    return {
      reason: 'the order is worth more than its share of equity',
      value: withUnit(value, quote),
      limit: `${formatDecimal(share)} of ${withUnit(equity, quote)}`,
    }
  },
}
