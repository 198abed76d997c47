import type { MarketEvent, Side } from '../../domain/market.ts'
import type { RowSink } from './row-sink.ts'

/** A level of the book as a frame has it. */
export type Level = Readonly<{ side: Side; price: number; quantity: number }>

export type DepthDiff = Readonly<{
  kind: 'depthUpdate'
  eventMs: number
  /** Ids of the first and last change in it; the next diff goes on with the id behind. */
  firstUpdateId: number
  lastUpdateId: number
  levels: readonly Level[]
}>
export type DepthSnapshot = Readonly<{
  kind: 'depthSnapshot'
  lastUpdateId: number
  levels: readonly Level[]
}>

/** Where a frame stands: its line and the receiver's clock. */
export type Received = Readonly<{ receivedMs: number; line: number }>

/** Diffs kept so that a snapshot, which arrives late, can be brought up to date. */
const DIFFS_KEPT_MAX = 256

/**
 * Makes level events of depth diffs and snapshots. Levels follow a reset at the start and wherever the ids
 * show
 * that a diff is missing, which is a gap.
 * Source: "How to manage a local order book correctly", Binance spot API documentation.
 */
export type BinanceBook = Readonly<{
  diff(frame: DepthDiff, at: Received): void
  snapshot(frame: DepthSnapshot, eventMs: number, at: Received): void
}>

export function createBinanceBook(sink: RowSink): BinanceBook {
  let updateId: number | null = null
  let depthMs = 0
  const recent: DepthDiff[] = []
  const tell = (event: MarketEvent, { receivedMs, line }: Received): void => {
    sink.event(event, receivedMs, line)
  }
  const tellLevels = (levels: readonly Level[], eventMs: number, at: Received): void => {
    for (const { side, price, quantity } of levels) {
      tell({ kind: 'bookLevel', eventMs, side, price, quantity }, at)
    }
  }
  return {
    diff(frame, at) {
      const { eventMs } = frame
      if (updateId !== null && frame.lastUpdateId <= updateId) return
      if (updateId !== null && frame.firstUpdateId > updateId + 1) {
        tell({ kind: 'gap', eventMs, gapMs: Math.max(0, eventMs - depthMs) }, at)
        updateId = null
        recent.length = 0
      }
      if (updateId === null) tell({ kind: 'bookReset', eventMs }, at)
      updateId = frame.lastUpdateId
      depthMs = eventMs
      recent.push(frame)
      if (recent.length > DIFFS_KEPT_MAX) recent.shift()
      tellLevels(frame.levels, eventMs, at)
    },
    // A snapshot is older than the diffs received before it: those it does not hold yet are applied on top
    // again.
    snapshot({ lastUpdateId, levels }, eventMs, at) {
      const oldest = recent[0]
      if (oldest !== undefined && lastUpdateId + 1 < oldest.firstUpdateId) return
      tell({ kind: 'bookReset', eventMs }, at)
      tellLevels(levels, eventMs, at)
      for (const later of recent) {
        if (later.lastUpdateId > lastUpdateId) tellLevels(later.levels, eventMs, at)
      }
      updateId = Math.max(lastUpdateId, updateId ?? 0)
      depthMs = eventMs
    },
  }
}
