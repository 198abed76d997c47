import { formatDecimal, ONE } from '../../domain/decimal.ts'
import type { Breach, Control } from '../control.ts'
import { decimalLimit, withUnit } from './limit.ts'

/**
 * turnover + this order <= day x equity, and of the last hour <= hourShare x day x equity; exactly that
 * passes. Turnover counts when it is approved (RTS 6 Art 15(2)). Exits count but are not denied.
 */
export const turnover: Control = {
  id: 'C14',
  code: 'TURNOVER',
  title: 'turnover',
  meaning:
    'What was approved over the last day and the last hour is bounded by a multiple of equity: a ' +
    'strategy that trades in a frenzy pays fees until nothing is left.',
  params: [
    {
      name: 'day',
      type: 'decimal',
      unit: 'times equity',
      default: '5',
      min: '0.01',
      max: '1000',
      meaning: 'greatest turnover of a day, as a multiple of equity',
      looser: 'higher',
    },
    {
      name: 'hourShare',
      type: 'decimal',
      unit: 'share of the daily limit',
      default: '0.2',
      min: '0.01',
      max: '1',
      meaning: 'greatest turnover of an hour, as a share of what a day may have',
      looser: 'higher',
    },
  ],
  applies: 'riskIncreasing',
  overridable: true,
  latch: null,
  check(_order, facts, params): Breach | null {
    const { equity, orderValue, turnoverDay, turnoverHour } = facts
    const { quote } = facts.instrument
    const times = decimalLimit(params, 'day')
    const hourShare = decimalLimit(params, 'hourShare')
    const day = turnoverDay + orderValue
    if (equity <= 0n || day * ONE > times * equity) {
      const limit = `${formatDecimal(times)} times ${withUnit(equity, quote)}`
      return { reason: 'the turnover of the day is used up', value: withUnit(day, quote), limit }
    }
    const hour = turnoverHour + orderValue
    if (hour * ONE * ONE <= hourShare * times * equity) return null
    return {
      reason: 'the turnover of the hour is used up',
      value: withUnit(hour, quote),
      limit: `${formatDecimal(hourShare)} of ${formatDecimal(times)} times ${withUnit(equity, quote)}`,
    }
  },
}
