import { createHmac, timingSafeEqual } from 'node:crypto'
import { refusal } from './venue-order.ts'
import type { Refusal } from './venue-order.ts'

export type Credentials = Readonly<{ apiKey: string; secret: string }>

/** What the account is opened with where nothing else is said: it guards no money. */
export const simulatorCredentials: Credentials = { apiKey: 'sim-key', secret: 'sim-secret' }

/** A request as it came: signed text and signature apart. */
export type SignedRequest = Readonly<{
  apiKey: string | undefined
  query: string
  params: URLSearchParams
}>

const RECV_WINDOW_DEFAULT_MS = 5_000
const RECV_WINDOW_MAX_MS = 60_000
/** How far ahead of the venue's clock a timestamp may be. */
const AHEAD_MS = 1_000

export type Denial = Readonly<{ status: number; refusal: Refusal }>

/** Null when the key is the account's. */
export function denyKey({ apiKey }: Credentials, given: string | undefined): Denial | null {
  if (given === undefined || given === '')
    return { status: 401, refusal: refusal(-2014, 'API-key format invalid.') }
  if (given === apiKey) return null
  return { status: 401, refusal: refusal(-2015, 'Invalid API-key, IP, or permissions for action.') }
}

/** Null when key, signature and time are right: HMAC-SHA256 over the query without its signature. */
export function denySigned(credentials: Credentials, request: SignedRequest, nowMs: number): Denial | null {
  const key = denyKey(credentials, request.apiKey)
  if (key !== null) return key
  const { params } = request
  const signature = params.get('signature') ?? ''
  const text = request.query.replace(/&?signature=[^&]*/, '')
  const right = createHmac('sha256', credentials.secret).update(text).digest()
  const given = Buffer.from(signature, 'hex')
  if (given.length !== right.length || !timingSafeEqual(given, right)) {
    return bad(-1022, 'Signature for this request is not valid.')
  }
  const timestamp = wholeNumber(params.get('timestamp'))
  const windowMs = wholeNumber(params.get('recvWindow') ?? String(RECV_WINDOW_DEFAULT_MS))
  if (timestamp === null || windowMs === null || windowMs > RECV_WINDOW_MAX_MS) {
    return bad(-1102, "Mandatory parameter 'timestamp' was not sent, was empty/null, or malformed.")
  }
  if (timestamp > nowMs + AHEAD_MS) {
    return bad(-1021, "Timestamp for this request was 1000ms ahead of the server's time.")
  }
  if (nowMs - timestamp > windowMs)
    return bad(-1021, 'Timestamp for this request is outside of the recvWindow.')
  return null
}

const bad = (code: number, message: string): Denial => ({ status: 400, refusal: refusal(code, message) })

const wholeNumber = (text: string | null): number | null =>
  text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null
