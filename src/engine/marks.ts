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
import { createDayVolume } from './day-volume.ts'

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

export function createMarks(instrument: InstrumentId): Marks {
  const book = createBook()
  const volume = createDayVolume()
  let nowMs = 0
  let price = Number.NaN
  let intervalMs = 0
  let markedMs = -Infinity
  let markedPrice = 0
  let freshMs = -Infinity

  const onPrice = (eventMs: number, at: number, amount: number): boolean => {
    if (eventMs > nowMs) nowMs = eventMs
    price = at
    volume.add(eventMs, amount)
    return nowMs - markedMs >= MARK_MS || Math.abs(at - markedPrice) >= markedPrice * MARK_MOVE
  }

  return {
    onMarket(event) {
      switch (event.kind) {
        case 'trade':
          applyTrade(book, event)
          return onPrice(event.eventMs, event.price, event.quantity)
        case 'candle':
          intervalMs = event.intervalMs
          onPrice(event.eventMs, event.close, event.volume)
          return true
        case 'quote':
          applyQuote(book, event)
          break
        case 'bookLevel':
          applyLevel(book, event)
          break
        case 'bookReset':
          resetBook(book)
          break
        case 'gap':
          freshMs = Math.max(freshMs, event.eventMs + Math.max(FRESH_MS, intervalMs))
          break
        case 'heartbeat':
          break
        default:
          return event satisfies never
      }
      if (event.eventMs > nowMs) nowMs = event.eventMs
      return nowMs - markedMs >= MARK_MS && !Number.isNaN(price)
    },
    take() {
      if (Number.isNaN(price)) return null
      markedMs = nowMs
      markedPrice = price
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
        volumeDay: volume.sumAt(nowMs),
        depth: depth === null ? null : quantity(depth.toFixed(8)),
        stale: nowMs < freshMs,
        intervalMs,
      }
    },
    nowMs: () => nowMs,
  }
}
