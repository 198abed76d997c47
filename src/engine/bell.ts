/** Wakes the one that waits for something to do. A ring that nobody waits for is heard by the next. */
export type Bell = Readonly<{
  ring(): void
  /** Returns when rung, or when aborted. */
  wait(signal: AbortSignal): Promise<void>
}>

export function createBell(): Bell {
  let isRung = false
  let wake: (() => void) | null = null
  return {
    ring() {
      isRung = true
      wake?.()
    },
    async wait(signal) {
      if (!isRung && !signal.aborted) {
        await new Promise<void>((resolve) => {
          const heard = (): void => {
            signal.removeEventListener('abort', heard)
            wake = null
            resolve()
          }
          wake = heard
          signal.addEventListener('abort', heard, { once: true })
        })
      }
      isRung = false
    },
  }
}
