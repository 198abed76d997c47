import type { MarketEvent } from '../../src/domain/market.ts'
import type { MarketSource } from '../../src/engine/ports.ts'
import { bitcoin } from '../engine/scenario.ts'

/** The events as a source, in one batch. */
export function createTapeSourceOf(events: readonly MarketEvent[]): MarketSource {
  const left = [...events]
  return {
    instrument: bitcoin,
    read: (countMax) => Promise.resolve(left.length === 0 ? null : left.splice(0, countMax)),
    close: () => Promise.resolve(),
  }
}
