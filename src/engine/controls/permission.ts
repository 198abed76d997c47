import { formatDecimal } from '../../domain/decimal.ts'
import type { OrderRequest } from '../../domain/order.ts'
import type { Breach, Control, Permission, RiskFacts } from '../control.ts'
import { withUnit } from './limit.ts'

/**
 * Deny by default: a line of the allow-list must name strategy, instrument, account and type. A sell that
 * could take the position below zero also needs a line that permits short selling; a position of exactly
 * zero does not.
 */
export const permission: Control = {
  id: 'C03',
  code: 'NOT_PERMITTED',
  title: 'permission',
  meaning:
    'The allow-list must name strategy, instrument, account and order type; an empty list permits ' +
    'nothing. A sell that would take the position below zero needs permission to sell short.',
  params: [],
  applies: 'all',
  overridable: true,
  latch: null,
  check(order, facts): Breach | null {
    const lines = permissionsOf(order, facts.permissions)
    if (lines.length === 0) {
      return {
        reason: 'no line of the allow-list permits this order',
        value: `${order.strategy} ${order.instrument} ${order.account} ${order.type}`,
        limit: facts.permissions.length === 0 ? 'empty allow-list' : 'allow-list',
      }
    }
    const after = positionAfterSell(order, facts)
    if (after >= 0n || mayShort(order, facts.permissions)) return null
    return {
      reason: 'the sell would take the position below zero, and short selling is not permitted',
      value: withUnit(after, facts.instrument.base),
      limit: `${formatDecimal(0n)} ${facts.instrument.base}`,
    }
  },
}

/** The lines of the allow-list that permit an order. */
function permissionsOf(order: OrderRequest, permissions: readonly Permission[]): readonly Permission[] {
  return permissions.filter(
    (line) =>
      (line.strategy === '*' || line.strategy === order.strategy) &&
      (line.instrument === '*' || line.instrument === order.instrument) &&
      (line.account === '*' || line.account === order.account) &&
      line.types.includes(order.type),
  )
}

/** Whether a line that permits the order also permits holding less than nothing. */
export const mayShort = (order: OrderRequest, permissions: readonly Permission[]): boolean =>
  permissionsOf(order, permissions).some((line) => line.short)

/**
 * The position if this sell and the open ones fill; 0 for buys, which cannot make it short. Open sells do
 * not count against a reduce-only order: whichever fills first, the venue clamps the rest.
 */
function positionAfterSell(order: OrderRequest, facts: RiskFacts): bigint {
  if (order.side === 'buy') return 0n
  const open = order.reduceOnly ? 0n : facts.openSells
  return facts.position.quantity - open - order.quantity
}
