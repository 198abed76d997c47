import { CdbError } from '../../domain/errors.ts'
import type { Command } from '../../domain/event.ts'
import { formatParam, parseParam } from '../../domain/param.ts'
import type { ParamValue } from '../../domain/param.ts'
import type { Breach, Control, LimitSpec } from '../control.ts'
import { actorBreach, approverBreach } from './two-people.ts'

/** Judged when a limit is changed, by limitChangeBreach; no order by itself breaches it. */
export const limitChange: Control = {
  id: 'C30',
  code: 'LIMIT_CHANGE',
  title: 'limit change',
  meaning:
    'A limit is tightened by one person at once and loosened only by two, within its bounds; each change ' +
    'is on the log with who, why, old and new.',
  params: [],
  applies: 'all',
  overridable: false,
  latch: null,
  check: () => null,
}

/**
 * Why a setLimit command may not change the limit from its current value; null when it may. The value must
 * parse and be within the bounds of the spec; setting what is set already loosens nothing.
 */
export function limitChangeBreach(command: Command, spec: LimitSpec, current: ParamValue): Breach | null {
  if (command.action !== 'setLimit') {
    return { reason: 'the command is not a change of a limit', value: command.action, limit: 'setLimit' }
  }
  const wanted = readLimit(command, spec)
  if (wanted instanceof CdbError) {
    return { reason: wanted.message, value: command.value.slice(0, 60), limit: wanted.mend }
  }
  const isLooser = spec.looser === 'higher' ? wanted > current : wanted < current
  if (!isLooser) return actorBreach(command)
  const breach = approverBreach(command)
  if (breach === null) return null
  const change = `${formatParam(spec, current)} to ${formatParam(spec, wanted)}`
  return { ...breach, reason: `${breach.reason}: ${command.subject} from ${change} is looser` }
}

/** A person's slip of the pen is an answer to give them, not the end of the process. */
function readLimit(command: Command, spec: LimitSpec): ParamValue | CdbError {
  try {
    return parseParam(command.subject, spec, command.value)
  } catch (error) {
    if (error instanceof CdbError) return error
    throw error
  }
}
