import { CdbError } from '../../domain/errors.ts'
import type { InstrumentId } from '../../domain/instrument.ts'
import type { MarketPublisher, StreamedBatch } from '../../engine/market-stream.ts'
import { encodeBatch } from './batch-codec.ts'
import type { RedisLine } from './connection.ts'
import { isFunctionMissing, loadRedisFunctions, PUBLISH_FUNCTION } from './market-function.ts'
import { batchOf, hasHeader, marketKey } from './market-entry.ts'
import type { StreamEntry } from './market-entry.ts'
import { isReply } from './redis-error.ts'

/** Batches that the stream keeps at least, then the oldest go. */
const BATCHES_MAX = 100_000
/** Entries that others have spoiled are passed over, so many at most. */
const SPOILED_MAX = 100

/**
 * Publishes one instrument. Several batches may be on their way at once and arrive in the order given. What
 * this epoch has published already is not written again, so that a batch without an answer may be repeated.
 */
export function createMarketPublisher(
  redis: RedisLine,
  instrument: InstrumentId,
  { batchesMax = BATCHES_MAX }: Readonly<{ batchesMax?: number }> = {},
): MarketPublisher {
  const key = marketKey(instrument)
  return {
    async last() {
      const entries = await newest(redis, key, 1)
      if (entries.length === 0) return null
      const entry = entries.find(hasHeader) ?? (await newest(redis, key, SPOILED_MAX)).find(hasHeader)
      return entry === undefined ? null : batchOf(entry)
    },
    async publish(batch) {
      if (batch.events.length === 0) return
      const args = argumentsOf(key, batch, batchesMax)
      try {
        await redis.run((client) => client.call('FCALL', ...args).catch(fenced))
      } catch (error) {
        if (!isFunctionMissing(causeOf(error))) throw error
        await loadRedisFunctions(redis)
        await redis.run((client) => client.call('FCALL', ...args).catch(fenced))
      }
    },
  }
}

const newest = (redis: RedisLine, key: string, countMax: number): Promise<readonly StreamEntry[]> =>
  redis.run((client) => client.xrevrangeBuffer(key, '+', '-', 'COUNT', countMax))

const argumentsOf = (
  key: string,
  { epoch, firstSeq, sentMs, events }: Omit<StreamedBatch, 'position'>,
  batchesMax: number,
): (string | number | Buffer)[] => [
  ...[PUBLISH_FUNCTION, 1, key, epoch, firstSeq, events.length, Math.trunc(sentMs), batchesMax],
  encodeBatch(events),
]

const causeOf = (error: unknown): unknown => (error instanceof Error ? error.cause : undefined)

function fenced(error: unknown): never {
  if (isReply(error) && error instanceof Error && error.message.startsWith('FENCED')) {
    throw new CdbError('CDB_FENCED', `a newer publisher has taken over: ${error.message}`, { cause: error })
  }
  throw error
}
