import type { Wire } from '../../engine/trading-log.ts'
import { createBell, timerSleeper } from './bell.ts'
import type { Sleeper } from './bell.ts'

/** The wire within one process; `clock` is what waiting is measured by. */
export function createMemoryWire(clock: Sleeper = timerSleeper): Wire {
  const bell = createBell(clock)
  let newestSeq = 0
  return {
    announce(entries) {
      for (const { seq } of entries) newestSeq = Math.max(newestSeq, seq)
      if (entries.length > 0) bell.ring()
    },
    async wait(seq, timeoutMs, signal) {
      if (newestSeq <= seq && !signal.aborted) await bell.wait(timeoutMs, signal)
    },
  }
}
