import { priceOfNumber } from '../../domain/decimal.ts'
import type { Price, Ratio } from '../../domain/decimal.ts'
import type { ExecutionReport } from '../../domain/execution-report.ts'
import type { Instrument } from '../../domain/instrument.ts'
import type { ClientOrderId } from '../../domain/order.ts'
import { bestAsk, bestBid } from '../book.ts'
import type { Book } from '../book.ts'
import type { Ledger } from './ledger.ts'
import type { TakenLiquidity } from './liquidity.ts'
import type { PaperVenueSettings } from './params.ts'
import type { WorkingOrder } from './working-order.ts'

/** A message of ours on its way to the venue. */
export type Message =
  | Readonly<{ kind: 'submit'; arrivalMs: number; submittedMs: number; order: WorkingOrder['request'] }>
  | Readonly<{ kind: 'cancel'; arrivalMs: number; clientOrderId: ClientOrderId }>

/** Everything the venue knows; its parts are functions over this. */
export type VenueState = {
  readonly instrument: Instrument
  readonly account: string
  readonly settings: PaperVenueSettings
  readonly book: Book
  readonly taken: TakenLiquidity
  readonly ledger: Ledger
  /** Open orders, first come first. */
  readonly orders: Map<ClientOrderId, WorkingOrder>
  /** Every id ever seen: an order is never executed a second time. */
  readonly seen: Set<ClientOrderId>
  /** On the way to the venue, by arrival. */
  readonly inbox: Message[]
  /** In-flight orders that a fill of their group has already excluded, with what excluded them. */
  readonly excluded: Map<ClientOrderId, ClientOrderId>
  readonly drawSlippage: () => Ratio
  /** Price of the last trade; NaN when unknown, as after a gap. */
  lastTrade: number
  /** Close of the last candle, which values orders but fills none. */
  lastClose: number
  /** Once trades, quotes or levels are seen, candles of the same tape would say everything twice. */
  hasTicks: boolean
  /** Largest event time so far: streams are not ordered with each other, the tape's clock is. */
  clockMs: number
  /** No open order cares for a trade strictly between these prices; NaN while one cares for any. */
  quietLow: number
  quietHigh: number
  orderCount: number
  fillCount: number
  reports: ExecutionReport[]
}

/**
 * Where the market is, to value an order that has no limit: last trade, middle, close, or what the order was
 * decided at.
 */
export function referencePrice(state: VenueState, order: WorkingOrder['request']): Price {
  if (!Number.isNaN(state.lastTrade)) return priceOfNumber(state.lastTrade)
  const touch = order.side === 'buy' ? bestAsk(state.book) : bestBid(state.book)
  if (touch !== null) return priceOfNumber(touch)
  return Number.isNaN(state.lastClose) ? order.decisionPrice : priceOfNumber(state.lastClose)
}
