import { setTimeout as sleep } from 'node:timers/promises'
import type { Telemetry } from '../../engine/telemetry.ts'
import { parseObject, textOf } from './json.ts'
import { openLiveSocket } from './live-socket.ts'
import type { RestClient } from './rest-client.ts'

/**
 * Tells that something has happened to the account. What it was is asked by queries: events may come twice,
 * late or never.
 */
export type UserStream = Readonly<{
  /** Returns at news since the last call, after timeoutMs, or when aborted. */
  wait(timeoutMs: number, signal: AbortSignal): Promise<void>
  close(): Promise<void>
}>

export type UserStreamOptions = Readonly<{
  rest: RestClient
  streamUrl: string
  telemetry: Telemetry
  silenceMs?: number
}>

const PATH = '/api/v3/userDataStream'
const SILENCE_MS = 30_000
const KEEP_ALIVE_MS = 30 * 60_000
/** The venue ends a connection after 24 hours; ours ends before, between two queries. */
const LIFE_MS = 23 * 3_600_000
const BACKOFF_MS_MIN = 250
const BACKOFF_MS_MAX = 10_000

/** Connects at the first wait, and again whenever the connection ends, until closed. */
export function createUserStream(options: UserStreamOptions): UserStream {
  const closing = new AbortController()
  const waiting = new Set<() => void>()
  let hasNews = false
  let running: Promise<void> | null = null
  const tell = (): void => {
    hasNews = waiting.size === 0
    for (const wake of waiting) wake()
  }
  return {
    wait(timeoutMs, signal) {
      running ??= run(options, closing.signal, tell)
      if (hasNews || signal.aborted || closing.signal.aborted) {
        hasNews = false
        return Promise.resolve()
      }
      return new Promise((resolve) => {
        const wake = (): void => {
          clearTimeout(timer)
          waiting.delete(wake)
          signal.removeEventListener('abort', wake)
          resolve()
        }
        const timer = setTimeout(wake, timeoutMs)
        waiting.add(wake)
        signal.addEventListener('abort', wake, { once: true })
      })
    },
    async close() {
      closing.abort()
      tell()
      await running
    },
  }
}

async function run(options: UserStreamOptions, signal: AbortSignal, tell: () => void): Promise<void> {
  let backoffMs = BACKOFF_MS_MIN
  const isClosed = (): boolean => signal.aborted
  while (!isClosed()) {
    const startMs = performance.now()
    const reason = await follow(options, signal, tell)
    if (isClosed()) return
    // While nobody listened anything may have happened.
    tell()
    options.telemetry.log('warn', 'the user stream ended', { reason })
    backoffMs =
      performance.now() - startMs > BACKOFF_MS_MAX ? BACKOFF_MS_MIN : Math.min(2 * backoffMs, BACKOFF_MS_MAX)
    await sleep(backoffMs, undefined, { signal }).catch(() => undefined)
  }
}

/** One connection from its listen key to its end; returns why it ended. */
async function follow(options: UserStreamOptions, signal: AbortSignal, tell: () => void): Promise<string> {
  const { rest, streamUrl, silenceMs = SILENCE_MS } = options
  let listenKey: string
  try {
    listenKey = textOf(
      parseObject(await rest.unsigned('POST', PATH, new URLSearchParams(), true)),
      'listenKey',
    )
  } catch (error) {
    return error instanceof Error ? error.message : 'no listen key'
  }
  return new Promise((resolve) => {
    const end = (): void => {
      socket.close()
    }
    const keeper = setInterval(() => {
      rest.unsigned('PUT', PATH, new URLSearchParams({ listenKey }), true).catch(end)
    }, KEEP_ALIVE_MS)
    const life = setTimeout(end, LIFE_MS)
    const socket = openLiveSocket({
      url: `${streamUrl}/ws/${listenKey}`,
      silenceMs,
      onOpen: tell,
      onText: tell,
      onEnd(reason) {
        clearInterval(keeper)
        clearTimeout(life)
        signal.removeEventListener('abort', end)
        resolve(reason)
      },
    })
    signal.addEventListener('abort', end, { once: true })
    if (signal.aborted) end()
  })
}
