import { ONE, shareCeil } from '../../domain/decimal.ts'
import type { Ratio } from '../../domain/decimal.ts'
import type { Breach, Control } from '../control.ts'
import { decimalLimit, withUnit } from './limit.ts'
import { mayShort } from './permission.ts'

/**
 * A buy needs its value (with fee) and the reserve in free cash, exactly that much suffices. A buy that
 * only covers a short is let through: it gives margin back. A sell needs its quantity free, unless short
 * selling is permitted.
 */
export const balance: Control = {
  id: 'C10',
  code: 'BALANCE',
  title: 'balance',
  meaning:
    'Cash and holdings not reserved by other open orders must cover the order: a buy with its fee and a ' +
    'reserve, a sell with its quantity unless the account may sell short.',
  params: [
    {
      name: 'reserve',
      type: 'decimal',
      unit: 'share of order value',
      default: '0.005',
      min: '0',
      max: '1',
      meaning: 'cash that a buy must leave over, as a share of its value',
      looser: 'lower',
    },
  ],
  applies: 'all',
  overridable: true,
  latch: null,
  check(order, facts, params): Breach | null {
    const { cashFree, quantityFree, orderValue, instrument } = facts
    if (order.side === 'sell') {
      if (quantityFree >= order.quantity || mayShort(order, facts.permissions)) return null
      return {
        reason: 'the sell is for more than is held and not yet offered',
        value: withUnit(order.quantity, instrument.base),
        limit: withUnit(quantityFree, instrument.base),
      }
    }
    if (!facts.increasesRisk) return null
    const reserved = (ONE + decimalLimit(params, 'reserve')) as Ratio
    if (cashFree * ONE >= orderValue * reserved) return null
    return {
      reason: 'free cash does not cover the order, its fee and the reserve',
      value: withUnit(shareCeil(orderValue, reserved), instrument.quote),
      limit: withUnit(cashFree, instrument.quote),
    }
  },
}
