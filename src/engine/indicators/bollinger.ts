import { assertLength } from './sma.ts'

export type Bands = Readonly<{ middle: number; upper: number; lower: number }>

export type Bollinger = Readonly<{
  next(value: number): Bands | null
  reset(): void
}>

/**
 * Bollinger bands: the mean of the last `length` values, and `width` population standard deviations to each
 * side (John Bollinger, Bollinger on Bollinger Bands, 2001).
 * The squared deviations are kept about the moving mean (Welford's update, applied to a window), because
 * sums of squares of prices would cancel to nothing; both are computed anew once per turn of the window.
 */
export function createBollinger(length: number, width: number): Bollinger {
  assertLength(length)
  const values = new Float64Array(length)
  let count = 0
  let at = 0
  let mean = 0
  let squares = 0

  const renew = (): void => {
    mean = 0
    for (const value of values) mean += value / length
    squares = 0
    for (const value of values) squares += (value - mean) * (value - mean)
  }

  return {
    next(value) {
      const oldest = values[at] ?? 0
      values[at] = value
      at = at + 1 === length ? 0 : at + 1
      if (count < length) count += 1
      if (count < length) return null
      if (at === 0) {
        renew()
      } else {
        const meanBefore = mean
        mean += (value - oldest) / length
        squares += (value - oldest) * (value - mean + oldest - meanBefore)
      }
      const deviation = Math.sqrt(Math.max(squares, 0) / length)
      return { middle: mean, upper: mean + width * deviation, lower: mean - width * deviation }
    },
    reset() {
      count = 0
      at = 0
    },
  }
}
