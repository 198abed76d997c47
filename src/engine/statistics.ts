/*
 * Figures of a run, from its equity at fixed periods. They describe, and decide nothing, so they are numbers.
 * A figure that the data cannot support is null, never 0 and never infinite.
 */
const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000
/** Crypto trades on every day of the year. */
export const YEAR_MS = 365 * DAY_MS

/** Below this many returns a deviation says nothing. */
export const RETURNS_MIN = 5
/** A compound yearly return from less than this is a guess. */
export const CALMAR_SPAN_MS_MIN = 30 * DAY_MS

/**
 * The period of returns for a span of data: a day from 30 days on, an hour from 3 days on, a minute below.
 */
export function periodOf(spanMs: number): number {
  if (spanMs >= 30 * DAY_MS) return DAY_MS
  return spanMs >= 3 * DAY_MS ? HOUR_MS : MINUTE_MS
}

/**
 * Sharpe ratio, a year's: mean / standard deviation (n - 1) of the returns x sqrt(periods in a year), with a
 * risk-free rate of 0. Source: W. F. Sharpe, "The Sharpe Ratio", Journal of Portfolio Management 21 (1994),
 * equations 3 to 6. null below RETURNS_MIN returns, and where the returns do not vary.
 */
export function sharpeOf(returns: readonly number[], periodMs: number): number | null {
  if (returns.length < RETURNS_MIN) return null
  const mean = meanOf(returns)
  let squares = 0
  for (const value of returns) squares += (value - mean) ** 2
  return annualized(mean, Math.sqrt(squares / (returns.length - 1)), periodMs)
}

/**
 * Sortino ratio, a year's: mean / downside deviation x sqrt(periods in a year), with a target of 0; the
 * downside deviation is the root of the mean over all returns of min(0, return)^2. Source: F. A. Sortino and
 * L. N. Price, "Performance Measurement in a Downside Risk Framework", Journal of Investing 3 (1994). null
 * below RETURNS_MIN returns, and where none was negative.
 */
export function sortinoOf(returns: readonly number[], periodMs: number): number | null {
  if (returns.length < RETURNS_MIN) return null
  let squares = 0
  for (const value of returns) squares += Math.min(0, value) ** 2
  return annualized(meanOf(returns), Math.sqrt(squares / returns.length), periodMs)
}

/**
 * Calmar ratio: compound return of a year / maximum drawdown. Source: T. W. Young, "Calmar Ratio: A Smoother
 * Tool", Futures 20 (1991), there over 36 months, here over the run. null below CALMAR_SPAN_MS_MIN, without a
 * drawdown, and where nothing is left to compound.
 */
export function calmarOf(
  run: Readonly<{ equityStart: number; equityEnd: number; spanMs: number; maxDrawdown: number }>,
): number | null {
  const { equityStart, equityEnd, spanMs, maxDrawdown } = run
  if (spanMs < CALMAR_SPAN_MS_MIN || maxDrawdown <= 0 || equityStart <= 0 || equityEnd <= 0) return null
  return ((equityEnd / equityStart) ** (YEAR_MS / spanMs) - 1) / maxDrawdown
}

/** part / whole; null where there is no whole. */
export const shareOf = (part: number, whole: number): number | null => (whole > 0 ? part / whole : null)

/** Rounding noise of equal returns is not a deviation. */
const DEVIATION_MIN = 1e-15

const annualized = (mean: number, deviation: number, periodMs: number): number | null =>
  deviation > DEVIATION_MIN ? (mean / deviation) * Math.sqrt(YEAR_MS / periodMs) : null

function meanOf(values: readonly number[]): number {
  let sum = 0
  for (const value of values) sum += value
  return sum / values.length
}
