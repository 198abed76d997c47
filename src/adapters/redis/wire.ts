import { setTimeout as sleep } from 'node:timers/promises'
import type { TradingEntry, Wire } from '../../engine/trading-log.ts'
import type { RedisConnection, RedisLine } from './connection.ts'
import { isReply } from './redis-error.ts'

export const wireKey = (account: string): string => `log:${account}`

/** The id of an entry is its place in the log, so that Redis itself refuses to hold it twice. */
export const wireId = (seq: number): string => `${seq}-1`

/** One question to Redis waits so long; without an answer soon after, Redis is taken as away. */
const LISTEN_MS = 250
const GRACE_MS = 100
/** What is not read for so long is not announced: readers find it by themselves. */
const PENDING_MAX = 1_000
/** So many entries are heard of at once. */
const HEARD_MAX = 100

type State = {
  /** A question to Redis that has no answer yet: the newest id that it hears of, null for none. */
  listening: Promise<string | null> | null
  /** Where the reader stood when it was last woken, and the id of the newest entry that woke it there. */
  woken: Readonly<{ seq: number; byId: string }>
  pending: number
}

const NOT_WOKEN = { seq: -1, byId: '' }

/**
 * The wire of one account. An entry that was announced only wakes readers: they read the log itself. While
 * Redis is away, waiting ends after a quarter of a second, so that readers look at the log that often.
 */
export function createRedisWire(redis: RedisConnection, account: string): Wire {
  const key = wireKey(account)
  const line = redis.line()
  const state: State = { listening: null, woken: NOT_WOKEN, pending: 0 }
  return {
    announce(entries) {
      if (entries.length === 0 || state.pending >= PENDING_MAX) return
      state.pending += 1
      // What could not be announced is found by the readers, and written by the relay's next sweep.
      announceEntries(redis, key, entries)
        .catch(() => undefined)
        .finally(() => {
          state.pending -= 1
        })
    },
    async wait(seq, timeoutMs, signal) {
      const untilMs = performance.now() + timeoutMs
      for (;;) {
        const leftMs = untilMs - performance.now()
        if (leftMs <= 0 || signal.aborted) return
        const answer =
          redis.problem() === '' ? await listen(line, key, state, { seq, leftMs, signal }) : 'away'
        if (answer === 'heard') return
        if (answer === 'away') return pause(Math.min(LISTEN_MS, untilMs - performance.now()), signal)
      }
    },
  }
}

/** One pipeline. Throws CDB_REDIS_*; an entry that is on the wire already, or is older, is none the worse. */
export async function announceEntries(
  redis: RedisLine,
  key: string,
  entries: readonly TradingEntry[],
): Promise<void> {
  await redis.run(async (client) => {
    const pipeline = client.pipeline()
    for (const { seq, hash } of entries) pipeline.xadd(key, wireId(seq), 'seq', seq, 'hash', hash)
    const results = await pipeline.exec()
    for (const [error] of results ?? []) if (error !== null && !isOldId(error)) throw error
  })
}

const isOldId = (error: Error): boolean =>
  isReply(error) && error.message.includes('equal or smaller than the target stream top item')

type Listen = Readonly<{ seq: number; leftMs: number; signal: AbortSignal }>

/** Waits for one answer of Redis at most; notes what it says. */
async function listen(
  line: RedisLine,
  key: string,
  state: State,
  { seq, leftMs, signal }: Listen,
): Promise<'heard' | 'quiet' | 'away'> {
  const blockMs = Math.max(1, Math.min(LISTEN_MS, Math.ceil(leftMs)))
  const hearing = state.listening ?? ask(line, key, state, { afterId: afterOf(state, seq), blockMs })
  const timer = new AbortController()
  const late = pause(blockMs + GRACE_MS, AbortSignal.any([signal, timer.signal])).then(() => 'away' as const)
  try {
    const byId = await Promise.race([hearing, late])
    if (byId === 'away') return byId
    state.woken = byId === null ? NOT_WOKEN : { seq, byId }
    // An entry after the place of an earlier wait may be before this one.
    return byId !== null && seqOf(byId) > seq ? 'heard' : 'quiet'
  } catch {
    return 'away'
  } finally {
    timer.abort()
  }
}

/**
 * Where the reader stands, unless an entry has woken it there in vain: one that the log does not have must
 * not wake it again and again. After a quiet time it may, for the stream may have been begun anew.
 */
const afterOf = ({ woken }: State, seq: number): string =>
  woken.seq === seq && seqOf(woken.byId) > seq ? woken.byId : wireId(seq)

function ask(
  line: RedisLine,
  key: string,
  state: State,
  { afterId, blockMs }: Readonly<{ afterId: string; blockMs: number }>,
): Promise<string | null> {
  const hearing = line
    .run((client) => client.xread('COUNT', HEARD_MAX, 'BLOCK', blockMs, 'STREAMS', key, afterId))
    .then((streams) => streams?.[0]?.[1].at(-1)?.[0] ?? null)
    .finally(() => {
      state.listening = null
    })
  // Whoever waits hears of a failure; when nobody does, the next question tells.
  hearing.catch(() => undefined)
  state.listening = hearing
  return hearing
}

/** What is beyond every log is rounded, and still beyond. */
const seqOf = (id: string): number => Number(id.slice(0, id.indexOf('-')))

/** Waits; ends at once when aborted. */
const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  sleep(Math.max(0, ms), undefined, { signal }).catch(() => undefined)
