import { assert, CdbError } from '../domain/errors.ts'
import { formatDuration } from '../domain/param.ts'
import type { Candle, Trade } from '../domain/market.ts'

/**
 * A stream joined by a window's first hundredth counts as joined at its start: a day's file whose first trade
 * comes 40 ms after midnight still gives that day's first candle.
 */
const JOIN_SHARE_MAX = 0.01

/** Candles of one interval, aligned to the epoch in UTC, each given once, when it has closed. */
export type CandleBuilder = Readonly<{
  /**
   * The candle that this trade shows to be over, which the trade is no part of. Late trades are dropped and
   * counted.
   */
  onTrade(trade: Trade): Candle | null
  /** The candle that time alone has closed. Trades that come later and belong before eventMs are late. */
  onTime(eventMs: number): Candle | null
  /**
   * Merges shorter candles of a whole part of the interval, and hands on those as long as the interval or
   * longer. Throws CDB_PARAM_INVALID when the interval is no whole multiple of theirs.
   */
  onCandle(candle: Candle): Candle | null
  /**
   * Data is missing up to eventMs (absent: up to the next event): the open candle is discarded, and so is
   * every candle that began before that time.
   */
  onGap(eventMs?: number): void
  /** Trades dropped because their candle was over. */
  late(): number
}>

/**
 * Builds candles of `intervalMs` out of trades, or out of shorter candles, whichever the data brings. An
 * interval without trades gives no candle, and one that was not seen from its start gives none: an
 * incomplete candle would be a wrong one.
 */
export function createCandleBuilder(intervalMs: number): CandleBuilder {
  assert(Number.isSafeInteger(intervalMs) && intervalMs > 0, 'a candle has an interval of whole milliseconds')
  const trades = createTradeWindow(intervalMs)
  const merger = createMerger(intervalMs)
  return {
    onTrade: trades.onTrade,
    onTime: trades.onTime,
    onCandle: merger.onCandle,
    onGap(eventMs) {
      trades.onGap(eventMs)
      merger.discard()
    },
    late: trades.late,
  }
}

type TradeWindow = Omit<CandleBuilder, 'onCandle'>

/** The window that is open, [openMs, closeMs); equal bounds say that none is. */
type Window = {
  openMs: number
  closeMs: number
  /** Windows that began earlier were not seen whole; NaN until the first event after a start or a gap. */
  knownMs: number
  open: number
  high: number
  low: number
  close: number
  volume: number
}

function createTradeWindow(intervalMs: number): TradeWindow {
  const window: Window = {
    openMs: Number.NEGATIVE_INFINITY,
    closeMs: Number.NEGATIVE_INFINITY,
    knownMs: Number.NaN,
    open: Number.NaN,
    high: Number.NaN,
    low: Number.NaN,
    close: Number.NaN,
    volume: Number.NaN,
  }
  let joinMs = intervalMs * JOIN_SHARE_MAX
  let late = 0

  const noteTime = (eventMs: number): void => {
    if (Number.isNaN(window.knownMs)) window.knownMs = eventMs - joinMs
  }

  const openWindow = (trade: Trade): Candle | null => {
    if (trade.eventMs < window.openMs) {
      late += 1
      return null
    }
    noteTime(trade.eventMs)
    const closed = closeWindow(window, intervalMs)
    startWindow(window, trade, intervalMs)
    return closed
  }

  return {
    onTrade(trade) {
      const { eventMs, price } = trade
      if (eventMs < window.openMs || eventMs >= window.closeMs) return openWindow(trade)
      if (price > window.high) window.high = price
      else if (price < window.low) window.low = price
      window.close = price
      window.volume += trade.quantity
      return null
    },
    onTime(eventMs) {
      noteTime(eventMs)
      if (eventMs < window.closeMs) return null
      const closed = closeWindow(window, intervalMs)
      window.openMs = Math.max(window.openMs, Math.floor(eventMs / intervalMs) * intervalMs)
      window.closeMs = window.openMs
      return closed
    },
    onGap(eventMs) {
      window.closeMs = window.openMs
      window.knownMs = eventMs ?? Number.NaN
      // After a gap even a hundredth of a window is known to be missing.
      joinMs = 0
    },
    late: () => late,
  }
}

/** The candle of the open window; null when none is open or it was not seen from its start. */
function closeWindow(window: Window, intervalMs: number): Candle | null {
  if (window.closeMs === window.openMs || window.openMs < window.knownMs) return null
  const { closeMs: eventMs, open, high, low, close, volume } = window
  return { kind: 'candle', eventMs, intervalMs, open, high, low, close, volume }
}

function startWindow(window: Window, trade: Trade, intervalMs: number): void {
  window.openMs = Math.floor(trade.eventMs / intervalMs) * intervalMs
  window.closeMs = window.openMs + intervalMs
  window.open = trade.price
  window.high = trade.price
  window.low = trade.price
  window.close = trade.price
  window.volume = trade.quantity
}

type Merger = Readonly<{ onCandle(candle: Candle): Candle | null; discard(): void }>

/**
 * Merges an unbroken row of shorter candles that fills the interval; a row with a hole in it is discarded.
 */
function createMerger(intervalMs: number): Merger {
  let merged: Candle | null = null
  return {
    onCandle(candle) {
      if (candle.intervalMs >= intervalMs) return candle
      if (intervalMs % candle.intervalMs !== 0) throw notMultiple(intervalMs, candle.intervalMs)
      const startMs = candle.eventMs - candle.intervalMs
      if (startMs % intervalMs === 0) merged = { ...candle }
      else merged = merged !== null && merged.eventMs === startMs ? merge(merged, candle) : null
      if (merged === null || candle.eventMs % intervalMs !== 0) return null
      const whole = { ...merged, intervalMs }
      merged = null
      return whole
    },
    discard() {
      merged = null
    },
  }
}

const merge = (left: Candle, right: Candle): Candle => ({
  ...left,
  eventMs: right.eventMs,
  high: Math.max(left.high, right.high),
  low: Math.min(left.low, right.low),
  close: right.close,
  volume: left.volume + right.volume,
})

const notMultiple = (wantedMs: number, givenMs: number): CdbError =>
  new CdbError(
    'CDB_PARAM_INVALID',
    `candles of ${formatDuration(wantedMs)} cannot be made of candles of ${formatDuration(givenMs)}`,
    { mend: `use a whole multiple of ${formatDuration(givenMs)}` },
  )
