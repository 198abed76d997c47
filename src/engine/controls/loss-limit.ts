import { formatDecimal } from '../../domain/decimal.ts'
import { formatDuration } from '../../domain/param.ts'
import type { ParamValues } from '../../domain/param.ts'
import type { Breach, Control, WatchFacts } from '../control.ts'
import { decimalLimit, exceedsShare, numberLimit, withUnit } from './limit.ts'
import { priceMissing } from './order-price.ts'

/**
 * Losses are of equity at the mark: realized, unrealized and fees. A loss of exactly the limit passes.
 * While the loss of the UTC day is beyond the first limit new risk is denied; beyond the others the account
 * is to be halted. Equity at an old mark is not known, so it denies new risk as a loss would; what is
 * missing from the tape after a gap is the matter of C18.
 */
export const lossLimit: Control = {
  id: 'C15',
  code: 'LOSS_LIMIT',
  title: 'daily loss and drawdown',
  meaning:
    'A loss of the day beyond the first limit denies new risk; a greater one, or a fall of equity from ' +
    'its peak beyond the drawdown limit, halts the account. An old mark denies new risk too.',
  params: [
    lossParam(
      'dayLoss',
      '0.02',
      'loss of the UTC day beyond which new risk is denied',
      'share of the day start',
    ),
    lossParam(
      'dayLossHalt',
      '0.03',
      'loss of the UTC day beyond which all trading halts',
      'share of the day start',
    ),
    lossParam(
      'drawdownHalt',
      '0.08',
      'fall from the highest equity beyond which all trading halts',
      'share of peak',
    ),
    {
      name: 'markAge',
      type: 'duration',
      unit: 'duration',
      default: '5s',
      min: '100ms',
      max: '1h',
      meaning: 'age of the mark up to which equity counts as known; never less than the interval of the data',
      looser: 'higher',
    },
  ],
  applies: 'riskIncreasing',
  overridable: true,
  latch: null,
  check(_order, facts, params): Breach | null {
    const { mark, equity, equityDayStart } = facts
    if (mark === null) return priceMissing
    const ageMs = facts.nowMs - mark.eventMs
    const ageMsMax = Math.max(numberLimit(params, 'markAge'), mark.intervalMs)
    if (ageMs > ageMsMax) {
      return {
        reason: 'equity is not known: the mark is old',
        value: formatDuration(ageMs),
        limit: formatDuration(ageMsMax),
      }
    }
    const halt = haltBreach(facts, params)
    if (halt !== null) return halt
    const dayLoss = decimalLimit(params, 'dayLoss')
    if (equityDayStart > 0n && !exceedsShare(equityDayStart - equity, equityDayStart, dayLoss)) return null
    return lossBreach('the loss of the day is beyond its limit', facts, equityDayStart, dayLoss)
  },
  watch: (facts, params) => (facts.mark === null ? null : haltBreach(facts, params)),
}

function lossParam(name: string, share: string, meaning: string, unit: string): Control['params'][number] {
  return { name, type: 'decimal', unit, default: share, min: '0.0001', max: '1', meaning, looser: 'higher' }
}

function haltBreach(facts: WatchFacts, params: ParamValues): Breach | null {
  const { equity, equityDayStart, equityPeak } = facts
  const dayLossHalt = decimalLimit(params, 'dayLossHalt')
  if (exceedsShare(equityDayStart - equity, equityDayStart, dayLossHalt)) {
    const breach = lossBreach('the loss of the day halts trading', facts, equityDayStart, dayLossHalt)
    return { ...breach, halt: true }
  }
  const drawdownHalt = decimalLimit(params, 'drawdownHalt')
  if (exceedsShare(equityPeak - equity, equityPeak, drawdownHalt)) {
    const breach = lossBreach('the fall from the peak halts trading', facts, equityPeak, drawdownHalt)
    return { ...breach, halt: true }
  }
  return null
}

function lossBreach(reason: string, facts: WatchFacts, from: bigint, share: bigint): Breach {
  const { quote } = facts.instrument
  return {
    reason,
    value: withUnit(facts.equity - from, quote),
    limit: `${formatDecimal(-share)} of ${withUnit(from, quote)}`,
  }
}
