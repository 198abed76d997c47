import type { TradingEvent } from '../../domain/event.ts'
import type { OrderRequest } from '../../domain/order.ts'
import type { Signal } from '../../domain/signal.ts'
import { override } from '../controls/override.ts'
import { applyOrderEvent } from '../order-ledger.ts'
import { restValue } from './activity.ts'
import { limitsOf } from './context.ts'
import type { RiskContext } from './context.ts'
import { haltAccount } from './halt.ts'
import { breachText, deniedOf, fallLatch, judgeOrder } from './judge.ts'

/** Runs the controls over the order a signal stands for: approved and reserved, or denied with the reason. */
export function decide(
  context: RiskContext,
  order: OrderRequest,
  signal: Signal,
  overridden: boolean,
): readonly TradingEvent[] {
  const { nowMs } = context.account
  const verdict = judgeOrder(context, order, { signalMs: signal.eventMs, overridden })
  if (verdict === null) {
    context.refused.delete(signal.slot)
    return [approve(context, order)]
  }
  const outputs: TradingEvent[] = [deniedOf(order, verdict, nowMs)]
  const alert = fallLatch(context, verdict, order)
  if (alert !== null) outputs.push(alert)
  if (verdict.breach.halt === true)
    outputs.push(...haltAccount(context, verdict.control.id, breachText(verdict)))
  context.activity.onDecided(order.slot, nowMs)
  rememberRefused(context, signal)
  return outputs
}

/** A denied decision is kept for as long as it may be overridden (C29), and forgotten then. */
function rememberRefused(context: RiskContext, signal: Signal): void {
  const { nowMs } = context.account
  const openMs = limitsOf(context, override)['window'] as number
  for (const [slot, { eventMs }] of context.refused) {
    if (nowMs - eventMs <= openMs) break
    context.refused.delete(slot)
  }
  context.refused.set(signal.slot, { signal, eventMs: nowMs })
}

/** Approval takes effect at once: the order counts in every limit before anything else is judged. */
export function approve(context: RiskContext, order: OrderRequest): TradingEvent {
  const { account, activity } = context
  const approved = { kind: 'approved', eventMs: account.nowMs, order } as const
  applyOrderEvent(account.ledger, approved)
  activity.onDecided(order.slot, account.nowMs)
  activity.onApproved(order, restValue(order, order.quantity), account.nowMs)
  return approved
}
