import { divideHalfEven, notional, ONE } from '../../domain/decimal.ts'
import type { Price, Quantity } from '../../domain/decimal.ts'
import type { Alert, TradingEvent } from '../../domain/event.ts'
import type { Fill } from '../../domain/execution-report.ts'
import { checkFilters, conformQuantity } from '../../domain/instrument.ts'
import type { Instrument } from '../../domain/instrument.ts'
import { isTerminal } from '../../domain/order.ts'
import type { OrderRequest } from '../../domain/order.ts'
import { clientOrderIdOf } from '../client-order-id.ts'
import { leavesOf } from '../order-ledger.ts'
import type { OrderChange, OrderRecord } from '../order-ledger.ts'
import { approve } from './approval.ts'
import { isClosed } from './context.ts'
import type { RiskContext } from './context.ts'
import { deniedOf, judgeOrder } from './judge.ts'
import { protectiveOrders } from './orders.ts'

/** Remembers that an entry's fill is not protected yet. */
export function noteUnprotected(
  context: RiskContext,
  { base }: Instrument,
  { request, fill }: Readonly<{ request: OrderRequest; fill: Fill }>,
): void {
  const signal = context.entrySignals.get(request.clientOrderId)
  if (signal === undefined) return
  const noted = context.unprotected.get(request.clientOrderId)
  context.unprotected.set(request.clientOrderId, {
    signal,
    quantity: (noted?.quantity ?? 0n) + fill.quantity,
    value: (noted?.value ?? 0n) + notional(fill.price, fill.quantity),
    feeBase: (noted?.feeBase ?? 0n) + (fill.feeAsset === base ? fill.fee : 0n),
  })
}

/**
 * Places stop-loss and take-profit for what an entry has filled and nothing protects yet. A part too small
 * for the venue waits for the next fill; at the order's end it is told of instead.
 */
export function protect(
  context: RiskContext,
  instrument: Instrument,
  record: OrderRecord,
): readonly TradingEvent[] {
  const { request } = record
  const noted = context.unprotected.get(request.clientOrderId)
  if (noted === undefined) return []
  // What went as a fee is not held, and what is below a lot cannot be sold.
  const quantity = conformQuantity(instrument, (noted.quantity - noted.feeBase) as Quantity)
  const tooSmall =
    checkFilters(instrument, { quantity, prices: [], reference: request.decisionPrice }) !== null
  if (isClosed(context, instrument.id) || (tooSmall && !isTerminal(record.state))) return []
  context.unprotected.delete(request.clientOrderId)
  const part = Number(record.filled === noted.quantity ? 0n : record.filled / instrument.lotSize)
  const paid = divideHalfEven(noted.value * ONE, noted.quantity) as Price
  const entry = { request, signal: noted.signal, quantity, paid, part }
  const orders = protectiveOrders(context, instrument, entry)
  return orders.flatMap((order) => protectOrTell(context, order))
}

/** A stop-loss that ends without having done its work is placed again at most this often. */
const AGAIN_MAX = 5
const AGAIN = '/again.'

/**
 * A protective order has ended on its own: when the rest of a part-filled take-profit is left without its
 * stop, the stop is placed anew; when a stop ran out of market, its rest goes out again. Each is a new order
 * with a new slot.
 */
export function reprotect(
  context: RiskContext,
  instrument: Instrument,
  { before, after }: OrderChange,
): readonly TradingEvent[] {
  const { request, state } = after
  const isFlat = isClosed(context, instrument.id)
  if (request.purpose !== 'stopLoss' || state === 'filled' || before.state === 'cancelPending' || isFlat)
    return []
  const sibling = [...context.account.ledger.values()].find(
    (record) => record.request.group === request.group,
  )
  if (state === 'canceled' && sibling === undefined) return []
  const [slotFirst, count = '0'] = request.slot.split(AGAIN)
  const next = Number(count) + 1
  if (state === 'rejected' || next > AGAIN_MAX) return [unprotected(context, request, `it ended ${state}`)]
  const quantity = state === 'canceled' && sibling !== undefined ? leavesOf(sibling) : leavesOf(after)
  const slot = `${slotFirst}${AGAIN}${next}`
  const again = { ...request, slot, quantity, clientOrderId: clientOrderIdOf(slot, context.config.digest) }
  const decided = { ...again, decidedMs: context.account.nowMs }
  if (state === 'canceled') return protectOrTell(context, decided)
  // Its trigger has been passed already: what is left goes out as a market order.
  const decisionPrice = context.account.marks.get(instrument.id)?.price ?? request.decisionPrice
  return protectOrTell(context, {
    ...decided,
    type: 'market',
    stopPrice: null,
    timeInForce: 'ioc',
    decisionPrice,
  })
}

function protectOrTell(context: RiskContext, order: OrderRequest): readonly TradingEvent[] {
  const { nowMs } = context.account
  const verdict = judgeOrder(context, order, { signalMs: nowMs, overridden: false })
  if (verdict === null) return [approve(context, order)]
  const alert = unprotected(context, order, `it was denied by ${verdict.control.id}`)
  return [deniedOf(order, verdict, nowMs), alert]
}

const unprotected = (context: RiskContext, order: OrderRequest, why: string): Alert => ({
  kind: 'alert',
  eventMs: context.account.nowMs,
  level: 'critical',
  code: 'UNPROTECTED',
  scope: `instrument:${order.instrument}`,
  message: `the position is without the ${order.purpose} of ${order.slot}: ${why}`,
})
