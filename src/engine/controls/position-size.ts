import { absolute, formatDecimal, larger, notional } from '../../domain/decimal.ts'
import type { Price, Quantity } from '../../domain/decimal.ts'
import type { OrderRequest } from '../../domain/order.ts'
import type { Breach, Control, RiskFacts } from '../control.ts'
import { decimalLimit, exceedsShare, withUnit } from './limit.ts'
import { isPriced, priceMissing } from './order-price.ts'

/**
 * Worst case: what is held, all open orders of the same side (of unknown ones too) and this order, valued
 * at the greater of mark and limit price. Exactly the share passes. An account without equity may hold
 * nothing.
 */
export const positionSize: Control = {
  id: 'C13',
  code: 'POSITION_SIZE',
  title: 'position size',
  meaning:
    'The position of an instrument and the sum over all instruments, each with every open order and this ' +
    'one filled, are bounded by shares of equity.',
  params: [
    {
      name: 'instrumentShare',
      type: 'decimal',
      unit: 'share of equity',
      default: '0.1',
      min: '0.001',
      max: '10',
      meaning: 'greatest worst-case value of the position of one instrument',
      looser: 'higher',
    },
    {
      name: 'grossShare',
      type: 'decimal',
      unit: 'share of equity',
      default: '0.5',
      min: '0.001',
      max: '10',
      meaning: 'greatest worst-case value of all positions of the account together',
      looser: 'higher',
    },
  ],
  applies: 'riskIncreasing',
  overridable: true,
  latch: null,
  check(order, facts, params): Breach | null {
    const { mark, equity, instrument } = facts
    if (!isPriced(mark)) return priceMissing
    const at = larger(mark.price, order.price ?? (0n as Price))
    const worst = notional(at, worstQuantity(order, facts))
    const instrumentShare = decimalLimit(params, 'instrumentShare')
    if (equity <= 0n || exceedsShare(worst, equity, instrumentShare)) {
      return breach('the position could grow beyond its share of equity', worst, instrumentShare)
    }
    const gross = facts.grossWorst + facts.orderValue
    const grossShare = decimalLimit(params, 'grossShare')
    if (!exceedsShare(gross, equity, grossShare)) return null
    return breach('all positions together could grow beyond their share of equity', gross, grossShare)

    function breach(reason: string, value: bigint, share: bigint): Breach {
      const limit = `${formatDecimal(share)} of ${withUnit(equity, instrument.quote)}`
      return { reason, value: withUnit(value, instrument.quote), limit }
    }
  },
}

/** The farthest from zero that the position can come on the order's side, unsigned. */
function worstQuantity(order: OrderRequest, { position, openBuys, openSells }: RiskFacts): Quantity {
  const signed =
    order.side === 'buy'
      ? position.quantity + openBuys + order.quantity
      : position.quantity - openSells - order.quantity
  return absolute(signed) as Quantity
}
