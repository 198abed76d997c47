import type { Candle, MarketEvent, Trade } from '../../domain/market.ts'
import type { TapeColumns } from '../../engine/tape.ts'
import { createColumnBuffer } from './column-buffer.ts'
import type { ColumnName } from './column-buffer.ts'
import { summarize } from './tape-summary.ts'
import type { TapeSummary } from './tape-summary.ts'

/** Where trades and candles of an instrument stand; it outlives a file, so that files join without a seam. */
export type Continuity = {
  tradeId: number | null
  tradeMs: number | null
  /** Close of the last candle. */
  candleMs: number | null
}

export const createContinuity = (): Continuity => ({ tradeId: null, tradeMs: null, candleMs: null })

/**
 * Puts events into columns, in the order given. Trades and candles are checked against those before them:
 * what is
 * missing becomes a gap event, what comes twice or goes back is left out.
 */
export type TapeBuilder = Readonly<{
  /** Why the event was left out; null when it was taken. */
  add(event: MarketEvent, receivedMs: number): string | null
  /** The rows since the last call; null when there are none. */
  take(): TapeColumns | null
}>

export function createTapeBuilder(
  names: readonly ColumnName[],
  continuity: Continuity,
  summary: TapeSummary,
): TapeBuilder {
  const buffer = createColumnBuffer()
  const push = (event: MarketEvent, receivedMs: number): void => {
    buffer.push(event, receivedMs)
    summarize(summary, event)
  }
  return {
    add: (event, receivedMs) => {
      const refused =
        event.kind === 'trade'
          ? joinTrade(continuity, event, (gap) => push(gap, receivedMs))
          : event.kind === 'candle'
            ? joinCandle(continuity, event, (gap) => push(gap, receivedMs))
            : null
      if (refused === null) push(event, receivedMs)
      return refused
    },
    take: () => buffer.take(names),
  }
}

type GapTaker = (gap: MarketEvent) => void

/** Venue ids are gapless, so a jump is data that we do not have. Without ids only time can be checked. */
function joinTrade(last: Continuity, trade: Trade, onGap: GapTaker): string | null {
  const { tradeId, eventMs } = trade
  if (tradeId !== null && last.tradeId !== null) {
    if (tradeId === last.tradeId) return `duplicate of trade ${tradeId}`
    if (tradeId < last.tradeId) return `out of order: trade ${tradeId} after ${last.tradeId}`
  }
  if (last.tradeMs !== null && eventMs < last.tradeMs) {
    return `out of order: trade of ${eventMs} ms after one of ${last.tradeMs} ms`
  }
  if (tradeId !== null && last.tradeId !== null && tradeId > last.tradeId + 1) {
    onGap({ kind: 'gap', eventMs, gapMs: eventMs - (last.tradeMs ?? eventMs) })
  }
  if (tradeId !== null) last.tradeId = tradeId
  last.tradeMs = eventMs
  return null
}

function joinCandle(last: Continuity, candle: Candle, onGap: GapTaker): string | null {
  const openMs = candle.eventMs - candle.intervalMs
  if (last.candleMs !== null) {
    if (candle.eventMs === last.candleMs) return `duplicate of the candle that closes at ${candle.eventMs} ms`
    if (openMs < last.candleMs)
      return `out of order: candle opens at ${openMs} ms, the last closed at ${last.candleMs} ms`
    if (openMs > last.candleMs) onGap({ kind: 'gap', eventMs: openMs, gapMs: openMs - last.candleMs })
  }
  last.candleMs = candle.eventMs
  return null
}
