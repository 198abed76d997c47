import { formatDecimal } from '../domain/decimal.ts'
import type { TradingEvent } from '../domain/event.ts'

export type LineColor = 'cyan' | 'red' | 'blue' | 'green' | 'yellow' | 'gray'

/** A log entry as one line for people. */
export type EntryLine = Readonly<{ text: string; color: LineColor }>

/** `12:00:01.250` in UTC. */
export const clockText = (atMs: number): string => new Date(atMs).toISOString().slice(11, 23)

/** null for entries that people do not read one by one. */
export function entryLine(event: TradingEvent): EntryLine | null {
  const line = (color: LineColor, word: string, text: string): EntryLine => ({
    color,
    text: `${clockText(event.eventMs)} ${word.padEnd(8)} ${text}`,
  })
  switch (event.kind) {
    case 'signal':
      return line(
        'cyan',
        'signal',
        `${event.action} ${event.side} at ${formatDecimal(event.price)}: ${event.reason} (${event.regime})`,
      )
    case 'denied':
      return line(
        'red',
        'denied',
        `${event.side} by ${event.control} ${event.code}: ${event.reason} ` +
          `(${event.value}, limit ${event.limit})`,
      )
    case 'approved': {
      const { side, type, quantity, price, stopPrice, purpose } = event.order
      const at = price ?? stopPrice
      const where = at === null ? '' : ` at ${formatDecimal(at)}`
      return line('blue', 'order', `${side} ${formatDecimal(quantity)} ${type}${where} (${purpose})`)
    }
    case 'filled':
      return line(
        'green',
        'fill',
        `${event.side} ${formatDecimal(event.quantity)} at ${formatDecimal(event.price)}, ` +
          `fee ${formatDecimal(event.fee)} ${event.feeAsset} (${event.liquidity})`,
      )
    case 'rejected':
    case 'abandoned':
    case 'unknown':
    case 'notPlaced':
      return line('yellow', event.kind, `${event.clientOrderId}: ${event.reason}`)
    case 'canceled':
    case 'expired':
      return line('gray', event.kind, `${event.clientOrderId}: ${event.reason}`)
    case 'command':
      return line('yellow', 'command', `${event.action} ${event.scope} by ${event.actor}: ${event.reason}`)
    case 'discrepancy':
      return line('yellow', 'venue', `${event.code} ${event.subject}: ${event.detail}`)
    case 'alert':
      return line('yellow', 'alert', `${event.level} ${event.code}: ${event.message}`)
    case 'mark':
    case 'submitting':
    case 'accepted':
    case 'cancelRequested':
      return null
    default:
      return event satisfies never
  }
}
