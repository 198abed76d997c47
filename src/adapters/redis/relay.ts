import { consumers } from '../../engine/trading-log.ts'
import type { TradingLog } from '../../engine/trading-log.ts'
import type { RedisLine } from './connection.ts'
import { isReply } from './redis-error.ts'
import { announceEntries, wireId, wireKey } from './wire.ts'

export type Relay = Readonly<{
  /**
   * Puts on the wire what it lacks, takes off what every consumer has behind it, and returns the number of
   * entries announced. Two at once do no harm. Throws CDB_REDIS_* and what the log throws.
   */
  sweep(): Promise<number>
}>

export type RelayOptions = Readonly<{ redis: RedisLine; log: TradingLog; account: string }>

/** After a loss only the newest entries are announced: readers that are further back read the log anyway. */
const REFILL_MAX = 10_000
const READ_MAX = 1_000

export function createRelay({ redis, log, account }: RelayOptions): Relay {
  const key = wireKey(account)
  return {
    async sweep() {
      const onWire = await newestOnWire(redis, key)
      // Read after the wire: what is announced has been committed before.
      const head = await log.headSeq()
      const behind = Math.min(...(await Promise.all(consumers.map((consumer) => log.cursor(consumer)))))
      // Nobody but a forger announces what the log does not have, and Redis would refuse the real ones.
      if (onWire > head) await redis.run((client) => client.unlink(key))
      const known = onWire > head ? 0 : onWire
      const announced = await announceAfter(Math.max(known, behind, head - REFILL_MAX), head)
      await redis.run((client) => client.xtrim(key, 'MINID', '~', wireId(behind)))
      return announced
    },
  }

  async function announceAfter(afterSeq: number, head: number): Promise<number> {
    let announced = 0
    for (let after = afterSeq; after < head;) {
      const entries = await log.read(after, Math.min(READ_MAX, head - after))
      if (entries.length === 0) return announced
      await announceEntries(redis, key, entries)
      announced += entries.length
      after += entries.length
    }
    return announced
  }
}

/** The newest number that the stream ever held; 0 when there is no stream. */
async function newestOnWire(redis: RedisLine, key: string): Promise<number> {
  const parts = await redis.run((client) => client.xinfo('STREAM', key).catch(noStream))
  const at = Array.isArray(parts) ? parts.indexOf('last-generated-id') : -1
  const id: unknown = Array.isArray(parts) && at >= 0 ? parts[at + 1] : '0-0'
  return Number(String(id).split('-', 1)[0])
}

function noStream(error: unknown): null {
  if (isReply(error) && error instanceof Error && error.message.startsWith('ERR no such key')) return null
  throw error
}
