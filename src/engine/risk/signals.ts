import { assert } from '../../domain/errors.ts'
import type { Denied, TradingEvent } from '../../domain/event.ts'
import type { Signal } from '../../domain/signal.ts'
import { decide } from './approval.ts'
import { cancelOpposingEntries } from './cancels.ts'
import type { RiskContext } from './context.ts'
import { entryOrder, exitOrder } from './orders.ts'

/** Answers a signal: an approval or a denial, always. `overridden`: two people vouch for this one decision. */
export function onSignal(context: RiskContext, signal: Signal, overridden = false): readonly TradingEvent[] {
  const instrument = context.instruments.get(signal.instrument)
  assert(instrument !== undefined, 'risk is fed only instruments of its own')
  if (signal.action === 'enter') {
    const order = entryOrder(context, instrument, signal)
    const outputs = decide(context, order, signal, overridden)
    if (context.account.ledger.has(order.clientOrderId)) context.entrySignals.set(order.clientOrderId, signal)
    return outputs
  }
  const order = exitOrder(context, instrument, { ...signal, purpose: 'exit' })
  const cancels = cancelOpposingEntries(context, signal)
  if (order === null) return [...cancels, nothingToExit(context, signal)]
  return [...cancels, ...decide(context, order, signal, overridden)]
}

/** Every signal is answered: an exit without a position is a denial too. */
function nothingToExit(context: RiskContext, signal: Signal): Denied {
  context.activity.onDecided(signal.slot, context.account.nowMs)
  return {
    kind: 'denied',
    slot: signal.slot,
    strategy: signal.strategy,
    instrument: signal.instrument,
    side: signal.side,
    eventMs: context.account.nowMs,
    control: 'sizing',
    code: 'NOTHING_TO_EXIT',
    reason: 'no position is held against this exit, or it is being closed already',
    value: '0',
    limit: '0',
  }
}
