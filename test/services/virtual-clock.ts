import { setImmediate } from 'node:timers/promises'
import type { Clock } from '../../src/engine/clock.ts'

/** Time that passes only when told to. */
export type VirtualClock = Clock &
  Readonly<{
    /** Lets time pass: sleepers wake in order, each with everything that follows before the next. */
    advance(ms: number): Promise<void>
    /** Sets the wall clock apart from the monotonic one, as an operator or NTP would. */
    jump(ms: number): void
    /** How many sleep. */
    sleepers(): number
  }>

type Sleeper = Readonly<{ dueMs: number; order: number; wake: () => void }>

export function createVirtualClock(startMs: number): VirtualClock {
  let passedMs = 0
  let skewMs = 0
  let count = 0
  const sleepers = new Set<Sleeper>()
  const nextOf = (untilMs: number): Sleeper | undefined =>
    [...sleepers]
      .filter(({ dueMs }) => dueMs <= untilMs)
      .sort((left, right) => left.dueMs - right.dueMs || left.order - right.order)[0]
  return {
    // As on a machine, the wall clock has whole milliseconds and the monotonic one has parts of them.
    nowMs: () => Math.floor(startMs + passedMs + skewMs),
    monotonicMs: () => passedMs,
    sleep(ms, signal) {
      if (signal?.aborted === true) return Promise.resolve()
      return new Promise((resolve) => {
        const wake = (): void => {
          sleepers.delete(sleeper)
          signal?.removeEventListener('abort', wake)
          resolve()
        }
        const sleeper: Sleeper = { dueMs: passedMs + ms, order: count++, wake }
        sleepers.add(sleeper)
        signal?.addEventListener('abort', wake, { once: true })
      })
    },
    async advance(ms) {
      const untilMs = passedMs + ms
      await setImmediate()
      for (let next = nextOf(untilMs); next !== undefined; next = nextOf(untilMs)) {
        passedMs = Math.max(passedMs, next.dueMs)
        next.wake()
        await setImmediate()
      }
      passedMs = untilMs
      await setImmediate()
    },
    jump(ms) {
      skewMs += ms
    },
    sleepers: () => sleepers.size,
  }
}
