import { trueRange } from './atr.ts'
import type { PriceBar } from './atr.ts'
import { createWilderAverage } from './ema.ts'

export type Adx = Readonly<{
  /** Strength of the trend, 0 to 100, whatever its direction; null for the first 2 x length - 1 bars. */
  next(bar: PriceBar): number | null
  /** Directional indicators and index of the last bar; null for the first `length` bars. */
  plusDi(): number | null
  minusDi(): number | null
  dx(): number | null
  reset(): void
}>

/**
 * Average directional index (J. Welles Wilder Jr., New Concepts in Technical Trading Systems, 1978). +DI
 * and -DI are 100 x smoothed directional movement / smoothed true range, both from the second bar on and
 * smoothed alike: Wilder keeps sums where this keeps averages, which are those sums / length, so the
 * quotient is the same. DX = 100 x |+DI - -DI| / (+DI + -DI). ADX is seeded by the mean of the first
 * `length` DX.
 */
export function createAdx(length: number): Adx {
  const averages = {
    plus: createWilderAverage(length),
    minus: createWilderAverage(length),
    range: createWilderAverage(length),
    dx: createWilderAverage(length),
  }
  let last: PriceBar | null = null
  let plusDi: number | null = null
  let minusDi: number | null = null
  let dx: number | null = null
  return {
    next(bar) {
      const before = last
      last = { high: bar.high, low: bar.low, close: bar.close }
      if (before === null) return null
      const up = bar.high - before.high
      const down = before.low - bar.low
      const plus = averages.plus.next(up > down && up > 0 ? up : 0)
      const minus = averages.minus.next(down > up && down > 0 ? down : 0)
      const range = averages.range.next(trueRange(bar, before.close))
      if (plus === null || minus === null || range === null) return null
      // Bars without any range have no direction either.
      plusDi = range === 0 ? 0 : (100 * plus) / range
      minusDi = range === 0 ? 0 : (100 * minus) / range
      dx = plusDi + minusDi === 0 ? 0 : 100 * (Math.abs(plusDi - minusDi) / (plusDi + minusDi))
      return averages.dx.next(dx)
    },
    plusDi: () => plusDi,
    minusDi: () => minusDi,
    dx: () => dx,
    reset() {
      for (const average of Object.values(averages)) average.reset()
      last = null
      plusDi = null
      minusDi = null
      dx = null
    },
  }
}
