import { createRandom } from '../random.ts'
import type { PaperVenueSettings } from './params.ts'

/**
 * When a message sent now arrives: latencyMs, and up to latencyJitterMs more by chance. One connection
 * carries them all, so none overtakes another: a cancel never arrives before its order.
 */
export type Latency = Readonly<{ arrivalMs(sentMs: number): number }>

export function createLatency(settings: PaperVenueSettings, seed: number): Latency {
  const random = createRandom(seed, 'latency')
  let lastMs = -Infinity
  return {
    arrivalMs(sentMs) {
      const jitterMs = Math.floor(random() * (settings.latencyJitterMs + 1))
      lastMs = Math.max(lastMs, sentMs + settings.latencyMs + jitterMs)
      return lastMs
    },
  }
}
