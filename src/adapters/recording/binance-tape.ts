import type { BookLevel, MarketEvent } from '../../domain/market.ts'
import type { RowSink } from './row-sink.ts'

/** What a frame says, with its prices admitted. */
export type BinanceFrame =
  | Readonly<{
      kind: 'trade' | 'aggTrade'
      id: number
      price: number
      quantity: number
      tradeMs: number
      buyerIsMaker: boolean
    }>
  | Readonly<{
      kind: 'bookTicker'
      bidPrice: number
      bidQuantity: number
      askPrice: number
      askQuantity: number
    }>
  | DepthDiff
  | Readonly<{ kind: 'depthSnapshot'; lastUpdateId: number; levels: readonly Level[] }>
type DepthDiff = Readonly<{
  kind: 'depthUpdate'
  eventMs: number
  firstUpdateId: number
  lastUpdateId: number
  levels: readonly Level[]
}>
export type Level = Readonly<{ side: BookLevel['side']; price: number; quantity: number }>

/** Diffs kept so that a snapshot, which arrives late, can be brought up to date. */
const DIFFS_KEPT_MAX = 256

/** Makes market events of frames in the order received, keeping the book's update ids in line. */
export type BinanceTape = Readonly<{
  frame(frame: BinanceFrame, receivedMs: number, line: number): void
}>

/**
 * firstMs: the first venue time in the file, for quotes before any frame with a time of its own (bookTicker has
 * none: a quote gets the newest venue time seen so far, since the receiver's clock may be wrong by seconds).
 */
export function createBinanceTape(sink: RowSink, firstMs: number | null): BinanceTape {
  let newestMs = firstMs
  let tradeKind: 'trade' | 'aggTrade' | null = null
  let updateId: number | null = null
  let depthMs = 0
  const recent: DepthDiff[] = []

  const level = (eventMs: number, { side, price, quantity }: Level): MarketEvent => ({
    kind: 'bookLevel',
    eventMs,
    side,
    price,
    quantity,
  })

  const diff = (frame: DepthDiff, receivedMs: number, line: number): void => {
    const { eventMs } = frame
    if (updateId !== null && frame.lastUpdateId <= updateId) return
    if (updateId !== null && frame.firstUpdateId > updateId + 1) {
      sink.event({ kind: 'gap', eventMs, gapMs: Math.max(0, eventMs - depthMs) }, receivedMs, line)
      updateId = null
      recent.length = 0
    }
    if (updateId === null) sink.event({ kind: 'bookReset', eventMs }, receivedMs, line)
    updateId = frame.lastUpdateId
    depthMs = eventMs
    recent.push(frame)
    if (recent.length > DIFFS_KEPT_MAX) recent.shift()
    for (const change of frame.levels) sink.event(level(eventMs, change), receivedMs, line)
  }

  /** A snapshot is older than the diffs received before it: those it does not hold yet are applied on top again. */
  const snapshot = (
    lastUpdateId: number,
    levels: readonly Level[],
    eventMs: number,
    receivedMs: number,
    line: number,
  ): void => {
    const oldest = recent[0]
    if (oldest !== undefined && lastUpdateId + 1 < oldest.firstUpdateId) return
    sink.event({ kind: 'bookReset', eventMs }, receivedMs, line)
    for (const held of levels) sink.event(level(eventMs, held), receivedMs, line)
    for (const later of recent) {
      if (later.lastUpdateId <= lastUpdateId) continue
      for (const change of later.levels) sink.event(level(eventMs, change), receivedMs, line)
    }
    updateId = Math.max(lastUpdateId, updateId ?? 0)
    depthMs = eventMs
  }

  return {
    frame(frame, receivedMs, line) {
      switch (frame.kind) {
        case 'trade':
        case 'aggTrade': {
          // The same trades come on both streams; only the one met first counts.
          if ((tradeKind ??= frame.kind) !== frame.kind) return
          newestMs = Math.max(newestMs ?? 0, frame.tradeMs)
          sink.event(
            {
              kind: 'trade',
              eventMs: frame.tradeMs,
              tradeId: frame.id,
              price: frame.price,
              quantity: frame.quantity,
              // The maker rested in the book, so the other side crossed the spread.
              aggressor: frame.buyerIsMaker ? 'sell' : 'buy',
            },
            receivedMs,
            line,
          )
          return
        }
        case 'depthUpdate':
          newestMs = Math.max(newestMs ?? 0, frame.eventMs)
          return diff(frame, receivedMs, line)
        case 'bookTicker':
        case 'depthSnapshot': {
          const eventMs = newestMs ?? receivedMs
          if (Number.isNaN(eventMs)) return sink.bad(line, 'no time is known for this frame')
          if (frame.kind === 'depthSnapshot') {
            return snapshot(frame.lastUpdateId, frame.levels, eventMs, receivedMs, line)
          }
          const { bidPrice, bidQuantity, askPrice, askQuantity } = frame
          sink.event(
            { kind: 'quote', eventMs, bidPrice, bidQuantity, askPrice, askQuantity },
            receivedMs,
            line,
          )
          return
        }
        default:
          return frame satisfies never
      }
    },
  }
}
