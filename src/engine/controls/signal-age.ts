import { formatDecimal, ONE } from '../../domain/decimal.ts'
import { formatDuration } from '../../domain/param.ts'
import type { Breach, Control } from '../control.ts'
import { decimalLimit, numberLimit } from './limit.ts'

/**
 * nowMs - signalMs may be the age limit, or the share of the interval of the data where that is longer;
 * exactly that passes. An exit is let through however late: it still takes risk off.
 */
export const signalAge: Control = {
  id: 'C21',
  code: 'SIGNAL_STALE',
  title: 'signal age',
  meaning:
    'A signal that waited too long no longer speaks of this market: after an outage the backlog brings ' +
    'no new risk.',
  params: [
    {
      name: 'age',
      type: 'duration',
      unit: 'duration',
      default: '2s',
      min: '10ms',
      max: '10m',
      meaning: 'greatest age of a signal',
      looser: 'higher',
    },
    {
      name: 'barShare',
      type: 'decimal',
      unit: 'share of interval',
      default: '0.1',
      min: '0',
      max: '1',
      meaning: 'greatest age of a signal as a share of the interval of candles, where that is longer',
      looser: 'higher',
    },
  ],
  applies: 'riskIncreasing',
  overridable: true,
  latch: null,
  check(_order, facts, params): Breach | null {
    const ageMs = facts.nowMs - facts.signalMs
    const ageMsMax = numberLimit(params, 'age')
    if (ageMs <= ageMsMax) return null
    const barShare = decimalLimit(params, 'barShare')
    const barMs = facts.mark?.intervalMs ?? 0
    if (BigInt(ageMs) * ONE <= BigInt(barMs) * barShare) return null
    const bar = barMs === 0 ? '' : ` or ${formatDecimal(barShare)} of ${formatDuration(barMs)}`
    return {
      reason: 'the signal is too old',
      value: formatDuration(ageMs),
      limit: `${formatDuration(ageMsMax)}${bar}`,
    }
  },
}
