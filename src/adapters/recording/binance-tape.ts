import type { MarketEvent } from '../../domain/market.ts'
import { createBinanceBook } from './binance-book.ts'
import type { DepthDiff, DepthSnapshot, Received } from './binance-book.ts'
import type { RowSink } from './row-sink.ts'

export type TradeFrame = Readonly<{
  kind: 'trade' | 'aggTrade'
  id: number
  price: number
  quantity: number
  tradeMs: number
  buyerIsMaker: boolean
}>
export type TickerFrame = Readonly<{
  kind: 'bookTicker'
  bidPrice: number
  bidQuantity: number
  askPrice: number
  askQuantity: number
}>
/** What a frame says, with its prices admitted. */
export type BinanceFrame = TradeFrame | TickerFrame | DepthDiff | DepthSnapshot

/** Makes market events of frames, in the order received. */
export type BinanceTape = Readonly<{ frame(frame: BinanceFrame, at: Received): void }>

/**
 * firstMs: the first venue time in the file, for quotes before any frame with a time of its own. A bookTicker
 * has
 * none: its quote gets the newest venue time seen so far, since the receiver's clock may be wrong by seconds.
 */
export function createBinanceTape(sink: RowSink, firstMs: number | null): BinanceTape {
  const book = createBinanceBook(sink)
  let newestMs = firstMs
  let tradeKind: TradeFrame['kind'] | null = null
  return {
    frame(frame, at) {
      switch (frame.kind) {
        case 'trade':
        case 'aggTrade':
          // The same trades come on both streams; only the one met first counts.
          if ((tradeKind ??= frame.kind) !== frame.kind) return
          newestMs = Math.max(newestMs ?? 0, frame.tradeMs)
          sink.event(tradeOf(frame), at.receivedMs, at.line)
          return
        case 'depthUpdate':
          newestMs = Math.max(newestMs ?? 0, frame.eventMs)
          book.diff(frame, at)
          return
        case 'bookTicker':
        case 'depthSnapshot': {
          const eventMs = newestMs ?? at.receivedMs
          if (Number.isNaN(eventMs)) sink.bad(at.line, 'no time is known for this frame')
          else if (frame.kind === 'depthSnapshot') book.snapshot(frame, eventMs, at)
          else sink.event(quoteOf(frame, eventMs), at.receivedMs, at.line)
          return
        }
        default:
          return frame satisfies never
      }
    },
  }
}

/** The maker rested in the book, so the other side crossed the spread. */
const tradeOf = ({ id, price, quantity, tradeMs, buyerIsMaker }: TradeFrame): MarketEvent => ({
  kind: 'trade',
  eventMs: tradeMs,
  tradeId: id,
  price,
  quantity,
  aggressor: buyerIsMaker ? 'sell' : 'buy',
})

const quoteOf = (
  { bidPrice, bidQuantity, askPrice, askQuantity }: TickerFrame,
  eventMs: number,
): MarketEvent => ({
  kind: 'quote',
  eventMs,
  bidPrice,
  bidQuantity,
  askPrice,
  askQuantity,
})
