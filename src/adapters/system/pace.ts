import { setTimeout } from 'node:timers/promises'
import type { MarketBatch } from '../../domain/market.ts'
import type { MarketSource } from '../../engine/ports.ts'

/** Monotonic time and waiting; a test brings its own. */
export type PaceClock = Readonly<{ nowMs(): number; sleep(ms: number, signal: AbortSignal): Promise<void> }>

const systemClock: PaceClock = {
  nowMs: () => performance.now(),
  async sleep(ms, signal) {
    // Being aborted is the end of the wait, not an error of it.
    await setTimeout(ms, undefined, { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error
    })
  },
}

export type PaceOptions = Readonly<{
  /** Market seconds per second. */
  speed: number
  signal: AbortSignal
  /** Market data up to this time comes at once: a market that has been open for a while. */
  freeUntilMs?: number
  clock?: PaceClock
}>

/** No read waits longer, so that commands and an abort are heard in a quiet market. */
const WAIT_MS_MAX = 200
const NOTHING: MarketBatch = []

/**
 * The source at market time x speed from the first event that it is asked for. A read gives what is due, and
 * nothing (a batch of length 0) when nothing fell due in a while or the signal was aborted.
 */
export function paced(source: MarketSource, options: PaceOptions): MarketSource {
  const { speed, signal, freeUntilMs = -Infinity, clock = systemClock } = options
  let batch: MarketBatch = NOTHING
  let from = 0
  let anchor: Readonly<{ eventMs: number; clockMs: number }> | null = null

  const waitOf = (index: number): number => {
    const eventMs = batch.at(index)?.eventMs ?? -Infinity
    if (eventMs <= freeUntilMs) return 0
    anchor ??= { eventMs, clockMs: clock.nowMs() }
    return anchor.clockMs + (eventMs - anchor.eventMs) / speed - clock.nowMs()
  }

  return {
    instrument: source.instrument,
    async read(countMax) {
      if (from === batch.length) {
        const next = await source.read(countMax)
        if (next === null) return null
        batch = next
        from = 0
      }
      const wait = from === batch.length ? 0 : waitOf(from)
      if (wait > 0) await clock.sleep(Math.min(wait, WAIT_MS_MAX), signal)
      if (signal.aborted || wait > WAIT_MS_MAX) return NOTHING
      const [whole, first] = [batch, from]
      const last = Math.min(batch.length, from + countMax)
      while (from < last && waitOf(from) <= 0) from++
      return { length: from - first, at: (index) => whole.at(first + index) }
    },
    close: () => source.close(),
  }
}
