import type { ParamValues } from '../../domain/param.ts'
import type { Breach, Control, RiskFacts } from '../control.ts'
import { isWithin, numberLimit } from './limit.ts'

/**
 * Every approval is one message to the venue, protective orders included. What only reduces a position
 * passes, and cancels are never held back.
 */
export const messageRate: Control = {
  id: 'C11',
  code: 'MESSAGE_RATE',
  title: 'message rate',
  meaning:
    'New risk waits while the account sends orders faster than the limits: the venue bans whoever floods it, ' +
    'and then nothing could be canceled.',
  params: [
    {
      name: 'second',
      type: 'integer',
      unit: 'orders',
      default: '5',
      min: '1',
      max: '100000',
      meaning: 'orders of the account within a second',
      looser: 'higher',
    },
    {
      name: 'minute',
      type: 'integer',
      unit: 'orders',
      default: '100',
      min: '1',
      max: '1000000',
      meaning: 'orders of the account within a minute',
      looser: 'higher',
    },
  ],
  applies: 'riskIncreasing',
  overridable: true,
  latch: null,
  check: (_order, facts, params) =>
    rateBreach(facts, params, 'second', 1_000) ?? rateBreach(facts, params, 'minute', 60_000),
}

function rateBreach(
  { approvals, nowMs }: RiskFacts,
  params: ParamValues,
  name: 'second' | 'minute',
  windowMs: number,
): Breach | null {
  const limit = numberLimit(params, name)
  let count = 0
  for (let index = approvals.length - 1; index >= 0; index--) {
    if (!isWithin(approvals[index]?.eventMs ?? 0, nowMs, windowMs)) break
    count += 1
  }
  return count < limit
    ? null
    : {
        reason: `too many orders within a ${name}`,
        value: `${count} orders`,
        limit: `fewer than ${limit} a ${name}`,
      }
}
