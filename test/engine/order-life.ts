import { quantity } from '../../src/domain/decimal.ts'
import type { TradingEvent } from '../../src/domain/event.ts'
import { order } from './controls/facts.ts'
import { fillOf } from './tally-events.ts'

/** The order that the events below are of. */
export const request = order({ quantity: quantity('3') })
const about = {
  clientOrderId: request.clientOrderId,
  account: request.account,
  instrument: request.instrument,
  eventMs: request.decidedMs,
}

export const approved = {
  kind: 'approved',
  eventMs: request.decidedMs,
  order: request,
} as const satisfies TradingEvent
export const submitting = { kind: 'submitting', ...about } as const satisfies TradingEvent
export const abandoned = { kind: 'abandoned', ...about, reason: 'too old' } as const satisfies TradingEvent
export const accepted = { kind: 'accepted', ...about, venueOrderId: 'v1' } as const satisfies TradingEvent
export const rejected = { kind: 'rejected', ...about, reason: 'no' } as const satisfies TradingEvent
export const unknown = { kind: 'unknown', ...about, reason: 'no answer' } as const satisfies TradingEvent
export const cancelRequested = {
  kind: 'cancelRequested',
  ...about,
  reason: 'old',
} as const satisfies TradingEvent
export const canceled = { kind: 'canceled', ...about, reason: 'asked' } as const satisfies TradingEvent
export const expired = { kind: 'expired', ...about, reason: 'ioc' } as const satisfies TradingEvent
export const notPlaced = {
  kind: 'notPlaced',
  ...about,
  reason: 'the venue has no such order',
} as const satisfies TradingEvent
export const filled = (amount: string, id = amount): TradingEvent => ({
  ...fillOf({ atMs: 1, side: 'buy', price: '100', quantity: amount, id }),
  clientOrderId: request.clientOrderId,
})
