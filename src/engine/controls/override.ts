import type { Command } from '../../domain/event.ts'
import { formatDuration } from '../../domain/param.ts'
import type { ParamValues } from '../../domain/param.ts'
import type { Breach, Control } from '../control.ts'
import { numberLimit } from './limit.ts'
import { approverBreach } from './two-people.ts'

/**
 * Judged when a denied order is to be let through after all, by overrideBreach; no order by itself breaches
 * it.
 */
export const override: Control = {
  id: 'C29',
  code: 'OVERRIDE',
  title: 'override',
  meaning:
    'When enabled, two people may let one denied order through within the window. Never past a state, ' +
    'the venue filters or invalid numbers.',
  params: [
    {
      name: 'enabled',
      type: 'flag',
      unit: '',
      default: 'false',
      min: '',
      max: '',
      meaning: 'whether denials can be overridden at all',
      looser: 'higher',
    },
    {
      name: 'window',
      type: 'duration',
      unit: 'duration',
      default: '60s',
      min: '1s',
      max: '10m',
      meaning: 'how long an override stands before it lapses',
      looser: 'higher',
    },
  ],
  applies: 'all',
  overridable: false,
  latch: null,
  check: () => null,
}

/**
 * Why an override command does not let the order of its slot through now; null when it does, once: the
 * caller uses it up. `params` are the limits of C29. Exactly as old as the window still holds. RTS 6 Art
 * 15(6).
 */
export function overrideBreach(command: Command, nowMs: number, params: ParamValues): Breach | null {
  if (command.action !== 'override') {
    return { reason: 'the command is not an override', value: command.action, limit: 'override' }
  }
  if (params['enabled'] !== true) {
    return { reason: 'overrides are not enabled', value: 'disabled', limit: 'C29.enabled=true' }
  }
  if (command.subject === '') {
    return { reason: 'the override names no decision slot', value: 'none', limit: 'one slot' }
  }
  const window = numberLimit(params, 'window')
  const ageMs = nowMs - command.eventMs
  if (ageMs < 0 || ageMs > window) {
    return {
      reason: 'the override does not stand now',
      value: `${ageMs}ms old`,
      limit: formatDuration(window),
    }
  }
  return approverBreach(command)
}
