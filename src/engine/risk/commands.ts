import type { Alert, Command, TradingEvent } from '../../domain/event.ts'
import { formatDuration, formatParam, parseParam } from '../../domain/param.ts'
import { opposite } from '../../domain/market.ts'
import { limitSpecOf } from '../controls.ts'
import { limitChangeBreach } from '../controls/limit-change.ts'
import { override, overrideBreach } from '../controls/override.ts'
import { applyStateCommand, scopesOf } from '../trading-state.ts'
import { approve } from './approval.ts'
import { rebaseEquity } from './account.ts'
import { cancelInScope } from './cancels.ts'
import { limitsOf } from './context.ts'
import type { RiskContext } from './context.ts'
import { deniedOf, judgeOrder } from './judge.ts'
import { exitOrder } from './orders.ts'
import { onSignal } from './signals.ts'

/** Carries out a person's (or risk's own) command. What is refused is told as an alert. */
export function applyCommand(context: RiskContext, command: Command): readonly TradingEvent[] {
  applyStateCommand(context.states, command)
  switch (command.action) {
    case 'halt':
    case 'reduceOnly':
      return []
    case 'resume':
      // A person has looked at the loss that halted it (C15): from here it is measured anew, or it would halt
      // again.
      rebaseEquity(context.account)
      context.doubts.unexplained = ''
      return []
    case 'haltCancel':
      return cancelInScope(context, command.scope, `halted: ${command.reason}`)
    case 'flatten':
      return [
        ...cancelInScope(context, command.scope, `flatten: ${command.reason}`),
        ...flatten(context, command),
      ]
    case 'setLimit':
      return setLimit(context, command)
    case 'override':
      return letThrough(context, command)
    case 'unlatch':
      return unlatch(context, command)
    default:
      return command.action satisfies never
  }
}

/** Closes every position in the scope at the market. */
function flatten(context: RiskContext, command: Command): readonly TradingEvent[] {
  const { account } = context
  const outputs: TradingEvent[] = []
  for (const [id, position] of account.portfolio.positions) {
    const instrument = context.instruments.get(id)
    const mark = account.marks.get(id)
    const isMeant = scopesOf({ account: account.id, strategy: '', instrument: id }).includes(command.scope)
    if (instrument === undefined || mark === undefined || position.quantity === 0n || !isMeant) continue
    const side = opposite(position.quantity > 0n ? 'buy' : 'sell')
    const slot = `flatten/${account.id}/${id}/${command.id}`
    const order = exitOrder(context, instrument, {
      slot,
      strategy: '',
      side,
      price: mark.price,
      purpose: 'flatten',
    })
    if (order === null) continue
    const verdict = judgeOrder(context, order, { signalMs: account.nowMs, overridden: false })
    outputs.push(verdict === null ? approve(context, order) : deniedOf(order, verdict, account.nowMs))
  }
  return outputs
}

/** C30: a limit is loosened by two people, tightened by one at once. */
function setLimit(context: RiskContext, command: Command): readonly TradingEvent[] {
  const entry = limitSpecOf(command.subject)
  if (entry === null) return [refused(context, command, `there is no limit "${command.subject}"`)]
  const { control, spec } = entry
  const values = limitsOf(context, control)
  const current = values[spec.name] ?? parseParam(control.id, spec, spec.default)
  const breach = limitChangeBreach(command, spec, current)
  if (breach !== null) return [refused(context, command, breach.reason)]
  const value = parseParam(control.id, spec, command.value)
  context.limits.set(control.id, { ...values, [spec.name]: value })
  const change = `${command.subject} ${formatParam(spec, current)} -> ${formatParam(spec, value)}`
  return [
    alertOf(context, command, 'warning', 'LIMIT_CHANGED', `${change} by ${command.actor}: ${command.reason}`),
  ]
}

/** C29: a denied decision is judged again without the controls that two people may override. */
function letThrough(context: RiskContext, command: Command): readonly TradingEvent[] {
  const denied = context.refused.get(command.subject)
  const params = limitsOf(context, override)
  const openMs = params['window'] as number
  if (denied === undefined || context.account.nowMs - denied.eventMs > openMs) {
    return [
      refused(
        context,
        command,
        `no decision ${command.subject} was denied in the last ${formatDuration(openMs)}`,
      ),
    ]
  }
  const breach = overrideBreach(command, context.account.nowMs, params)
  if (breach !== null) return [refused(context, command, breach.reason)]
  context.refused.delete(command.subject)
  const people = `${command.actor} and ${command.approver}`
  return [
    alertOf(context, command, 'warning', 'OVERRIDDEN', `${command.subject} by ${people}: ${command.reason}`),
    ...onSignal(context, denied.signal, true),
  ]
}

/** A person has looked at it: the control judges anew, from nothing. */
function unlatch(context: RiskContext, command: Command): readonly TradingEvent[] {
  const key = `${command.subject}/${command.scope}`
  if (!context.latches.delete(key)) return [refused(context, command, `${key} is not latched`)]
  for (const instrument of context.instruments.keys()) {
    if (command.scope === `instrument:${instrument}`) context.activity.forgiveInstrument(instrument)
  }
  if (command.scope.startsWith('strategy:')) {
    context.activity.forgiveStrategy(command.scope.slice('strategy:'.length))
  }
  return []
}

const refused = (context: RiskContext, command: Command, why: string): Alert =>
  alertOf(context, command, 'warning', 'COMMAND_REFUSED', `${command.action} by ${command.actor}: ${why}`)

const alertOf = (
  context: RiskContext,
  command: Command,
  level: Alert['level'],
  code: string,
  message: string,
): Alert => ({ kind: 'alert', eventMs: context.account.nowMs, level, code, scope: command.scope, message })
