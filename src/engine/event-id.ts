import type { TradingEvent } from '../domain/event.ts'

/** The id of an event that must be on the log once at most; null where each is its own. */
export function eventIdOf(event: TradingEvent): string | null {
  switch (event.kind) {
    case 'signal':
      return `signal/${event.slot}`
    case 'approved':
      return `approved/${event.order.clientOrderId}`
    case 'submitting':
    case 'abandoned':
    case 'accepted':
    case 'rejected':
    case 'canceled':
    case 'expired':
    case 'unknown':
    case 'notPlaced':
      return `${event.kind}/${event.clientOrderId}`
    case 'filled':
      return `filled/${event.account}/${event.instrument}/${event.tradeId}`
    case 'command':
      return `command/${event.id}`
    case 'mark':
    case 'denied':
    case 'cancelRequested':
    case 'discrepancy':
    case 'alert':
      return null
    default:
      return event satisfies never
  }
}

/** Events that no second hearing can excuse: the writer's memory is wrong. */
export const isOnceOnly = (event: TradingEvent): boolean =>
  event.kind === 'approved' || event.kind === 'submitting'
