import { isProtective } from '../../domain/order.ts'
import { formatDuration } from '../../domain/param.ts'
import type { Breach, Control } from '../control.ts'
import { numberLimit } from './limit.ts'

/**
 * An order that can rest (gtc, not a market order) must end within the limit from now; exactly that passes,
 * and an end that is not after now does not. Protective orders stay as long as the position they protect.
 */
export const orderLifetime: Control = {
  id: 'C27',
  code: 'ORDER_LIFETIME',
  title: 'order lifetime',
  meaning:
    'A resting order must have an end, an entry a near one: a forgotten order is filled when nobody ' +
    'wants it any more. Stop-loss and take-profit orders stay with their position.',
  params: [
    {
      name: 'entry',
      type: 'duration',
      unit: 'duration',
      default: '10m',
      min: '1s',
      max: '1d',
      meaning: 'longest life of an entry that is not filled',
      looser: 'higher',
    },
    {
      name: 'other',
      type: 'duration',
      unit: 'duration',
      default: '24h',
      min: '1s',
      max: '30d',
      meaning: 'longest life of any other resting order',
      looser: 'higher',
    },
  ],
  applies: 'all',
  overridable: true,
  latch: null,
  check(order, facts, params): Breach | null {
    if (order.type === 'market' || order.timeInForce !== 'gtc' || isProtective(order.purpose)) return null
    const lifeMsMax = numberLimit(params, order.purpose === 'entry' ? 'entry' : 'other')
    const limit = formatDuration(lifeMsMax)
    if (order.expiresMs === null) return { reason: 'the order has no end', value: 'none', limit }
    const lifeMs = order.expiresMs - facts.nowMs
    if (lifeMs <= 0) return { reason: 'the order has ended before it begins', value: `${lifeMs}ms`, limit }
    if (lifeMs <= lifeMsMax) return null
    return { reason: 'the order would rest too long', value: formatDuration(lifeMs), limit }
  },
}
