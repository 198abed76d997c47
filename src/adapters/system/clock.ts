import { setTimeout as after } from 'node:timers/promises'
import type { Clock } from '../../engine/clock.ts'

/** The time of this machine. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  async sleep(ms, signal) {
    if (signal?.aborted === true) return
    // Nothing but its signal ends a sleep early, and then it is over, which is all that was asked for.
    await after(Math.max(0, ms), undefined, signal === undefined ? {} : { signal }).catch(() => undefined)
  },
}
