import { formatDuration } from '../../domain/param.ts'
import type { Breach, Control } from '../control.ts'
import { numberLimit } from './limit.ts'
import { priceMissing } from './order-price.ts'

/**
 * The mark may be as old as the limit or one interval of the data, whichever is longer; exactly that
 * passes.
 */
export const dataFreshness: Control = {
  id: 'C18',
  code: 'DATA_STALE',
  title: 'data freshness',
  meaning:
    'New risk needs fresh market data: a mark that is not too old, and no gap in the data since the last ' +
    'full interval.',
  params: [
    {
      name: 'age',
      type: 'duration',
      unit: 'duration',
      default: '2s',
      min: '10ms',
      max: '10m',
      meaning: 'greatest age of the mark; for candles never less than their interval',
      looser: 'higher',
    },
  ],
  applies: 'riskIncreasing',
  overridable: true,
  latch: null,
  check(_order, facts, params): Breach | null {
    const { mark } = facts
    if (mark === null) return priceMissing
    if (mark.stale) {
      return { reason: 'data is missing since the last full interval', value: 'stale', limit: 'no gap' }
    }
    const ageMs = facts.nowMs - mark.eventMs
    const ageMsMax = Math.max(numberLimit(params, 'age'), mark.intervalMs)
    if (ageMs <= ageMsMax) return null
    return { reason: 'market data is too old', value: formatDuration(ageMs), limit: formatDuration(ageMsMax) }
  },
}
