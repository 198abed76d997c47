import { createFramesDecoder } from '../adapters/recording/binance-frames.ts'
import type { MarketEvent } from '../domain/market.ts'

/**
 * Reads live frames of one symbol as recorded ones are read: text in, market events out; none where it is of
 * no use or cannot be read. `nowMs` is the time of quotes before the first trade.
 */
export function createFrameParser(symbol: string, nowMs: number): (text: string) => readonly MarketEvent[] {
  let events: MarketEvent[] = []
  const sink = {
    event(event: MarketEvent) {
      events.push(event)
      return null
    },
    bad: () => undefined,
    corrupt(problem: string): never {
      throw new Error(problem)
    },
  }
  const decoder = createFramesDecoder(sink, { symbol, others: 'ignore', firstMs: nowMs })
  return (text) => {
    const bytes = Buffer.from(text)
    events = []
    // A line that has ended: what is cut off is a bad frame, not a damaged file.
    decoder.line(bytes, 0, bytes.length, 1, true)
    return events
  }
}
