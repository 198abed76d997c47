import { assert } from '../../domain/errors.ts'
import type { Denied, TradingEvent } from '../../domain/event.ts'
import type { Signal } from '../../domain/signal.ts'
import { decide } from './approval.ts'
import { cancelOpposingEntries } from './cancels.ts'
import type { RiskContext } from './context.ts'
import { entryOrder, exitOrder } from './orders.ts'

/**
 * Answers a signal: an approval or a denial, always. `overridden`: two people vouch for this one decision.
 */
export function onSignal(context: RiskContext, signal: Signal, overridden = false): readonly TradingEvent[] {
  const instrument = context.instruments.get(signal.instrument)
  assert(instrument !== undefined, 'risk is fed only instruments of its own')
  if (signal.action === 'enter') {
    const standing = context.closes.standingOf(signal.strategy)
    if (standing?.blocked === true && !overridden) {
      return [
        refuse(context, signal, {
          control: 'allocation',
          code: 'UNDERPERFORMING',
          reason: 'the strategy does worse than the median of the others',
          value: (standing.score ?? 0).toFixed(6),
          limit: (standing.peerScore ?? 0).toFixed(6),
        }),
      ]
    }
    const order = entryOrder(context, instrument, signal)
    const outputs = decide(context, order, signal, overridden)
    if (context.account.ledger.has(order.clientOrderId)) context.entrySignals.set(order.clientOrderId, signal)
    return outputs
  }
  const order = exitOrder(context, instrument, { ...signal, purpose: 'exit' })
  const cancels = cancelOpposingEntries(context, signal)
  if (order !== null) return [...cancels, ...decide(context, order, signal, overridden)]
  return [
    ...cancels,
    refuse(context, signal, {
      control: 'sizing',
      code: 'NOTHING_TO_EXIT',
      reason: 'no position is held against this exit, or it is being closed already',
      value: '0',
      limit: '0',
    }),
  ]
}

type Why = Pick<Denied, 'control' | 'code' | 'reason' | 'value' | 'limit'>

/** A denial that comes before there is an order to judge. */
function refuse(context: RiskContext, signal: Signal, why: Why): Denied {
  const { slot, strategy, instrument, side } = signal
  context.activity.onDecided(slot, context.account.nowMs)
  return { kind: 'denied', slot, strategy, instrument, side, eventMs: context.account.nowMs, ...why }
}
