import type { InstrumentId } from './instrument.ts'

/*
 * Market data is statistics, so prices and quantities are numbers here; a reader admits a number only when
 * its shortest text is what the venue sent. Each stream carries one instrument, so events do not repeat it.
 */
export type Side = 'buy' | 'sell'

export const opposite = (side: Side): Side => (side === 'buy' ? 'sell' : 'buy')

/** A public trade on the tape. Its key and order is the venue's trade id: many trades share a millisecond. */
export type Trade = Readonly<{
  kind: 'trade'
  eventMs: number
  /** null where the venue sends none (MEXC, candles turned into trades). */
  tradeId: number | null
  price: number
  quantity: number
  /** The side that crossed the spread; null where the venue does not say. */
  aggressor: Side | null
}>

/** Best bid and ask. */
export type Quote = Readonly<{
  kind: 'quote'
  eventMs: number
  bidPrice: number
  bidQuantity: number
  askPrice: number
  askQuantity: number
}>

/** One price level of the book now holds this quantity; zero removes it. */
export type BookLevel = Readonly<{
  kind: 'bookLevel'
  eventMs: number
  side: Side
  price: number
  quantity: number
}>

/** The book is unknown from here on; the levels that follow build it anew. */
export type BookReset = Readonly<{ kind: 'bookReset'; eventMs: number }>

/**
 * Open, high, low, close and volume over an interval; eventMs is its close, openMs = eventMs - intervalMs.
 */
export type Candle = Readonly<{
  kind: 'candle'
  eventMs: number
  intervalMs: number
  open: number
  high: number
  low: number
  close: number
  volume: number
}>

/** Data is missing: nothing is known of the gapMs before eventMs. Never bridged, always reported. */
export type Gap = Readonly<{ kind: 'gap'; eventMs: number; gapMs: number }>

/** Time has passed without data, so that candles of a quiet instrument close and orders expire. */
export type Heartbeat = Readonly<{ kind: 'heartbeat'; eventMs: number }>

export type MarketEvent = Trade | Quote | BookLevel | BookReset | Candle | Gap | Heartbeat

/** A run of market events of one instrument, in the order received. An array of events is one. */
export type MarketBatch = Readonly<{ length: number; at(index: number): MarketEvent | undefined }>

export type { InstrumentId }
