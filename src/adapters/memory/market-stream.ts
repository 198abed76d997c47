import { CdbError } from '../../domain/errors.ts'
import type { MarketPublisher, MarketReader, StreamedBatch } from '../../engine/market-stream.ts'
import { createBell, timerSleeper } from './bell.ts'
import type { Bell, Sleeper } from './bell.ts'

export type MemoryMarketStream = Readonly<{ publisher: MarketPublisher; reader: MarketReader }>

type Unplaced = Omit<StreamedBatch, 'position'>
/** A position is the time of sending and a number within the millisecond, as in Redis. */
type Place = Readonly<{ ms: number; number: number }>
type Stored = Readonly<{ place: Place; batch: StreamedBatch }>

/** Batches that the stream keeps, then the oldest go. */
const BATCHES_MAX = 100_000
const START = '0'
const START_PLACE: Place = { ms: 0, number: -1 }
/** No place of the same millisecond is later. */
const LAST_OF_MS = Number.MAX_SAFE_INTEGER

/** One instrument's stream within one process; `clock` is what waiting is measured by. */
export function createMemoryMarketStream(clock: Sleeper = timerSleeper): MemoryMarketStream {
  const stored: Stored[] = []
  const bell = createBell(clock)
  return {
    publisher: {
      last: () => Promise.resolve(stored.at(-1)?.batch ?? null),
      publish: async (batch) => {
        await Promise.resolve()
        publish(stored, batch)
        bell.ring()
      },
    },
    reader: readerOf(stored, bell),
  }
}

function publish(stored: Stored[], batch: Unplaced): void {
  if (batch.events.length === 0) return
  const last = stored.at(-1)
  if (last !== undefined && last.batch.epoch > batch.epoch) {
    throw new CdbError(
      'CDB_FENCED',
      `a newer publisher has taken over: epoch ${last.batch.epoch} has published`,
    )
  }
  if (last?.batch.epoch === batch.epoch && endOf(batch) <= endOf(last.batch)) return
  const place = placeAfter(last?.place ?? START_PLACE, Math.trunc(batch.sentMs))
  stored.push({ place, batch: { ...batch, position: positionOf(place) } })
  if (stored.length > BATCHES_MAX) stored.shift()
}

const endOf = ({ firstSeq, events }: Unplaced): number => firstSeq + events.length

/** When the clock was set back, the newest time is kept. */
const placeAfter = (last: Place, sentMs: number): Place =>
  sentMs > last.ms ? { ms: sentMs, number: 0 } : { ms: last.ms, number: last.number + 1 }

const readerOf = (stored: readonly Stored[], bell: Bell): MarketReader => ({
  end: () => Promise.resolve(stored.at(-1)?.batch.position ?? START),
  positionAt: (sentMs) =>
    Promise.resolve(sentMs <= 0 ? START : positionOf({ ms: Math.trunc(sentMs) - 1, number: LAST_OF_MS })),
  async read(after, countMax, timeoutMs, signal) {
    const place = parsePosition(after)
    if (stored.length === 0 || !isAfter(stored.at(-1)?.place ?? START_PLACE, place)) {
      if (!signal.aborted) await bell.wait(timeoutMs, signal)
    }
    if (signal.aborted) return []
    // Readers are near the end, so the search begins there.
    const from = stored.findLastIndex((each) => !isAfter(each.place, place)) + 1
    return stored.slice(from, from + countMax).map(({ batch }) => batch)
  },
})

const isAfter = (place: Place, other: Place): boolean =>
  place.ms === other.ms ? place.number > other.number : place.ms > other.ms

const positionOf = ({ ms, number }: Place): string => `${ms}-${number}`

function parsePosition(position: string): Place {
  if (position === START) return START_PLACE
  const [ms, number] = position.split('-')
  return { ms: Number(ms), number: Number(number) }
}
