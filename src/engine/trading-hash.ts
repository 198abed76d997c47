import type { Digest } from './ports.ts'
import type { TradingEntry } from './trading-log.ts'

/**
 * The hash of an entry of the trading log: SHA-256 over previous hash, sequence, cause, place in the tape,
 * payload, and writer with its epoch (`risk/3`), each on a line.
 */
export const tradingHash = (digest: Digest, entry: Omit<TradingEntry, 'event' | 'hash'>): string =>
  digest(
    [
      entry.prevHash,
      entry.seq,
      entry.causeSeq,
      entry.marketSeq,
      entry.payload,
      `${entry.writer}/${entry.epoch}`,
    ].join('\n'),
  )
