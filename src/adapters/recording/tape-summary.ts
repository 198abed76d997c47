import { decimalOfNumber, formatDecimal } from '../../domain/decimal.ts'
import type { MarketEvent } from '../../domain/market.ts'

export type GapSpan = Readonly<{ fromMs: number; toMs: number }>

/** The list of gaps is cut here; the count goes on. */
export const GAPS_LISTED_MAX = 1000

/** What is in a run of market events. Prices are those of trades, or of candles' lows and highs. */
export type TapeSummary = {
  events: number
  trades: number
  quotes: number
  bookLevels: number
  bookResets: number
  candles: number
  gaps: number
  firstMs: number | null
  lastMs: number | null
  priceMin: number | null
  priceMax: number | null
  volume: number
  gapList: GapSpan[]
}

export const createTapeSummary = (): TapeSummary => ({
  events: 0,
  trades: 0,
  quotes: 0,
  bookLevels: 0,
  bookResets: 0,
  candles: 0,
  gaps: 0,
  firstMs: null,
  lastMs: null,
  priceMin: null,
  priceMax: null,
  volume: 0,
  gapList: [],
})

/** Adds one event. */
export function summarize(summary: TapeSummary, event: MarketEvent): void {
  summary.events++
  const startMs = event.kind === 'candle' ? event.eventMs - event.intervalMs : event.eventMs
  extendTime(summary, startMs, event.eventMs)
  switch (event.kind) {
    case 'trade':
      summary.trades++
      summary.volume += event.quantity
      return extendPrice(summary, event.price, event.price)
    case 'quote':
      summary.quotes++
      return
    case 'bookLevel':
      summary.bookLevels++
      return
    case 'bookReset':
      summary.bookResets++
      return
    case 'candle':
      summary.candles++
      summary.volume += event.volume
      return extendPrice(summary, event.low, event.high)
    case 'gap':
      summary.gaps++
      if (summary.gapList.length < GAPS_LISTED_MAX) {
        summary.gapList.push({ fromMs: event.eventMs - event.gapMs, toMs: event.eventMs })
      }
      return
    case 'heartbeat':
      return
    default:
      return event satisfies never
  }
}

/** Adds what another summary holds: the events of a file read as a whole. */
export function mergeSummary(summary: TapeSummary, other: TapeSummary): void {
  summary.events += other.events
  summary.trades += other.trades
  summary.quotes += other.quotes
  summary.bookLevels += other.bookLevels
  summary.bookResets += other.bookResets
  summary.candles += other.candles
  summary.gaps += other.gaps
  summary.volume += other.volume
  if (other.firstMs !== null && other.lastMs !== null) extendTime(summary, other.firstMs, other.lastMs)
  if (other.priceMin !== null && other.priceMax !== null) extendPrice(summary, other.priceMin, other.priceMax)
  summary.gapList.push(...other.gapList.slice(0, GAPS_LISTED_MAX - summary.gapList.length))
}

/** A price of the tape as exact decimal text. */
export const priceText = (value: number | null): string | null =>
  value === null ? null : formatDecimal(decimalOfNumber(value))

function extendTime(summary: TapeSummary, firstMs: number, lastMs: number): void {
  if (summary.firstMs === null || firstMs < summary.firstMs) summary.firstMs = firstMs
  if (summary.lastMs === null || lastMs > summary.lastMs) summary.lastMs = lastMs
}

function extendPrice(summary: TapeSummary, low: number, high: number): void {
  if (summary.priceMin === null || low < summary.priceMin) summary.priceMin = low
  if (summary.priceMax === null || high > summary.priceMax) summary.priceMax = high
}
