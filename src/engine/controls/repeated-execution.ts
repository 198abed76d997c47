import { formatDuration } from '../../domain/param.ts'
import type { ParamValues } from '../../domain/param.ts'
import type { Breach, Control, WatchFacts } from '../control.ts'
import { isWithin, numberLimit } from './limit.ts'

/**
 * As many entries as the limit pass within the window, the next one latches; an entry exactly as old as the
 * window no longer counts. The loss that makes the row as long as the limit latches. No timer lifts it: RTS
 * 6 Art 15(3).
 */
export const repeatedExecution: Control = {
  id: 'C16',
  code: 'REPEATED_EXECUTION',
  title: 'repeated execution',
  meaning:
    'A strategy that enters an instrument too often within the window, or loses too many times in a row, ' +
    'is stopped until a person lets it go on.',
  params: [
    {
      name: 'entriesMax',
      type: 'integer',
      unit: 'entries',
      default: '10',
      min: '1',
      max: '100000',
      meaning: 'entries of one strategy in one instrument that may be approved within the window',
      looser: 'higher',
    },
    {
      name: 'window',
      type: 'duration',
      unit: 'duration',
      default: '10m',
      min: '1s',
      max: '10m',
      meaning: 'time over which entries are counted',
      looser: 'lower',
    },
    {
      name: 'losses',
      type: 'integer',
      unit: 'losing closes',
      default: '4',
      min: '1',
      max: '100000',
      meaning: 'losing closes in a row that stop the strategy',
      looser: 'higher',
    },
  ],
  applies: 'riskIncreasing',
  overridable: true,
  latch: 'strategy',
  check(order, facts, params): Breach | null {
    const window = numberLimit(params, 'window')
    const entriesMax = numberLimit(params, 'entriesMax')
    const before = facts.approvals.filter(
      (approval) =>
        approval.purpose === 'entry' &&
        approval.strategy === order.strategy &&
        approval.instrument === order.instrument &&
        isWithin(approval.eventMs, facts.nowMs, window),
    )
    const entries = before.length + 1
    if (entries <= entriesMax) return lossesBreach(facts, params)
    return {
      reason: 'the strategy enters too often',
      value: `${entries} entries`,
      limit: `${entriesMax} in ${formatDuration(window)}`,
    }
  },
  watch: lossesBreach,
}

function lossesBreach(facts: WatchFacts, params: ParamValues): Breach | null {
  const losses = numberLimit(params, 'losses')
  if (facts.lossesInRow < losses) return null
  return {
    reason: 'the strategy lost too many times in a row',
    value: `${facts.lossesInRow} losses`,
    limit: `fewer than ${losses}`,
  }
}
