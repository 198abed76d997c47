import { createWilderAverage } from './ema.ts'
import type { Indicator } from './sma.ts'

/**
 * Relative strength index, 0 to 100: 100 x average gain / (average gain + average loss), both smoothed as
 * Wilder does (J. Welles Wilder Jr., New Concepts in Technical Trading Systems, 1978). A market that did
 * not move is 50.
 */
export function createRsi(length: number): Indicator {
  const gains = createWilderAverage(length)
  const losses = createWilderAverage(length)
  let last: number | null = null
  return {
    next(value) {
      const change = last === null ? null : value - last
      last = value
      if (change === null) return null
      const gain = gains.next(change > 0 ? change : 0)
      const loss = losses.next(change < 0 ? -change : 0)
      if (gain === null || loss === null) return null
      // Divided first: a quotient is never rounded above one, a product of a hundred might be above a
      // hundred.
      return gain + loss === 0 ? 50 : 100 * (gain / (gain + loss))
    },
    reset() {
      gains.reset()
      losses.reset()
      last = null
    },
  }
}
