import { createHmac } from 'node:crypto'
import { CdbError } from '../../domain/errors.ts'
import type { Clock } from '../../engine/clock.ts'
import { RECV_WINDOW_MS } from '../../engine/venue-gateway.ts'
import { createHttpClient } from './http-client.ts'
import type { HttpMethod, HttpOutcome } from './http-client.ts'
import { refusalOf } from './refusal.ts'

export type VenueKey = Readonly<{ apiKey: string; secret: string }>

/** What the venue refused a query with. */
export type Refused = Readonly<{ code: number; message: string }>

/** Requests of Binance's REST interface, signed where they must be. Each is sent once. */
export type RestClient = Readonly<{
  /** Signs with exactly this time. Never throws. */
  post(path: string, query: URLSearchParams, signedMs: number): Promise<HttpOutcome>
  /**
   * The text of the answer, or a refusal with one of the codes that the caller knows what to do about. Throws
   * CDB_VENUE_UNREACHABLE and CDB_VENUE_REFUSED.
   */
  signed(
    method: HttpMethod,
    path: string,
    query: URLSearchParams,
    expected: readonly number[],
  ): Promise<string | Refused>
  /** With the key only (listen keys), or with nothing (market data). Throws as above. */
  unsigned(method: HttpMethod, path: string, query: URLSearchParams, hasKey: boolean): Promise<string>
  /** What is added to our clock to get the venue's. */
  setOffset(offsetMs: number): void
  close(): void
}>

export type RestClientOptions = Readonly<{
  baseUrl: string
  /** Read anew for every request, so that a key can be changed under way. */
  key(): Promise<VenueKey>
  clock: Clock
  timeoutMs?: number
}>

const WAIT_DEFAULT_MS = 10_000
const WAIT_MS_MAX = 3 * 24 * 3_600_000
const BANNED = 418
const TOO_MANY = 429

export function createRestClient({ baseUrl, key, clock, timeoutMs }: RestClientOptions): RestClient {
  const http = createHttpClient(baseUrl, timeoutMs)
  const calm = createCalm(clock)
  let offsetMs = 0

  const sendSigned = async (
    method: HttpMethod,
    path: string,
    query: URLSearchParams,
    signedMs: number,
  ): Promise<HttpOutcome> => {
    const { apiKey, secret } = await key()
    const text = `${query.toString()}&recvWindow=${RECV_WINDOW_MS}&timestamp=${signedMs}`
    const signature = createHmac('sha256', secret).update(text).digest('hex')
    const outcome = await http.send(method, `${path}?${text}&signature=${signature}`, {
      'x-mbx-apikey': apiKey,
    })
    calm.note(outcome)
    return outcome
  }

  return {
    async post(path, query, signedMs) {
      const waitMs = calm.waitMs('order')
      if (waitMs > 0) return { kind: 'notSent', reason: `the venue asked to wait ${waitMs} ms more` }
      try {
        return await sendSigned('POST', path, query, signedMs)
      } catch (error) {
        // The key could not be read: sending never throws.
        return {
          kind: 'notSent',
          reason: error instanceof CdbError ? error.message : 'the key cannot be read',
        }
      }
    },
    async signed(method, path, query, expected) {
      refuseToPress(calm.waitMs(method === 'DELETE' ? 'cancel' : 'query'), path)
      const outcome = await sendSigned(method, path, query, clock.nowMs() + Math.round(offsetMs))
      return answerOf(outcome, path, expected)
    },
    async unsigned(method, path, query, hasKey) {
      refuseToPress(calm.waitMs('query'), path)
      const headers = hasKey ? { 'x-mbx-apikey': (await key()).apiKey } : {}
      const text = query.toString()
      const outcome = await http.send(method, text === '' ? path : `${path}?${text}`, headers)
      calm.note(outcome)
      const answer = answerOf(outcome, path, [])
      if (typeof answer === 'string') return answer
      throw refusedError(path, answer)
    },
    setOffset(ms) {
      offsetMs = ms
    },
    close: http.close,
  }
}

/**
 * After 429 and 418 nothing is sent until the time that the venue named, or its ban grows: after 429 only
 * cancels, after 418 nothing at all.
 */
type Calm = Readonly<{
  waitMs(what: 'order' | 'cancel' | 'query'): number
  note(outcome: HttpOutcome): void
}>

function createCalm(clock: Clock): Calm {
  let untilMs = -Infinity
  let isBanned = false
  return {
    waitMs(what) {
      const leftMs = Math.ceil(untilMs - clock.monotonicMs())
      return leftMs > 0 && (isBanned || what !== 'cancel') ? leftMs : 0
    },
    note(outcome) {
      if (outcome.kind !== 'answer' || (outcome.status !== TOO_MANY && outcome.status !== BANNED)) return
      const seconds = outcome.headers['retry-after'] ?? ''
      const waitMs = /^\d{1,7}$/.test(seconds) ? Number(seconds) * 1000 : WAIT_DEFAULT_MS
      untilMs = Math.max(untilMs, clock.monotonicMs() + Math.min(waitMs, WAIT_MS_MAX))
      isBanned = outcome.status === BANNED
    },
  }
}

function refuseToPress(waitMs: number, path: string): void {
  if (waitMs <= 0) return
  throw new CdbError('CDB_VENUE_REFUSED', `${path}: the venue asked to wait ${waitMs} ms more`)
}

function answerOf(outcome: HttpOutcome, path: string, expected: readonly number[]): string | Refused {
  if (outcome.kind !== 'answer') throw new CdbError('CDB_VENUE_UNREACHABLE', `${path}: ${outcome.reason}`)
  const { status, text } = outcome
  if (status === 200) return text
  const refused = refusalOf(text)
  if (status >= 500) throw new CdbError('CDB_VENUE_UNREACHABLE', `${path}: ${status} ${refused.message}`)
  if (expected.includes(refused.code)) return refused
  throw refusedError(path, refused)
}

const refusedError = (path: string, { code, message }: Refused): CdbError =>
  new CdbError('CDB_VENUE_REFUSED', `${path}: ${code} ${message}`, {
    mend: 'check the key, its permissions and the clock',
  })
