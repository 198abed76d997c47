import { priceOfNumber, quantity } from '../domain/decimal.ts'
import type { Mark } from '../domain/event.ts'
import type { InstrumentId } from '../domain/instrument.ts'
import type { MarketEvent } from '../domain/market.ts'
import {
  applyLevel,
  applyQuote,
  applyTrade,
  bestAsk,
  bestBid,
  createBook,
  depthOf,
  resetBook,
} from './book.ts'
import type { Book } from './book.ts'
import { createDayVolume } from './day-volume.ts'
import type { DayVolume } from './day-volume.ts'

/** A mark is due this long after the last one: C15 calls older marks stale. */
const MARK_MS = 5_000
/** ... or when the price has moved by this share since. */
const MARK_MOVE = 0.001
/** How much tape must follow a gap before trades count as fresh again. */
const FRESH_MS = 10_000
const DEPTH_LEVELS = 10

/** Follows the tape and tells the prices that risk decides by. */
export type Marks = Readonly<{
  /** Takes in one event; true when a mark is due. */
  onMarket(event: MarketEvent): boolean
  /** The mark of now; null until the first price. */
  take(): Mark | null
  nowMs(): number
}>

type MarkState = {
  readonly instrument: InstrumentId
  readonly book: Book
  readonly volume: DayVolume
  nowMs: number
  /** The last price; NaN before the first. */
  price: number
  intervalMs: number
  markedMs: number
  markedPrice: number
  /** Until then the data counts as stale. */
  freshMs: number
}

export function createMarks(instrument: InstrumentId): Marks {
  const state: MarkState = {
    instrument,
    book: createBook(),
    volume: createDayVolume(),
    nowMs: 0,
    price: Number.NaN,
    intervalMs: 0,
    markedMs: -Infinity,
    markedPrice: 0,
    freshMs: -Infinity,
  }
  return {
    onMarket: (event) => onMarket(state, event),
    take: () => takeMark(state),
    nowMs: () => state.nowMs,
  }
}

function onMarket(state: MarkState, event: MarketEvent): boolean {
  if (event.eventMs > state.nowMs) state.nowMs = event.eventMs
  switch (event.kind) {
    case 'trade':
      applyTrade(state.book, event)
      return onPrice(state, event.eventMs, event.price, event.quantity)
    case 'candle':
      state.intervalMs = event.intervalMs
      onPrice(state, event.eventMs, event.close, event.volume)
      return true
    case 'quote':
      applyQuote(state.book, event)
      break
    case 'bookLevel':
      applyLevel(state.book, event)
      break
    case 'bookReset':
      resetBook(state.book)
      break
    case 'gap':
      state.freshMs = Math.max(state.freshMs, event.eventMs + Math.max(FRESH_MS, state.intervalMs))
      break
    case 'heartbeat':
      break
    default:
      return event satisfies never
  }
  return state.nowMs - state.markedMs >= MARK_MS && !Number.isNaN(state.price)
}

function onPrice(state: MarkState, eventMs: number, price: number, amount: number): boolean {
  state.price = price
  state.volume.add(eventMs, amount)
  const moved = Math.abs(price - state.markedPrice) >= state.markedPrice * MARK_MOVE
  return moved || state.nowMs - state.markedMs >= MARK_MS
}

function takeMark(state: MarkState): Mark | null {
  const { instrument, book, nowMs, price, intervalMs } = state
  if (Number.isNaN(price)) return null
  state.markedMs = nowMs
  state.markedPrice = price
  const bid = bestBid(book)
  const ask = bestAsk(book)
  const depth = depthOf(book, DEPTH_LEVELS)
  return {
    kind: 'mark',
    instrument,
    eventMs: nowMs,
    price: priceOfNumber(price),
    bid: bid === null ? null : priceOfNumber(bid),
    ask: ask === null ? null : priceOfNumber(ask),
    volumeDay: state.volume.sumAt(nowMs),
    depth: depth === null ? null : quantity(depth.toFixed(8)),
    stale: nowMs < state.freshMs,
    intervalMs,
  }
}
