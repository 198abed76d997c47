import { assert } from '../../domain/errors.ts'

/** Takes one value at a time and gives the indicator's value, or null until it is warmed up. */
export type Indicator = Readonly<{
  next(value: number): number | null
  reset(): void
}>

/**
 * Simple moving average: the mean of the last `length` values.
 * The running sum is added up anew once per turn of the window, so rounding errors do not pile up.
 */
export function createSma(length: number): Indicator {
  assertLength(length)
  const values = new Float64Array(length)
  let count = 0
  let at = 0
  let sum = 0
  return {
    next(value) {
      sum += value - (values[at] ?? 0)
      values[at] = value
      at += 1
      if (at === length) {
        at = 0
        sum = sumOf(values)
      }
      if (count < length) count += 1
      return count < length ? null : sum / length
    },
    reset() {
      values.fill(0)
      count = 0
      at = 0
      sum = 0
    },
  }
}

export function assertLength(length: number): void {
  assert(Number.isSafeInteger(length) && length >= 1, 'an indicator has a length of one or more')
}

function sumOf(values: Float64Array): number {
  let sum = 0
  for (const value of values) sum += value
  return sum
}
