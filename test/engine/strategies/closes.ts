import type { Strategy } from '../../../src/engine/strategy.ts'

/** What a strategy wishes at each of a row of one-minute candles that are nothing but their close. */
export const wishesOnCloses = (
  strategy: Strategy,
  closes: readonly number[],
  fromMinute = 0,
): readonly (string | null)[] =>
  closes.map((close, index) => {
    const eventMs = (fromMinute + index + 1) * 60_000
    const candle = { eventMs, intervalMs: 60_000, open: close, high: close, low: close, close, volume: 1 }
    const wish = strategy.onCandle?.({ kind: 'candle', ...candle }, { regime: 'unknown' }) ?? null
    return wish === null ? null : `${wish.action} ${wish.side}`
  })
