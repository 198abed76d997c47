/** Time as the services see it. Simulations give their own; decisions never read it, only effects do. */
export interface Clock {
  /** Milliseconds since the epoch, UTC; may be set back or forward by others. */
  nowMs(): number
  /** Never goes back: what a lease and every time limit is measured by. */
  monotonicMs(): number
  /** Returns after the time, or at once when aborted; never throws. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}
