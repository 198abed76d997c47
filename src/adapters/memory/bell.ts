import type { Clock } from '../../engine/clock.ts'

/** Wakes all who wait for it; what rang before is not heard. */
export type Bell = Readonly<{
  ring(): void
  /** Returns when it rings, when timeoutMs have passed, or when aborted. */
  wait(timeoutMs: number, signal: AbortSignal): Promise<void>
}>

export type Sleeper = Pick<Clock, 'sleep'>

/** Sleeps by the system's timer. */
export const timerSleeper: Sleeper = {
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted === true) {
        resolve()
        return
      }
      const end = (): void => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', end)
        resolve()
      }
      const timer = setTimeout(end, ms)
      signal?.addEventListener('abort', end, { once: true })
    }),
}

export function createBell(clock: Sleeper): Bell {
  const waiting = new Set<() => void>()
  return {
    ring() {
      for (const wake of waiting) wake()
      waiting.clear()
    },
    async wait(timeoutMs, signal) {
      const woken = new AbortController()
      const wake = (): void => {
        woken.abort()
      }
      waiting.add(wake)
      await clock.sleep(timeoutMs, AbortSignal.any([signal, woken.signal]))
      waiting.delete(wake)
    },
  }
}
