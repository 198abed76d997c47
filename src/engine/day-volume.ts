import { quantity } from '../domain/decimal.ts'
import type { Quantity } from '../domain/decimal.ts'

const MINUTE_MS = 60_000
const MINUTES = 1440

/** Base volume of the last 24 hours of the tape, by the minute. */
export type DayVolume = Readonly<{
  add(eventMs: number, amount: number): void
  sumAt(nowMs: number): Quantity
}>

export function createDayVolume(): DayVolume {
  const amounts = new Float64Array(MINUTES)
  let minuteLast = -1
  /** Sum of all minutes but the last; NaN when one of them has changed. */
  let sumBefore = 0

  /** Empties the minutes that lie between the last one seen and this one. */
  const moveTo = (minute: number): void => {
    if (minuteLast >= 0) {
      const from = Math.max(minuteLast + 1, minute - MINUTES + 1)
      for (let past = from; past <= minute; past++) amounts[past % MINUTES] = 0
    }
    minuteLast = minute
    sumBefore = Number.NaN
  }

  return {
    add(eventMs, amount) {
      const minute = Math.floor(eventMs / MINUTE_MS)
      if (minute > minuteLast) moveTo(minute)
      else if (minute < minuteLast) {
        if (minute <= minuteLast - MINUTES) return
        sumBefore = Number.NaN
      }
      const slot = minute % MINUTES
      amounts[slot] = (amounts[slot] ?? 0) + amount
    },
    sumAt(nowMs) {
      const minute = Math.floor(nowMs / MINUTE_MS)
      if (minute > minuteLast) moveTo(minute)
      const slotLast = minuteLast % MINUTES
      // Summed anew when a minute begins, so that no rounding error of a running sum is carried along.
      if (Number.isNaN(sumBefore)) {
        sumBefore = 0
        for (let slot = 0; slot < MINUTES; slot++) if (slot !== slotLast) sumBefore += amounts[slot] ?? 0
      }
      // Eight digits are the finest lot of the venues, and fixed digits keep the text the same on every
      // machine.
      return quantity((sumBefore + (amounts[slotLast] ?? 0)).toFixed(8))
    },
  }
}
