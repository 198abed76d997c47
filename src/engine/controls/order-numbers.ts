import { formatDecimal, INTEGER_DIGITS_MAX, ONE } from '../../domain/decimal.ts'
import type { OrderRequest, OrderType } from '../../domain/order.ts'
import type { Breach, Control } from '../control.ts'

/** Exclusive: the first number with a digit too many before the point. */
const BOUND = 10n ** BigInt(INTEGER_DIGITS_MAX) * ONE

/** Which prices an order of a type has; any other is a mistake of whoever made it. */
const shapes: Readonly<Record<OrderType, Readonly<{ price: boolean; stopPrice: boolean }>>> = {
  market: { price: false, stopPrice: false },
  limit: { price: true, stopPrice: false },
  stop: { price: false, stopPrice: true },
  stopLimit: { price: true, stopPrice: true },
}

/**
 * Text with exponents, NaN, Infinity, -0 or more digits is refused by parseDecimal before it gets here.
 * This checks what the engine itself computed: every number of the order is above zero and writes with at
 * most 18 digits before the point, so that it comes back from the log as it went in.
 */
export const orderNumbers: Control = {
  id: 'C28',
  code: 'NUMBER_INVALID',
  title: 'fat decimals',
  meaning:
    'Every quantity and price of an order must be there where its type has one, above zero, and within ' +
    'eighteen digits before the point; times must be whole milliseconds.',
  params: [],
  applies: 'all',
  overridable: false,
  latch: null,
  check(order): Breach | null {
    return (
      numberBreach('quantity', order.quantity) ??
      numberBreach('decision price', order.decisionPrice) ??
      priceBreach('limit price', order.price, order.type, shapes[order.type].price) ??
      priceBreach('trigger price', order.stopPrice, order.type, shapes[order.type].stopPrice) ??
      timeBreach(order)
    )
  },
}

function priceBreach(name: string, value: bigint | null, type: OrderType, isWanted: boolean): Breach | null {
  if (value === null) {
    return isWanted ? { reason: `a ${type} order needs a ${name}`, value: 'none', limit: `a ${name}` } : null
  }
  if (isWanted) return numberBreach(name, value)
  return { reason: `a ${type} order has no ${name}`, value: formatDecimal(value), limit: 'none' }
}

function numberBreach(name: string, value: bigint): Breach | null {
  if (value <= 0n)
    return { reason: `the ${name} is not above zero`, value: formatDecimal(value), limit: 'above 0' }
  if (value < BOUND) return null
  return {
    reason: `the ${name} has too many digits`,
    value: formatDecimal(value),
    limit: `${INTEGER_DIGITS_MAX} digits before the point`,
  }
}

function timeBreach(order: OrderRequest): Breach | null {
  for (const time of [order.decidedMs, order.expiresMs]) {
    if (time === null || Number.isSafeInteger(time)) continue
    return {
      reason: 'a time of the order is not whole milliseconds',
      value: String(time),
      limit: 'whole milliseconds',
    }
  }
  return null
}
