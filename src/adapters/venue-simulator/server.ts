import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Money } from '../../domain/decimal.ts'
import { CdbError } from '../../domain/errors.ts'
import type { Instrument } from '../../domain/instrument.ts'
import { parseParams } from '../../domain/param.ts'
import type { ParamValues } from '../../domain/param.ts'
import { paperVenueParams } from '../../engine/paper-venue/paper-venue.ts'
import { answerControl } from './control-plane.ts'
import type { Credentials } from './credentials.ts'
import { createExchange } from './exchange.ts'
import { createFaults } from './faults.ts'
import type { Call, Faults } from './faults.ts'
import { createPostCount, ledgerOf } from './ledger.ts'
import type { PostCount, VenueLedger } from './ledger.ts'
import { createLiveTape } from './live-tape.ts'
import { callOf, createRestApi } from './rest-api.ts'
import type { ApiAnswer, ApiRequest, RestApi } from './rest-api.ts'
import { createForgetfulState, openStateFile } from './state-file.ts'
import type { StateFile } from './state-file.ts'
import { createStreams } from './streams.ts'

export type VenueSimulatorOptions = Readonly<{
  /** 0 is any free port. */
  port: number
  host?: string
  instrument: Instrument
  seed: number
  /** When the market began, epoch ms; now by default. Its trades since then can be asked for. */
  startMs?: number
  tradesPerSecond?: number
  cash: Money
  credentials: Credentials
  /** Settings of the paper venue; its latencies do not count, since the wire has its own. */
  params?: ParamValues
  /** Where orders and trades are kept over a restart; the market of before goes on then. */
  stateFile?: string | null
  /** Called with each POST of an order before anything is done about it. */
  onOrder?: (clientOrderId: string) => void | Promise<void>
}>

export type VenueSimulator = Readonly<{
  url: string
  streamUrl: string
  ledger(): VenueLedger
  close(): Promise<void>
}>

const PACE_MS = 2
const ACCOUNT = 'account'
/** A market that stood still for longer begins anew. */
const RESUME_MS_MAX = 6 * 3_600_000

/** Throws CDB_PORT_IN_USE, and what openStateFile and createMatching throw. */
export async function startVenueSimulator(options: VenueSimulatorOptions): Promise<VenueSimulator> {
  const { instrument, seed, credentials } = options
  const host = options.host ?? '127.0.0.1'
  const state = openState(options.stateFile ?? null)
  const faults = createFaults(() => performance.now())
  const nowMs = (): number => Date.now() + (faults.peek('clockSkew')?.ms ?? 0)
  const startMs = marketStart(state, options.startMs ?? Date.now())
  const tape = createLiveTape({ instrument, seed, startMs, tradesPerSecond: options.tradesPerSecond ?? 0 })
  const posts = createPostCount(state)
  const streams = createStreams(instrument.symbol, faults)
  const params = options.params ?? parseParams('paper venue', paperVenueParams, {})
  const exchange = createExchange({
    ...{ instrument, account: ACCOUNT, cash: options.cash, params, seed, startMs, state },
    onUpdate: streams.onOrder,
  })
  const move = (): void => {
    const events = tape.take(Date.now())
    for (const event of events) exchange.onMarket(event)
    exchange.advance(Date.now())
    streams.onMarket(events)
  }
  move()
  exchange.resume(Date.now())
  const api = createRestApi({
    ...{ instrument, credentials, exchange, tape, faults, nowMs },
    listenKey: streams.listenKey,
  })
  const closing = new AbortController()
  const desk: Desk = { options, api, faults, posts, nowMs, signal: closing.signal }
  const control = { exchange, posts, faults, nowMs: () => Date.now(), closeStreams: streams.closeAll }
  const server = createServer((request, response) => {
    void answer(request, response, (body, url) =>
      url.pathname.startsWith('/sim/')
        ? Promise.resolve(answerControl(control, { ...requestOf(request, url, body, 0), body }))
        : deskAnswer(desk, requestOf(request, url, body, nowMs()), request),
    )
  })
  server.on('upgrade', streams.upgrade)
  const port = await listen(server, options.port, host)
  const timer = setInterval(move, PACE_MS)
  return {
    url: `http://${host}:${port}`,
    streamUrl: `ws://${host}:${port}`,
    ledger: () => ledgerOf(exchange, posts),
    async close() {
      clearInterval(timer)
      closing.abort()
      await streams.close()
      await closeServer(server)
      state.close()
    },
  }
}

const openState = (path: string | null): StateFile =>
  path === null ? createForgetfulState() : openStateFile(path)

/** When the market began: the one of before goes on, unless it stood still for too long. */
function marketStart(state: StateFile, otherwiseMs: number): number {
  const beganMs = state.lines.findLast((line) => line.kind === 'market')?.startMs ?? -Infinity
  if (Date.now() - beganMs < RESUME_MS_MAX) return beganMs
  state.append({ kind: 'market', startMs: otherwiseMs })
  return otherwiseMs
}

function closeServer(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise((resolve) => {
    server.close(() => {
      resolve()
    })
  })
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      reject(
        new CdbError('CDB_PORT_IN_USE', `the venue cannot listen on ${host}:${port}`, {
          mend: 'use another --port',
          cause,
        }),
      )
    })
    server.listen(port, host, () => {
      resolve((server.address() as AddressInfo).port)
    })
  })
}

const BODY_BYTES_MAX = 65_536

/** Null answer: the connection is left as it is. */
async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  work: (body: string, url: URL) => Promise<ApiAnswer | null>,
): Promise<void> {
  request.on('error', () => undefined)
  response.on('error', () => undefined)
  try {
    const chunks: Buffer[] = []
    let size = 0
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > BODY_BYTES_MAX) {
        request.destroy()
        return
      }
      chunks.push(chunk)
    }
    const url = new URL(request.url ?? '/', 'http://venue')
    const given = await work(Buffer.concat(chunks).toString('utf8'), url)
    if (given === null || response.destroyed) return
    response.writeHead(given.status, { 'content-type': 'application/json', ...given.headers })
    response.end(JSON.stringify(given.body))
  } catch {
    // A client that hung up, or a url that is none: there is nobody to tell.
    request.destroy()
  }
}

const requestOf = (request: IncomingMessage, url: URL, body: string, arrivedMs: number): ApiRequest => {
  const query = `${url.search.slice(1)}${body}`
  const key = request.headers['x-mbx-apikey']
  return {
    ...{ method: request.method ?? 'GET', path: url.pathname, query, arrivedMs },
    params: new URLSearchParams(query),
    apiKey: typeof key === 'string' ? key : undefined,
  }
}

/** Where requests arrive: they are counted, and go wrong on demand. */
type Desk = Readonly<{
  options: VenueSimulatorOptions
  api: RestApi
  faults: Faults
  posts: PostCount
  nowMs(): number
  signal: AbortSignal
}>

async function deskAnswer(desk: Desk, request: ApiRequest, raw: IncomingMessage): Promise<ApiAnswer | null> {
  const call = callOf(request)
  if (call === null) return desk.api(request)
  const clientOrderId = request.params.get('newClientOrderId') ?? ''
  if (call === 'place') {
    desk.posts.received(clientOrderId, Date.now())
    await desk.options.onOrder?.(clientOrderId)
  }
  const given = refuseByFault(desk, call) ?? (await doneLate(desk, call, request))
  if (call === 'place' && given.status >= 400) desk.posts.refused(clientOrderId)
  if (desk.faults.take('error5xxAccepted', call) !== null) return UNAVAILABLE
  if (desk.faults.take('dropReply', call) !== null) return null
  if (desk.faults.take('resetAfterRequest', call) !== null) {
    raw.socket.resetAndDestroy()
    return null
  }
  return given
}

const UNAVAILABLE: ApiAnswer = {
  status: 503,
  body: { code: -1000, msg: 'Unknown error, please check your request.' },
}

function refuseByFault({ faults }: Desk, call: Call): ApiAnswer | null {
  const limited = faults.take('rateLimit', call)
  if (limited !== null) {
    const body = { code: -1003, msg: 'Too many requests; please use the websocket for live updates.' }
    return { status: limited.status, body, headers: { 'retry-after': '1' } }
  }
  return faults.take('error5xxRefused', call) === null ? null : UNAVAILABLE
}

/** Its time is judged as of its arrival, however late it is done. */
async function doneLate({ faults, api, signal }: Desk, call: Call, request: ApiRequest): Promise<ApiAnswer> {
  const late = faults.take('acceptLate', call)
  if (late !== null) await sleep(late.ms, undefined, { signal })
  return api(request)
}
