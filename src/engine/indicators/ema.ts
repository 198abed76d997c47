import { assertLength } from './sma.ts'
import type { Indicator } from './sma.ts'

/**
 * Exponential moving average with weight 2 / (length + 1), seeded by the mean of the first `length` values
 * (StockCharts ChartSchool, "Moving Averages - Simple and Exponential").
 */
export const createEma = (length: number): Indicator => createSmoothing(length, 2 / (length + 1))

/**
 * Wilder's smoothing: the weight of a new value is 1 / length, seeded by the mean of the first `length`
 * values (J. Welles Wilder Jr., New Concepts in Technical Trading Systems, 1978).
 */
export const createWilderAverage = (length: number): Indicator => createSmoothing(length, 1 / length)

/**
 * Each step shrinks what came before it, old rounding errors included, so nothing needs to be added up
 * anew.
 */
function createSmoothing(length: number, weight: number): Indicator {
  assertLength(length)
  let count = 0
  let sum = 0
  let average = 0
  return {
    next(value) {
      if (count >= length) {
        average += weight * (value - average)
        return average
      }
      count += 1
      sum += value
      if (count < length) return null
      average = sum / length
      return average
    },
    reset() {
      count = 0
      sum = 0
      average = 0
    },
  }
}
