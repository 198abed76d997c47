import type { MarketEvent } from '../domain/market.ts'

/** An event that says to be this far ahead of our clock would make everything after it look late. */
const AHEAD_MS_MAX = 60_000

/**
 * Whether an event holds numbers that can be calculated with. What they say may still be absurd: crossed
 * quotes and mad prices are data, and the controls judge them.
 */
export function isSound(event: MarketEvent, nowMs: number): boolean {
  const { eventMs } = event
  if (!Number.isSafeInteger(eventMs) || eventMs < 0 || eventMs > nowMs + AHEAD_MS_MAX) return false
  switch (event.kind) {
    case 'trade':
      return isPositive(event.price) && isPositive(event.quantity) && isTradeId(event.tradeId)
    case 'quote':
      return (
        isAmount(event.bidPrice) &&
        isAmount(event.bidQuantity) &&
        isAmount(event.askPrice) &&
        isAmount(event.askQuantity)
      )
    case 'bookLevel':
      return isPositive(event.price) && isAmount(event.quantity)
    case 'candle':
      return (
        isPositive(event.intervalMs) &&
        [event.open, event.high, event.low, event.close].every(isPositive) &&
        isAmount(event.volume)
      )
    case 'gap':
      return isAmount(event.gapMs)
    case 'bookReset':
    case 'heartbeat':
      return true
    default:
      return event satisfies never
  }
}

const isAmount = (value: number): boolean => Number.isFinite(value) && value >= 0
const isPositive = (value: number): boolean => Number.isFinite(value) && value > 0
const isTradeId = (id: number | null): boolean => id === null || (Number.isSafeInteger(id) && id >= 0)
