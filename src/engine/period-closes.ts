import { periodOf } from './statistics.ts'

/**
 * Equity at the end of each period of the UTC clock. How long the data is shows only at its end, so the
 * period grows with what was seen: minutes, then hours, then days. Memory stays within 4,320 minutes or 720
 * hours.
 */
export type PeriodCloses = {
  readonly start: number
  firstMs: number
  periodMs: number
  /** Number of the period since the epoch, and the last equity seen in it; only periods with one. */
  periods: number[]
  closes: number[]
}

export const createPeriodCloses = (start: number): PeriodCloses => ({
  start,
  firstMs: NaN,
  periodMs: periodOf(0),
  periods: [],
  closes: [],
})

/** Notes the equity at a time. Times that step back count for the newest period. */
export function observeClose(series: PeriodCloses, atMs: number, value: number): void {
  if (Number.isNaN(series.firstMs)) series.firstMs = atMs
  const periodMs = periodOf(atMs - series.firstMs)
  if (periodMs > series.periodMs) widen(series, periodMs)
  const period = Math.floor(atMs / series.periodMs)
  const last = series.periods.length - 1
  if (last >= 0 && period <= (series.periods[last] as number)) {
    series.closes[last] = value
    return
  }
  series.periods.push(period)
  series.closes.push(value)
}

function widen(series: PeriodCloses, periodMs: number): void {
  const { periods, closes } = series
  const factor = periodMs / series.periodMs
  series.periods = []
  series.closes = []
  series.periodMs = periodMs
  for (const [index, period] of periods.entries()) {
    const wide = Math.floor(period / factor)
    const last = series.periods.length - 1
    if (series.periods[last] === wide) series.closes[last] = closes[index] as number
    else {
      series.periods.push(wide)
      series.closes.push(closes[index] as number)
    }
  }
}

/**
 * The returns from the start to the end of each period; a period without an observation returned 0. The
 * first and the last period are as long as the data has them. Empty once equity is not positive: nothing is
 * left to return.
 */
export function returnsOf(series: PeriodCloses): readonly number[] {
  const returns: number[] = []
  let before = series.start
  let next = series.periods[0] ?? 0
  for (const [index, period] of series.periods.entries()) {
    for (; next < period; next++) returns.push(0)
    const close = series.closes[index] as number
    if (before <= 0 || close <= 0) return []
    returns.push(close / before - 1)
    before = close
    next = period + 1
  }
  return returns
}
