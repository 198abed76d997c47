import type { Command, TradingEvent } from '../../domain/event.ts'
import { applyStateCommand } from '../trading-state.ts'
import { cancelInScope } from './cancels.ts'
import type { RiskContext } from './context.ts'

/** Risk's own command to halt the account and cancel what is open; nothing when it is halted already. */
export function haltAccount(context: RiskContext, cause: string, reason: string): readonly TradingEvent[] {
  const { id, nowMs } = context.account
  const scope = `account:${id}`
  if (context.states.get(scope) === 'halted') return []
  const command: Command = {
    kind: 'command',
    id: `${cause}/${id}/${nowMs}`,
    eventMs: nowMs,
    action: 'haltCancel',
    scope,
    actor: 'risk',
    approver: '',
    reason,
    subject: cause,
    value: '',
  }
  applyStateCommand(context.states, command)
  return [command, ...cancelInScope(context, scope, `halted: ${reason}`)]
}
