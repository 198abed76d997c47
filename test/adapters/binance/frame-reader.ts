import { createFramesDecoder } from '../../../src/adapters/recording/binance-frames.ts'
import type { MarketEvent } from '../../../src/domain/market.ts'

/** The reader of recorded frames, a frame at a time. What cannot be read gives nothing. */
export function createFrameReader(symbol: string): (text: string) => readonly MarketEvent[] {
  let events: MarketEvent[] = []
  let line = 0
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
  const decoder = createFramesDecoder(sink, { symbol, others: 'ignore', firstMs: null })
  return (text) => {
    events = []
    const bytes = Buffer.from(`${Date.now()}000000 ${text}`)
    decoder.line(bytes, 0, bytes.length, ++line, true)
    return events
  }
}
