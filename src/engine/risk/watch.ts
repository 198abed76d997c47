import type { Command, TradingEvent } from '../../domain/event.ts'
import { applyCommand } from './commands.ts'
import type { RiskContext } from './context.ts'
import { fallLatch, watchControls } from './judge.ts'
import type { Subject } from './judge.ts'

/** What has happened may make a latch fall or halt the account. */
export function watch(context: RiskContext, subject: Subject): readonly TradingEvent[] {
  const outputs: TradingEvent[] = []
  for (const verdict of watchControls(context, subject)) {
    const { control, breach } = verdict
    const alert = fallLatch(context, verdict, subject)
    if (alert !== null) outputs.push(alert)
    if (breach.halt === true) {
      const reason = `${control.id} ${breach.reason}: ${breach.value}, limit ${breach.limit}`
      outputs.push(...haltAccount(context, control.id, reason))
    }
  }
  return outputs
}

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
  return [command, ...applyCommand(context, command)]
}
