import type { Candle, Gap, MarketEvent, Trade } from '../../domain/market.ts'
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
    add(event, receivedMs) {
      const joint = joinEvent(continuity, event)
      if (typeof joint === 'string') return joint
      if (joint !== null) push(joint, receivedMs)
      push(event, receivedMs)
      return null
    },
    take: () => buffer.take(names),
  }
}

/** Nothing, the gap in front of the event, or why the event is left out. */
type Joint = Gap | string | null

function joinEvent(last: Continuity, event: MarketEvent): Joint {
  if (event.kind === 'trade') return joinTrade(last, event)
  return event.kind === 'candle' ? joinCandle(last, event) : null
}

/** Venue ids are gapless, so a jump is data that we do not have. Without ids only time can be checked. */
function joinTrade(last: Continuity, { tradeId, eventMs }: Trade): Joint {
  const lastMs = last.tradeMs
  const lastId = tradeId === null ? null : last.tradeId
  if (tradeId !== null && lastId !== null && tradeId <= lastId) {
    return tradeId === lastId
      ? `duplicate of trade ${tradeId}`
      : `out of order: trade ${tradeId} after ${lastId}`
  }
  if (lastMs !== null && eventMs < lastMs)
    return `out of order: trade of ${eventMs} ms after one of ${lastMs} ms`
  last.tradeId = tradeId ?? last.tradeId
  last.tradeMs = eventMs
  const isJump = tradeId !== null && lastId !== null && tradeId > lastId + 1
  return isJump ? { kind: 'gap', eventMs, gapMs: eventMs - (lastMs ?? eventMs) } : null
}

function joinCandle(last: Continuity, candle: Candle): Joint {
  const openMs = candle.eventMs - candle.intervalMs
  const lastMs = last.candleMs
  if (lastMs !== null && candle.eventMs === lastMs)
    return `duplicate of the candle that closes at ${lastMs} ms`
  if (lastMs !== null && openMs < lastMs) {
    return `out of order: candle opens at ${openMs} ms, the last closed at ${lastMs} ms`
  }
  last.candleMs = candle.eventMs
  return lastMs !== null && openMs > lastMs ? { kind: 'gap', eventMs: openMs, gapMs: openMs - lastMs } : null
}
