import { encodeEvent } from '../domain/codec.ts'
import type { TradingEvent } from '../domain/event.ts'
import type { Digest } from './ports.ts'

/**
 * One line of the trading log. `hash` covers the previous hash, so the last one stands for the whole history.
 */
export type LogEntry = Readonly<{
  seq: number
  /** The entry that brought this one about; 0 when it was market data or a person. */
  causeSeq: number
  /** Market events consumed when it was written: where in the tape it stands. */
  marketSeq: number
  event: TradingEvent
  /** The event as encoded by the codec: the bytes that are hashed and stored. */
  payload: string
  prevHash: string
  hash: string
}>

export type Journal = { seq: number; hash: string; readonly digest: Digest }

export const createJournal = (digest: Digest): Journal => ({ seq: 0, hash: '', digest })

/** Appends an event: gapless sequence, chained hash. */
export function appendEvent(
  journal: Journal,
  event: TradingEvent,
  { causeSeq, marketSeq }: Readonly<{ causeSeq: number; marketSeq: number }>,
): LogEntry {
  const seq = journal.seq + 1
  const payload = encodeEvent(event)
  const prevHash = journal.hash
  const hash = chainHash(journal.digest, { seq, causeSeq, marketSeq, payload, prevHash })
  journal.seq = seq
  journal.hash = hash
  return { seq, causeSeq, marketSeq, event, payload, prevHash, hash }
}

/**
 * The hash of an entry: SHA-256 over previous hash, sequence, cause, place in the tape and payload, each on a
 * line.
 */
export const chainHash = (digest: Digest, entry: Omit<LogEntry, 'event' | 'hash'>): string =>
  digest(`${entry.prevHash}\n${entry.seq}\n${entry.causeSeq}\n${entry.marketSeq}\n${entry.payload}`)
