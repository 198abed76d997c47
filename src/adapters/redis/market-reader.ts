import type { InstrumentId } from '../../domain/instrument.ts'
import type { MarketReader } from '../../engine/market-stream.ts'
import { BLOCK_MS_MAX } from './connection.ts'
import type { RedisConnection, RedisLine } from './connection.ts'
import { batchOf, marketKey } from './market-entry.ts'
import type { StreamEntry } from './market-entry.ts'

/** Before every entry. */
const START = '0'
/** No id of the same millisecond is greater. */
const LAST_OF_MS = '18446744073709551615'

/** Reads one instrument on a connection of its own. */
export function createMarketReader(redis: RedisConnection, instrument: InstrumentId): MarketReader {
  const key = marketKey(instrument)
  const line = redis.line()
  const end = async (): Promise<string> => {
    const [newest] = await redis.run((client) => client.xrevrangeBuffer(key, '+', '-', 'COUNT', 1))
    return newest === undefined ? START : newest[0].toString('latin1')
  }
  return {
    end,
    // The id of an entry begins with the time it was sent.
    positionAt: (sentMs) => Promise.resolve(sentMs <= 0 ? START : `${Math.trunc(sentMs) - 1}-${LAST_OF_MS}`),
    async read(after, countMax, timeoutMs, signal) {
      const untilMs = performance.now() + timeoutMs
      let from = after
      for (;;) {
        const leftMs = Math.max(1, Math.min(BLOCK_MS_MAX, Math.ceil(untilMs - performance.now())))
        const entries = await unlessAborted(readOnce(line, { key, from, countMax, blockMs: leftMs }), signal)
        if (entries.length > 0) return entries.map(batchOf)
        if (signal.aborted || performance.now() >= untilMs) return []
        // The stream was lost and begun anew by a publisher whose clock is behind: all of it is newer.
        if (isBefore(await end(), from)) from = START
      }
    },
  }
}

type Question = Readonly<{ key: string; from: string; countMax: number; blockMs: number }>

const readOnce = async (
  line: RedisLine,
  { key, from, countMax, blockMs }: Question,
): Promise<readonly StreamEntry[]> => {
  const streams = await line.run((client) =>
    client.xreadBuffer('COUNT', countMax, 'BLOCK', blockMs, 'STREAMS', key, from),
  )
  return streams?.[0]?.[1] ?? []
}

/** Ends with nothing when aborted; the read that goes on is short, and takes nothing away. */
function unlessAborted(
  reading: Promise<readonly StreamEntry[]>,
  signal: AbortSignal,
): Promise<readonly StreamEntry[]> {
  if (signal.aborted) {
    reading.catch(() => undefined)
    return Promise.resolve([])
  }
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      resolve([])
    }
    signal.addEventListener('abort', abort, { once: true })
    reading.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', abort)
    })
  })
}

/** Whether a position of a stream that is not empty lies before another. */
function isBefore(position: string, other: string): boolean {
  const [left, right] = [idOf(position), idOf(other)]
  if (position === START) return false
  return left.ms === right.ms ? left.number < right.number : left.ms < right.ms
}

const idOf = (position: string): Readonly<{ ms: number; number: bigint }> => {
  const [ms = '0', number = '0'] = position.split('-')
  return { ms: Number(ms), number: BigInt(number) }
}
