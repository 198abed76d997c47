import { CdbError } from '../../domain/errors.ts'
import { symbolOf } from '../../domain/instrument.ts'
import type { InstrumentId } from '../../domain/instrument.ts'
import type { Clock } from '../../engine/clock.ts'
import type { Telemetry } from '../../engine/telemetry.ts'
import type { VenueGateway, VenueTrade } from '../../engine/venue-gateway.ts'
import { toVenueBalances, toVenueOrder, toVenueTrade } from './account-answers.ts'
import { integerOf, parseList, parseObject } from './json.ts'
import { orderQueryOf } from './order-query.ts'
import { placementOf } from './placement.ts'
import { createRestClient } from './rest-client.ts'
import type { RestClient, VenueKey } from './rest-client.ts'
import { createUserStream } from './user-stream.ts'

export type BinanceGatewayOptions = Readonly<{
  /** For example https://api.binance.com, and wss://stream.binance.com:9443. */
  baseUrl: string
  streamUrl: string
  key(): Promise<VenueKey>
  clock: Clock
  telemetry: Telemetry
  /** Sends `reduceOnly` and `group`, which only the venue simulator has. */
  extensions: boolean
  timeoutMs?: number
  streamSilenceMs?: number
}>

const ORDER = '/api/v3/order'
const UNKNOWN_ORDER = -2011
const NO_SUCH_ORDER = -2013
const TRADES_MAX = '1000'
const CLOCK_SAMPLES = 5
/** Client ids of orders whose trades may still come. */
const KNOWN_MAX = 10_000

/** An account at Binance, or at a venue that speaks its language. */
export function createBinanceGateway(
  options: BinanceGatewayOptions,
): VenueGateway & Readonly<{ close(): Promise<void> }> {
  const { clock, telemetry, extensions } = options
  const rest = createRestClient(options)
  const stream = createUserStream({
    ...{ rest, streamUrl: options.streamUrl, telemetry },
    ...(options.streamSilenceMs === undefined ? {} : { silenceMs: options.streamSilenceMs }),
  })
  const names = createOrderNames(rest)
  return {
    async place(order, submitMs) {
      const beganMs = clock.monotonicMs()
      const outcome = await rest.post(ORDER, orderQueryOf(order, extensions), submitMs)
      telemetry.observe('order_seconds', clock.monotonicMs() - beganMs)
      const placement = placementOf(outcome, order.clientOrderId, submitMs)
      if (placement.kind === 'accepted') names.note(placement.venueOrderId, order.clientOrderId)
      return placement
    },
    ...queriesOf(rest, names),
    async clockOffset() {
      const measured = await measureClock(rest, clock)
      rest.setOffset(measured.offsetMs)
      return measured
    },
    waitForNews: stream.wait,
    async close() {
      await stream.close()
      rest.close()
    },
  }
}

type Queries = Pick<VenueGateway, 'cancel' | 'order' | 'openOrders' | 'trades' | 'balances'>

/** What may be asked again. */
const queriesOf = (rest: RestClient, names: OrderNames): Queries => ({
  async cancel(instrument, clientOrderId) {
    const query = queryOf(instrument, { origClientOrderId: clientOrderId })
    await rest.signed('DELETE', ORDER, query, [UNKNOWN_ORDER])
  },
  async order(instrument, clientOrderId) {
    const query = queryOf(instrument, { origClientOrderId: clientOrderId })
    const answer = await rest.signed('GET', ORDER, query, [NO_SUCH_ORDER])
    if (typeof answer !== 'string') return null
    return readable(ORDER, () => names.noted(toVenueOrder(parseObject(answer), instrument)))
  },
  async openOrders(instrument) {
    const path = '/api/v3/openOrders'
    const text = await textOf(rest, path, queryOf(instrument, {}))
    return readable(path, () => parseList(text).map((json) => names.noted(toVenueOrder(json, instrument))))
  },
  async trades(instrument, afterTradeId) {
    const path = '/api/v3/myTrades'
    const fromId = afterTradeId === '' ? '0' : String(BigInt(afterTradeId) + 1n)
    const text = await textOf(rest, path, queryOf(instrument, { fromId, limit: TRADES_MAX }))
    const trades: VenueTrade[] = []
    for (const trade of readable(path, () => parseList(text).map((json) => toVenueTrade(json, instrument)))) {
      trades.push({ ...trade, clientOrderId: await names.of(instrument, trade.venueOrderId) })
    }
    return trades
  },
  async balances() {
    const path = '/api/v3/account'
    const text = await textOf(rest, path, new URLSearchParams({ omitZeroBalances: 'true' }))
    return readable(path, () => toVenueBalances(parseObject(text)))
  },
})

const queryOf = (instrument: InstrumentId, fields: Readonly<Record<string, string>>): URLSearchParams =>
  new URLSearchParams({ symbol: symbolOf(instrument), ...fields })

async function textOf(rest: RestClient, path: string, query: URLSearchParams): Promise<string> {
  const answer = await rest.signed('GET', path, query, [])
  return typeof answer === 'string' ? answer : ''
}

/** What cannot be read is no information: it may come from a proxy between us and the venue. */
function readable<T>(path: string, read: () => T): T {
  try {
    return read()
  } catch (cause) {
    throw new CdbError('CDB_VENUE_UNREACHABLE', `${path}: the answer cannot be read`, { cause })
  }
}

/** Client ids by the venue's order ids, which alone its trades carry. */
type OrderNames = Readonly<{
  note(venueOrderId: string, clientOrderId: string): void
  noted<T extends Readonly<{ venueOrderId: string; clientOrderId: string }>>(order: T): T
  of(instrument: InstrumentId, venueOrderId: string): Promise<string>
}>

function createOrderNames(rest: RestClient): OrderNames {
  const known = new Map<string, string>()
  const note = (venueOrderId: string, clientOrderId: string): void => {
    const [oldest] = known.keys()
    if (known.size >= KNOWN_MAX && oldest !== undefined) known.delete(oldest)
    known.set(venueOrderId, clientOrderId)
  }
  return {
    note,
    noted(order) {
      note(order.venueOrderId, order.clientOrderId)
      return order
    },
    async of(instrument, venueOrderId) {
      const name = known.get(venueOrderId)
      if (name !== undefined) return name
      const text = await textOf(rest, ORDER, queryOf(instrument, { orderId: venueOrderId }))
      const { clientOrderId } = readable(ORDER, () => toVenueOrder(parseObject(text), instrument))
      note(venueOrderId, clientOrderId)
      return clientOrderId
    },
  }
}

/** The median of five, by offset; half of the round trip is how far it can be off. */
async function measureClock(
  rest: RestClient,
  clock: Clock,
): Promise<Readonly<{ offsetMs: number; uncertaintyMs: number }>> {
  const path = '/api/v3/time'
  const samples: { offsetMs: number; uncertaintyMs: number }[] = []
  for (let taken = 0; taken < CLOCK_SAMPLES; taken++) {
    const sentMs = clock.nowMs()
    const beganMs = clock.monotonicMs()
    const text = await rest.unsigned('GET', path, new URLSearchParams(), false)
    const uncertaintyMs = (clock.monotonicMs() - beganMs) / 2
    const venueMs = readable(path, () => integerOf(parseObject(text), 'serverTime'))
    samples.push({ offsetMs: Math.round(venueMs - (sentMs + uncertaintyMs)), uncertaintyMs })
  }
  samples.sort((left, right) => left.offsetMs - right.offsetMs)
  const median = samples[(CLOCK_SAMPLES - 1) / 2]
  if (median === undefined) throw new CdbError('CDB_VENUE_UNREACHABLE', `${path}: no sample`)
  return median
}
