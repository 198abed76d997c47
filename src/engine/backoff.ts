/** How long to wait before the next try. */
export type Backoff = Readonly<{
  /** Doubles with each call, up to the most. */
  nextMs(): number
  /** After a success. */
  reset(): void
}>

export type BackoffRange = Readonly<{ msMin: number; msMax: number }>

/** Waits of replicas differ by up to a quarter, by their names, so that not all come back at once. */
export function createBackoff(owner: string, { msMin, msMax }: BackoffRange): Backoff {
  const share = 1 + (sumOf(owner) % 256) / 1_024
  let waitMs = msMin
  return {
    nextMs() {
      const currentMs = waitMs
      waitMs = Math.min(waitMs * 2, msMax)
      return Math.round(currentMs * share)
    },
    reset() {
      waitMs = msMin
    },
  }
}

function sumOf(text: string): number {
  let sum = 7
  for (let at = 0; at < text.length; at++) sum = (sum * 31 + text.charCodeAt(at)) % 65_521
  return sum
}
