import { createWilderAverage } from './ema.ts'

/** What the range indicators need of a candle. */
export type PriceBar = Readonly<{ high: number; low: number; close: number }>

export type Atr = Readonly<{
  /** In units of price. */
  next(bar: PriceBar): number | null
  reset(): void
}>

/**
 * Average true range: Wilder's smoothing of the true range, seeded by the mean of the first `length` ranges
 * (J. Welles Wilder Jr., New Concepts in Technical Trading Systems, 1978). The first bar's true range is
 * high - low, for want of an earlier close, as in StockCharts ChartSchool, "Average True Range (ATR)".
 */
export function createAtr(length: number): Atr {
  const average = createWilderAverage(length)
  let closeLast: number | null = null
  return {
    next(bar) {
      const range = trueRange(bar, closeLast ?? bar.close)
      closeLast = bar.close
      return average.next(range)
    },
    reset() {
      average.reset()
      closeLast = null
    },
  }
}

/** The bar's range, stretched to the close before it. */
export const trueRange = (bar: PriceBar, closeBefore: number): number =>
  Math.max(bar.high, closeBefore) - Math.min(bar.low, closeBefore)
