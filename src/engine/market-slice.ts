import type { MarketBatch, MarketEvent } from '../domain/market.ts'
import type { MarketSource } from './ports.ts'

export type TimeRange = Readonly<{ fromMs: number; toMs: number }>

/**
 * The part of a source from the first event at or after fromMs to the last before toMs. Book levels before
 * it are passed through, so that the book stands as it stood; trades, quotes and candles before it are not.
 */
export function sliceSource(source: MarketSource, { fromMs, toMs }: TimeRange): MarketSource {
  let begun = fromMs === -Infinity
  let ended = false

  const read = async (countMax: number): Promise<MarketBatch | null> => {
    while (!ended) {
      const batch = await source.read(countMax)
      if (batch === null) break
      const kept = begun ? batch : afterStart(batch)
      const cut = toMs === Infinity ? kept : beforeEnd(kept)
      if (cut.length > 0) return cut
    }
    return null
  }

  const afterStart = (batch: MarketBatch): MarketBatch => {
    const books: MarketEvent[] = []
    for (let index = 0; index < batch.length; index++) {
      const event = batch.at(index)
      if (event === undefined) break
      if (event.eventMs >= fromMs) {
        begun = true
        return joined(books, batch, index)
      }
      if (event.kind === 'bookLevel' || event.kind === 'bookReset') books.push(event)
    }
    return books
  }

  const beforeEnd = (batch: MarketBatch): MarketBatch => {
    for (let index = 0; index < batch.length; index++) {
      if ((batch.at(index)?.eventMs ?? -Infinity) < toMs) continue
      ended = true
      return { length: index, at: (at) => batch.at(at) }
    }
    return batch
  }

  return { instrument: source.instrument, read, close: () => source.close() }
}

const joined = (head: readonly MarketEvent[], tail: MarketBatch, from: number): MarketBatch => ({
  length: head.length + tail.length - from,
  at: (index) => (index < head.length ? head[index] : tail.at(index - head.length + from)),
})
