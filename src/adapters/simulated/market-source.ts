import type { Instrument } from '../../domain/instrument.ts'
import type { MarketEvent } from '../../domain/market.ts'
import type { MarketSource } from '../../engine/ports.ts'
import { createSimulatedMarket } from '../../engine/simulated-market.ts'

/**
 * The simulated market as a source, as fast as it is read; without end unless a number of events is given.
 */
export function createSimulatedSource(
  options: Readonly<{ instrument: Instrument; seed: number; startMs: number; events?: number }>,
): MarketSource {
  const market = createSimulatedMarket(options)
  let left = options.events ?? Infinity
  return {
    instrument: options.instrument,
    read(countMax) {
      const count = Math.min(countMax, left)
      left -= count
      const batch: MarketEvent[] = []
      for (let index = 0; index < count; index++) batch.push(market.next())
      return Promise.resolve(count === 0 ? null : batch)
    },
    close() {
      left = 0
      return Promise.resolve()
    },
  }
}
