import type { CancelRequested } from '../../domain/event.ts'
import type { InstrumentId } from '../../domain/instrument.ts'
import { isProtective, isTerminal } from '../../domain/order.ts'
import type { OrderRequest } from '../../domain/order.ts'
import { applyOrderEvent } from '../order-ledger.ts'
import type { OrderRecord } from '../order-ledger.ts'
import { scopesOf } from '../trading-state.ts'
import { isClosed } from './context.ts'
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
  if (!isClosed(context, instrument)) return []
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

/** After each move of an order: the cancel that had to wait for the venue to have it. */
export function cancelIfWanted(context: RiskContext, record: OrderRecord): readonly CancelRequested[] {
  const { clientOrderId } = record.request
  const reason = context.cancelsWanted.get(clientOrderId)
  if (reason === undefined) return []
  const request = isTerminal(record.state) ? null : requestCancel(context, record, reason)
  if (request !== null || isTerminal(record.state)) context.cancelsWanted.delete(clientOrderId)
  return request === null ? [] : [request]
}

function cancelWhere(
  context: RiskContext,
  reason: string,
  isMeant: (record: OrderRecord) => boolean,
): readonly CancelRequested[] {
  const requests: CancelRequested[] = []
  for (const record of context.account.ledger.values()) {
    if (!isMeant(record)) continue
    const request = requestCancel(context, record, reason)
    if (request !== null) requests.push(request)
    // What is on its way cannot be canceled: it is as soon as the venue has it.
    else if (record.state !== 'cancelPending') context.cancelsWanted.set(record.request.clientOrderId, reason)
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
