import { notional } from '../../domain/decimal.ts'
import type { Quantity } from '../../domain/decimal.ts'
import type { Alert, TradingEvent } from '../../domain/event.ts'
import type { Fill } from '../../domain/execution-report.ts'
import { checkFilters } from '../../domain/instrument.ts'
import type { Instrument } from '../../domain/instrument.ts'
import { isTerminal } from '../../domain/order.ts'
import type { OrderRequest } from '../../domain/order.ts'
import type { OrderRecord } from '../order-ledger.ts'
import { positionOf } from '../portfolio.ts'
import { approve } from './approval.ts'
import type { RiskContext } from './context.ts'
import { deniedOf, judgeOrder } from './judge.ts'
import { protectiveOrders } from './orders.ts'

/** Remembers that an entry's fill is not protected yet. */
export function noteUnprotected(context: RiskContext, request: OrderRequest, fill: Fill): void {
  const signal = context.entrySignals.get(request.clientOrderId)
  if (signal === undefined) return
  const noted = context.unprotected.get(request.clientOrderId)
  context.unprotected.set(request.clientOrderId, {
    signal,
    quantity: (noted?.quantity ?? 0n) + fill.quantity,
    value: (noted?.value ?? 0n) + notional(fill.price, fill.quantity),
  })
}

/**
 * Places stop-loss and take-profit for what an entry has filled and nothing protects yet. A part too small for the
 * venue waits for the next fill; at the order's end it is told of instead.
 */
export function protect(
  context: RiskContext,
  instrument: Instrument,
  record: OrderRecord,
): readonly TradingEvent[] {
  const { request } = record
  const noted = context.unprotected.get(request.clientOrderId)
  if (noted === undefined) return []
  const quantity = noted.quantity as Quantity
  const held = positionOf(context.account.portfolio, instrument.id).quantity
  const tooSmall =
    checkFilters(instrument, { quantity, prices: [], reference: request.decisionPrice }) !== null
  if (held === 0n || (tooSmall && !isTerminal(record.state))) {
    return []
  }
  context.unprotected.delete(request.clientOrderId)
  const part = Number(record.filled === quantity ? 0n : record.filled / instrument.lotSize)
  const orders = protectiveOrders(context, instrument, {
    request,
    ...noted,
    quantity,
    part,
  })
  return orders.flatMap((order) => protectOrTell(context, order))
}

function protectOrTell(context: RiskContext, order: OrderRequest): readonly TradingEvent[] {
  const { nowMs } = context.account
  const verdict = judgeOrder(context, order, { signalMs: nowMs, overridden: false })
  if (verdict === null) return [approve(context, order)]
  const alert: Alert = {
    kind: 'alert',
    eventMs: nowMs,
    level: 'critical',
    code: 'UNPROTECTED',
    scope: `instrument:${order.instrument}`,
    message: `the ${order.purpose} of ${order.slot} was denied by ${verdict.control.id}: the position is without it`,
  }
  return [deniedOf(order, verdict, nowMs), alert]
}
