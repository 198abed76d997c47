import {
  accountJson,
  accountTradeJson,
  ackJson,
  exchangeInfoJson,
  orderJson,
  publicTradeJson,
} from './answers.ts'
import { denyKey, denySigned } from './credentials.ts'
import type { Credentials, SignedRequest } from './credentials.ts'
import type { Exchange } from './exchange.ts'
import type { Call, Faults } from './faults.ts'
import type { LiveTape } from './live-tape.ts'
import { parseOrderForm } from './order-form.ts'
import type { OrderRecord, Refusal } from './venue-order.ts'
import type { Instrument } from '../../domain/instrument.ts'

export type ApiRequest = SignedRequest & Readonly<{ method: string; path: string; arrivedMs: number }>
export type ApiAnswer = Readonly<{
  status: number
  body: unknown
  headers?: Readonly<Record<string, string>>
}>

export type RestApi = (request: ApiRequest) => ApiAnswer

export type RestApiOptions = Readonly<{
  instrument: Instrument
  credentials: Credentials
  exchange: Exchange
  tape: LiveTape
  faults: Faults
  /** The venue's clock. */
  nowMs(): number
  /** A new key for the user stream. */
  listenKey(): string
}>

const ORDER = '/api/v3/order'

/** Which faults of answers a request is open to; null for market data and time. */
export function callOf({ method, path }: Pick<ApiRequest, 'method' | 'path'>): Call | null {
  if (path === ORDER && method !== 'GET') return method === 'POST' ? 'place' : 'cancel'
  return [ORDER, '/api/v3/openOrders', '/api/v3/myTrades', '/api/v3/account'].includes(path) ? 'query' : null
}

export const refused = ({ code, message }: Refusal, status = 400): ApiAnswer => ({
  status,
  body: { code, msg: message },
})

/** Answers requests of Binance's REST interface. */
export function createRestApi(options: RestApiOptions): RestApi {
  return (request) => {
    const { method, path } = request
    if (callOf(request) !== null) {
      const denial = denySigned(options.credentials, request, request.arrivedMs)
      return denial === null ? answerSigned(options, request) : refused(denial.refusal, denial.status)
    }
    if (path === '/api/v3/userDataStream') {
      const denial = denyKey(options.credentials, request.apiKey)
      if (denial !== null) return refused(denial.refusal, denial.status)
      return { status: 200, body: method === 'POST' ? { listenKey: options.listenKey() } : {} }
    }
    return method === 'GET' ? answerPublic(options, request) : UNKNOWN_PATH
  }
}

const UNKNOWN_PATH: ApiAnswer = { status: 404, body: { code: -1000, msg: 'There is nothing at this path.' } }
const ROWS_MAX = 1_000

function answerPublic({ instrument, tape, nowMs }: RestApiOptions, { path, params }: ApiRequest): ApiAnswer {
  switch (path) {
    case '/api/v3/ping':
      return { status: 200, body: {} }
    case '/api/v3/time':
      return { status: 200, body: { serverTime: nowMs() } }
    case '/api/v3/exchangeInfo':
      return { status: 200, body: exchangeInfoJson(instrument, nowMs()) }
    case '/api/v3/historicalTrades': {
      const trades = tape.tradesFrom(numberOf(params, 'fromId', 0), rowsOf(params))
      return { status: 200, body: trades.map(publicTradeJson) }
    }
    default:
      return UNKNOWN_PATH
  }
}

function answerSigned(options: RestApiOptions, request: ApiRequest): ApiAnswer {
  const { instrument, exchange, nowMs } = options
  const { method, path, params } = request
  const { symbol } = instrument
  if (path !== '/api/v3/account' && params.get('symbol') !== symbol) {
    return refused({ code: -1121, message: 'Invalid symbol.' })
  }
  if (path === ORDER && method === 'POST') return place(options, params)
  if (path === ORDER && method === 'DELETE') {
    const record = exchange.cancel(params.get('origClientOrderId') ?? '', nowMs())
    if (record === null) return refused({ code: -2011, message: 'Unknown order sent.' })
    return { status: 200, body: orderJson(symbol, record) }
  }
  if (method !== 'GET') return UNKNOWN_PATH
  switch (path) {
    case ORDER: {
      const record = find(exchange, params)
      if (record === null || isHidden(options, record)) {
        return refused({ code: -2013, message: 'Order does not exist.' })
      }
      return { status: 200, body: orderJson(symbol, record) }
    }
    case '/api/v3/openOrders': {
      const open = exchange.open().filter((record) => !isHidden(options, record))
      return { status: 200, body: open.map((record) => orderJson(symbol, record)) }
    }
    case '/api/v3/myTrades':
      return { status: 200, body: accountTrades(options, params) }
    default:
      return { status: 200, body: accountJson(exchange.balances(), nowMs()) }
  }
}

const isHidden = ({ nowMs }: RestApiOptions, record: OrderRecord): boolean => record.hiddenUntilMs > nowMs()

function find(exchange: Exchange, params: URLSearchParams): OrderRecord | null {
  const clientOrderId = params.get('origClientOrderId')
  return clientOrderId === null
    ? exchange.orderById(numberOf(params, 'orderId', 0))
    : exchange.order(clientOrderId)
}

/** Trades show in order: none before all those before it. */
function accountTrades(options: RestApiOptions, params: URLSearchParams): readonly unknown[] {
  const { exchange, instrument } = options
  const all = exchange.trades()
  const fromId = numberOf(params, 'fromId', 0)
  const from = all.findIndex(({ tradeId }) => tradeId >= fromId)
  const wanted = from < 0 ? [] : all.slice(from, from + rowsOf(params))
  const hidden = wanted.findIndex(({ orderId }) => {
    const record = exchange.orderById(orderId)
    return record !== null && isHidden(options, record)
  })
  const seen = hidden < 0 ? wanted : wanted.slice(0, hidden)
  return seen.map((trade) => accountTradeJson(instrument.symbol, trade))
}

function place({ instrument, exchange, faults, nowMs }: RestApiOptions, params: URLSearchParams): ApiAnswer {
  const form = parseOrderForm(params)
  if ('code' in form) return refused(form)
  const record = exchange.place(form, nowMs(), {
    isExternal: false,
    hideMs: faults.take('hideOrder')?.ms ?? 0,
    partsMs: faults.take('partialFills')?.ms ?? null,
  })
  if ('code' in record) return refused(record)
  return { status: 200, body: ackJson(instrument.symbol, record) }
}

const rowsOf = (params: URLSearchParams): number => Math.min(ROWS_MAX, numberOf(params, 'limit', 500))

function numberOf(params: URLSearchParams, name: string, otherwise: number): number {
  const text = params.get(name) ?? ''
  return /^\d{1,15}$/.test(text) ? Number(text) : otherwise
}
