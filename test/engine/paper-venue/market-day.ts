import { money, price, quantity } from '../../../src/domain/decimal.ts'
import type { ExecutionReport, Fill } from '../../../src/domain/execution-report.ts'
import { formatDecimal } from '../../../src/domain/decimal.ts'
import { instrumentOf } from '../../../src/domain/instruments.ts'
import type { BookLevel, Candle, Gap, MarketEvent, Quote, Side, Trade } from '../../../src/domain/market.ts'
import type { ClientOrderId, OrderRequest } from '../../../src/domain/order.ts'
import { parseParams } from '../../../src/domain/param.ts'
import { approvedOrder } from '../../../src/engine/approved-order.ts'
import { createPaperVenue, paperVenueParams } from '../../../src/engine/paper-venue/paper-venue.ts'
import type { PaperVenue } from '../../../src/engine/paper-venue/paper-venue.ts'

/** Tick 0.01, lot 0.00001, notionalMin 5. */
export const instrument = instrumentOf('BTCUSDT.BINANCE')
export const ACCOUNT = 'paper'

/** Without latency and chance, so that a test states one fact; a test of those sets its own. */
const CALM = { latencyMs: '0', latencyJitterMs: '0', slippageBps: '0' }

export type VenueOptions = Readonly<{
  cash?: string
  short?: boolean
  seed?: number
  params?: Readonly<Record<string, string>>
}>

export function openVenue({
  cash = '1000000',
  short = false,
  seed = 1,
  params = {},
}: VenueOptions = {}): PaperVenue {
  return createPaperVenue({
    instrument,
    account: ACCOUNT,
    cash: money(cash),
    short,
    seed,
    params: parseParams('venue', paperVenueParams, { ...CALM, ...params }),
  })
}

export const idOf = (id: string): ClientOrderId => id as ClientOrderId

type Wanted = Readonly<{ id: string; side: Side; quantity: string; price?: string; stopPrice?: string }> &
  Partial<Pick<OrderRequest, 'timeInForce' | 'postOnly' | 'reduceOnly' | 'group' | 'account'>>

/** The type follows from the prices given. */
export function orderOf({
  id,
  side,
  quantity: amount,
  price: limit,
  stopPrice,
  ...rest
}: Wanted): OrderRequest {
  const type =
    limit === undefined
      ? stopPrice === undefined
        ? 'market'
        : 'stop'
      : stopPrice === undefined
        ? 'limit'
        : 'stopLimit'
  return {
    slot: `slot/${id}`,
    clientOrderId: idOf(id),
    account: ACCOUNT,
    strategy: 'test',
    instrument: instrument.id,
    side,
    type,
    quantity: quantity(amount),
    price: limit === undefined ? null : price(limit),
    stopPrice: stopPrice === undefined ? null : price(stopPrice),
    timeInForce: 'gtc',
    postOnly: false,
    reduceOnly: false,
    group: null,
    purpose: 'entry',
    decisionPrice: price('100'),
    decidedMs: 0,
    expiresMs: null,
    ...rest,
  }
}

export const submit = (venue: PaperVenue, wanted: Wanted, submitMs = 0): void =>
  venue.submit(approvedOrder({ kind: 'approved', order: orderOf(wanted) }), submitMs)

export const feed = (venue: PaperVenue, ...events: readonly MarketEvent[]): readonly ExecutionReport[] =>
  events.flatMap((event) => venue.onMarket(event))

/** One short line a report, so that a test reads as what the venue said. */
export function lines(reports: readonly ExecutionReport[]): readonly string[] {
  return reports.map((report) => {
    if (report.kind === 'accepted') return `${report.clientOrderId} accepted`
    if (report.kind !== 'filled') return `${report.clientOrderId} ${report.kind}: ${report.reason}`
    const { clientOrderId, quantity: amount, price: at, liquidity } = report
    return `${clientOrderId} ${liquidity} ${formatDecimal(amount)} @ ${formatDecimal(at)}`
  })
}

export const fillsOf = (reports: readonly ExecutionReport[]): readonly Fill[] =>
  reports.filter((report) => report.kind === 'filled')

export const trade = (eventMs: number, at: number, amount = 1, aggressor: Side | null = null): Trade => ({
  kind: 'trade',
  eventMs,
  tradeId: null,
  price: at,
  quantity: amount,
  aggressor,
})

/** Bid and ask as [price, quantity]. */
export const quote = (
  eventMs: number,
  bid: readonly [number, number],
  ask: readonly [number, number],
): Quote => ({
  kind: 'quote',
  eventMs,
  bidPrice: bid[0],
  bidQuantity: bid[1],
  askPrice: ask[0],
  askQuantity: ask[1],
})

export const level = (eventMs: number, side: Side, at: number, amount: number): BookLevel => ({
  kind: 'bookLevel',
  eventMs,
  side,
  price: at,
  quantity: amount,
})

/** Open, high, low and close of a minute that ends at eventMs. */
export const candle = (
  eventMs: number,
  [open, high, low, close]: readonly [number, number, number, number],
  volume = 1000,
): Candle => ({ kind: 'candle', eventMs, intervalMs: 60_000, open, high, low, close, volume })

export const gap = (eventMs: number, gapMs: number): Gap => ({ kind: 'gap', eventMs, gapMs })
export const heartbeat = (eventMs: number): MarketEvent => ({ kind: 'heartbeat', eventMs })

/** Two levels to sell into and three to buy from. */
const ladder = [
  level(1, 'buy', 99, 1),
  level(1, 'buy', 98, 2),
  level(1, 'sell', 101, 1),
  level(1, 'sell', 102, 2),
  level(1, 'sell', 103, 3),
]

/** A venue that knows that book. */
export function openVenueWithBook(options: VenueOptions = {}): PaperVenue {
  const venue = openVenue(options)
  feed(venue, ...ladder)
  return venue
}
