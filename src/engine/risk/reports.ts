import { add, subtract, ZERO_MONEY } from '../../domain/decimal.ts'
import type { Money } from '../../domain/decimal.ts'
import { assert } from '../../domain/errors.ts'
import type { Alert, TradingEvent } from '../../domain/event.ts'
import type { ExecutionReport, Fill } from '../../domain/execution-report.ts'
import type { Instrument } from '../../domain/instrument.ts'
import { isTerminal } from '../../domain/order.ts'
import { applyOrderEvent } from '../order-ledger.ts'
import type { OrderChange } from '../order-ledger.ts'
import { closeOf } from '../performance.ts'
import { applyFill, positionOf } from '../portfolio.ts'
import { cancelIdleProtection, cancelIfWanted } from './cancels.ts'
import type { RiskContext } from './context.ts'
import { haltAccount } from './halt.ts'
import { noteUnprotected, protect, reprotect } from './protection.ts'
import { watch } from './watch.ts'

const NOTHING: readonly TradingEvent[] = []

export type OrderEvent =
  ExecutionReport | Extract<TradingEvent, Readonly<{ kind: 'submitting' | 'abandoned' }>>

/** The venue's word on an order, or execution's: moves the order, the books and what hangs on them. */
export function onOrderEvent(context: RiskContext, event: OrderEvent): readonly TradingEvent[] {
  const { account, activity } = context
  const instrument = context.instruments.get(event.instrument)
  assert(instrument !== undefined, 'risk is fed only instruments of its own')
  const change = applyOrderEvent(account.ledger, event)
  if (event.kind === 'filled') return onFill(context, instrument, event, change)
  if (change === null) return NOTHING
  if (change.after.state !== 'unknown') context.doubts.inDoubt.delete(event.clientOrderId)
  const outputs: TradingEvent[] = []
  if (event.kind === 'accepted' || event.kind === 'rejected') {
    activity.instrument(event.instrument).onOutcome(account.nowMs, event.kind === 'rejected')
  }
  if (isTerminal(change.after.state)) outputs.push(...onEnded(context, instrument, change))
  outputs.push(...cancelIfWanted(context, change.after))
  if (event.kind === 'rejected') outputs.push(...watch(context, change.after.request))
  return outputs
}

function onFill(
  context: RiskContext,
  instrument: Instrument,
  fill: Fill,
  change: OrderChange | null,
): readonly TradingEvent[] {
  const { account, activity } = context
  const before = positionOf(account.portfolio, instrument.id)
  if (!applyFill(account.portfolio, instrument, fill)) return NOTHING
  if (change === null) return lateEvidence(context, fill)
  const { request } = change.after
  context.doubts.inDoubt.delete(request.clientOrderId)
  activity.instrument(instrument.id).onFill(request, fill)
  const outputs: TradingEvent[] = []
  if (request.purpose === 'entry') {
    noteUnprotected(context, instrument, { request, fill })
    if (request.timeInForce === 'gtc') outputs.push(...protect(context, instrument, change.after))
  } else {
    const after = positionOf(account.portfolio, instrument.id)
    const close = closeOf(request.strategy, before, after)
    if (close !== null) context.closes.add(close)
    const fee = fill.feeAsset === instrument.quote ? (fill.fee as Money) : ZERO_MONEY
    const pnl = subtract(after.realizedPnl, add(before.realizedPnl, fee))
    context.closingPnl.set(request.clientOrderId, (context.closingPnl.get(request.clientOrderId) ?? 0n) + pnl)
  }
  if (isTerminal(change.after.state)) outputs.push(...onEnded(context, instrument, change))
  outputs.push(...cancelIfWanted(context, change.after))
  outputs.push(...cancelIdleProtection(context, instrument.id, request.group))
  outputs.push(...watch(context, request))
  return outputs
}

/** A fill of no open order: booked, since it is ours, and the account halts until a person has looked. */
function lateEvidence(context: RiskContext, fill: Fill): readonly TradingEvent[] {
  const message = `fill ${fill.tradeId} is of order ${fill.clientOrderId}, which is not open`
  const alert: Alert = {
    kind: 'alert',
    eventMs: context.account.nowMs,
    level: 'critical',
    code: 'LATE_EVIDENCE',
    scope: `account:${context.account.id}`,
    message: `${message}; it is booked`,
  }
  return [alert, ...haltAccount(context, 'LATE_EVIDENCE', message)]
}

/** The order has ended: protect what it bought, remember what it won, and forget it. */
function onEnded(context: RiskContext, instrument: Instrument, change: OrderChange): readonly TradingEvent[] {
  const { request } = change.after
  const pnl = context.closingPnl.get(request.clientOrderId)
  if (pnl !== undefined) {
    context.closingPnl.delete(request.clientOrderId)
    context.activity.onClosed(request, pnl as Money)
  }
  const outputs =
    request.purpose === 'entry'
      ? protect(context, instrument, change.after)
      : reprotect(context, instrument, change)
  context.entrySignals.delete(request.clientOrderId)
  context.unprotected.delete(request.clientOrderId)
  return outputs
}
