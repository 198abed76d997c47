import { formatDecimal, ONE } from '../../domain/decimal.ts'
import { formatDuration } from '../../domain/param.ts'
import type { ParamValues } from '../../domain/param.ts'
import type { Breach, Control, WatchFacts } from '../control.ts'
import { decimalLimit, exceedsShare, isWithin, numberLimit } from './limit.ts'

/**
 * The rejection that makes as many as the limit within the window latches; one exactly as old as the window
 * no longer counts. Of the last outcomes exactly the share may be rejections. Exits are let through: an
 * account that the venue refuses must still be able to try and leave, and C04 keeps it from trying the same
 * twice a second.
 */
export const rejectStorm: Control = {
  id: 'C17',
  code: 'REJECT_STORM',
  title: 'reject storm',
  meaning:
    'An instrument whose orders the venue rejects too often is stopped for new risk until a person has ' +
    'looked: what is wrong will not get better by repeating it.',
  params: [
    {
      name: 'rejects',
      type: 'integer',
      unit: 'rejections',
      default: '5',
      min: '1',
      max: '100000',
      meaning: 'rejections within the window that stop the instrument',
      looser: 'higher',
    },
    {
      name: 'window',
      type: 'duration',
      unit: 'duration',
      default: '60s',
      min: '1s',
      max: '10m',
      meaning: 'time over which rejections are counted',
      looser: 'lower',
    },
    {
      name: 'share',
      type: 'decimal',
      unit: 'share of outcomes',
      default: '0.3',
      min: '0.01',
      max: '1',
      meaning: 'greatest share of rejections among the last twenty outcomes',
      looser: 'higher',
    },
    {
      name: 'outcomesMin',
      type: 'integer',
      unit: 'outcomes',
      default: '10',
      min: '1',
      max: '20',
      meaning: 'outcomes that must be known before their share is judged',
      looser: 'higher',
    },
  ],
  applies: 'riskIncreasing',
  overridable: true,
  latch: 'instrument',
  check: (_order, facts, params) => stormBreach(facts, params),
  watch: stormBreach,
}

function stormBreach(facts: WatchFacts, params: ParamValues): Breach | null {
  const rejects = numberLimit(params, 'rejects')
  const window = numberLimit(params, 'window')
  const count = facts.rejectsMs.filter((eventMs) => isWithin(eventMs, facts.nowMs, window)).length
  if (count >= rejects) {
    return {
      reason: 'the venue rejects order after order',
      value: `${count} rejections`,
      limit: `fewer than ${rejects} in ${formatDuration(window)}`,
    }
  }
  const known = facts.outcomes.length
  if (known < numberLimit(params, 'outcomesMin')) return null
  const rejected = facts.outcomes.filter((isRejected) => isRejected).length
  const share = decimalLimit(params, 'share')
  if (!exceedsShare(BigInt(rejected) * ONE, BigInt(known) * ONE, share)) return null
  return {
    reason: 'the venue rejects too large a share of the orders',
    value: `${rejected} of ${known}`,
    limit: formatDecimal(share),
  }
}
