import { formatDecimal } from '../../domain/decimal.ts'
import { formatDuration } from '../../domain/param.ts'
import type { ParamValues } from '../../domain/param.ts'
import type { Breach, Control, WatchFacts } from '../control.ts'
import { decimalLimit, isWithin, numberLimit } from './limit.ts'

/**
 * A fill worse than its decision price by exactly the share is not bad yet. The bad fill that makes as many
 * as the limit within the window latches; one exactly as old as the window no longer counts.
 */
export const slippage: Control = {
  id: 'C22',
  code: 'SLIPPAGE',
  title: 'slippage breaker',
  meaning:
    'An instrument whose fills come out far worse than decided is stopped for new risk until a person ' +
    'has looked: the prices that decisions are made by are not those that can be had.',
  params: [
    {
      name: 'share',
      type: 'decimal',
      unit: 'share of decision price',
      default: '0.01',
      min: '0.0001',
      max: '1',
      meaning: 'slippage of a fill beyond which it counts as bad',
      looser: 'higher',
    },
    {
      name: 'fills',
      type: 'integer',
      unit: 'fills',
      default: '2',
      min: '1',
      max: '1000',
      meaning: 'bad fills within the window that stop the instrument',
      looser: 'higher',
    },
    {
      name: 'window',
      type: 'duration',
      unit: 'duration',
      default: '10m',
      min: '1s',
      max: '10m',
      meaning: 'time over which bad fills are counted',
      looser: 'lower',
    },
  ],
  applies: 'riskIncreasing',
  overridable: true,
  latch: 'instrument',
  check: (_order, facts, params) => slippageBreach(facts, params),
  watch: slippageBreach,
}

function slippageBreach(facts: WatchFacts, params: ParamValues): Breach | null {
  const share = decimalLimit(params, 'share')
  const window = numberLimit(params, 'window')
  const fills = numberLimit(params, 'fills')
  const bad = facts.slippages.filter(
    (fill) => fill.share > share && isWithin(fill.eventMs, facts.nowMs, window),
  )
  if (bad.length < fills) return null
  return {
    reason: 'fills come out far worse than decided',
    value: `${bad.length} fills worse than ${formatDecimal(share)}`,
    limit: `fewer than ${fills} in ${formatDuration(window)}`,
  }
}
