import { assertLength } from './sma.ts'
import type { Indicator } from './sma.ts'

/** The highest of the last `length` values: the upper line of Richard Donchian's channel. */
export const createHighest = (length: number): Indicator => createExtreme(length, 1)

/** The lowest of the last `length` values. */
export const createLowest = (length: number): Indicator => createExtreme(length, -1)

/**
 * Keeps only those values that can still become the extreme, in a ring: a new value ousts all that it beats
 * (Daniel Lemire, "Streaming Maximum-Minimum Filter Using No More than Three Comparisons per Element", 2006).
 */
function createExtreme(length: number, sign: 1 | -1): Indicator {
  assertLength(length)
  const values = new Float64Array(length)
  const ordinals = new Float64Array(length)
  let first = 0
  let kept = 0
  let count = 0
  const slot = (index: number): number => (first + index) % length
  return {
    next(value) {
      while (kept > 0 && sign * (values[slot(kept - 1)] ?? 0) <= sign * value) kept -= 1
      if (kept > 0 && (ordinals[first] ?? 0) <= count - length) {
        first = slot(1)
        kept -= 1
      }
      values[slot(kept)] = value
      ordinals[slot(kept)] = count
      kept += 1
      count += 1
      return count < length ? null : (values[first] ?? null)
    },
    reset() {
      first = 0
      kept = 0
      count = 0
    },
  }
}
