import type { MarketEvent, Trade } from '../domain/market.ts'

/** Some market events of one instrument, as published together. */
export type StreamedBatch = Readonly<{
  /** Where it stands in the stream; opaque, grows. */
  position: string
  /** Epoch of the publisher's lease. */
  epoch: number
  /**
   * Number of the first event since the stream began; the next batch begins where this one ends, or a gap
   * is.
   */
  firstSeq: number
  sentMs: number
  events: readonly MarketEvent[]
}>

/** Writes one instrument's stream. */
export interface MarketPublisher {
  /** The newest batch; null when the stream is empty. */
  last(): Promise<StreamedBatch | null>
  /** Throws CDB_FENCED when a newer epoch has published, CDB_REDIS_UNREACHABLE, CDB_REDIS_FULL. */
  publish(batch: Omit<StreamedBatch, 'position'>): Promise<void>
}

/** Reads one instrument's stream. */
export interface MarketReader {
  /** Position of the newest batch; '0' when the stream is empty. */
  end(): Promise<string>
  /** The position before the oldest batch that was sent at or after sentMs and is still there. */
  positionAt(sentMs: number): Promise<string>
  /**
   * Batches after a position, at most countMax; waits up to timeoutMs for the first. Throws
   * CDB_REDIS_UNREACHABLE. An entry that cannot be read is returned as a batch with one gap event.
   */
  read(
    after: string,
    countMax: number,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<readonly StreamedBatch[]>
}

/** Public market data of one instrument at a venue, live. */
export interface MarketFeed {
  /** Events as they arrive, until aborted. Throws CDB_FEED_LOST when the connection ends or falls silent. */
  open(signal: AbortSignal): AsyncIterable<readonly MarketEvent[]>
  /** Trades after a venue trade id, oldest first, at most countMax. Throws CDB_VENUE_UNREACHABLE. */
  tradesAfter(tradeId: number, countMax: number): Promise<readonly Trade[]>
}
