import type { CancelRequested } from '../../domain/event.ts'
import type { InstrumentId } from '../../domain/instrument.ts'
import { isProtective } from '../../domain/order.ts'
import type { OrderRequest } from '../../domain/order.ts'
import { applyOrderEvent } from '../order-ledger.ts'
import type { OrderRecord } from '../order-ledger.ts'
import { positionOf } from '../portfolio.ts'
import { scopesOf } from '../trading-state.ts'
import type { RiskContext } from './context.ts'

/** C27: an order that has outlived its time is canceled by its owner. */
export function expireOrders(context: RiskContext): readonly CancelRequested[] {
  const { nowMs } = context.account
  return cancelWhere(
    context,
    'C27 lifetime is over',
    ({ request }) => (request.expiresMs ?? Infinity) <= nowMs,
  )
}

/** Every open order in the scope. */
export const cancelInScope = (
  context: RiskContext,
  scope: string,
  reason: string,
): readonly CancelRequested[] =>
  cancelWhere(context, reason, ({ request }) => scopesOf(request).includes(scope))

/**
 * A flat position needs no protection: its protective orders go, but for the group that the venue ends
 * itself.
 */
export function cancelIdleProtection(
  context: RiskContext,
  instrument: InstrumentId,
  group: string | null,
): readonly CancelRequested[] {
  if (positionOf(context.account.portfolio, instrument).quantity !== 0n) return []
  return cancelWhere(
    context,
    'the position is closed',
    ({ request }) =>
      request.instrument === instrument && isProtective(request.purpose) && request.group !== group,
  )
}

/** Our own resting entries that an exit would meet: they go first, or the exit would be denied by C20. */
export const cancelOpposingEntries = (
  context: RiskContext,
  { instrument, side }: Pick<OrderRequest, 'instrument' | 'side'>,
): readonly CancelRequested[] =>
  cancelWhere(
    context,
    'the position is being closed',
    ({ request }) =>
      request.instrument === instrument && request.purpose === 'entry' && request.side !== side,
  )

function cancelWhere(
  context: RiskContext,
  reason: string,
  isMeant: (record: OrderRecord) => boolean,
): readonly CancelRequested[] {
  const requests: CancelRequested[] = []
  for (const record of context.account.ledger.values()) {
    const request = isMeant(record) ? requestCancel(context, record, reason) : null
    if (request !== null) requests.push(request)
  }
  return requests
}

/** Asks for a cancel where the order can still be canceled and has not been asked for before. */
function requestCancel(context: RiskContext, record: OrderRecord, reason: string): CancelRequested | null {
  const { clientOrderId, account, instrument } = record.request
  const request: CancelRequested = {
    kind: 'cancelRequested',
    clientOrderId,
    account,
    instrument,
    eventMs: context.account.nowMs,
    reason,
  }
  return applyOrderEvent(context.account.ledger, request) === null ? null : request
}
