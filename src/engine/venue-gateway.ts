import type { Money, Price, Quantity } from '../domain/decimal.ts'
import type { InstrumentId } from '../domain/instrument.ts'
import type { Side } from '../domain/market.ts'
import type { ApprovedOrder } from './approved-order.ts'

/** What came of the one POST. Only a refusal that the venue proves is `rejected`; all doubt is `unknown`. */
export type Placement =
  | Readonly<{ kind: 'accepted'; venueOrderId: string; eventMs: number }>
  | Readonly<{ kind: 'rejected'; reason: string; eventMs: number }>
  | Readonly<{ kind: 'unknown'; reason: string }>

/** An order as the venue knows it. The client order id may be anybody's. */
export type VenueOrder = Readonly<{
  clientOrderId: string
  venueOrderId: string
  instrument: InstrumentId
  state: 'open' | 'filled' | 'canceled' | 'expired' | 'rejected'
  filled: Quantity
  updatedMs: number
}>

/** Our own trade as the venue booked it. */
export type VenueTrade = Readonly<{
  /** Unique within the instrument, and grows. */
  tradeId: string
  venueOrderId: string
  clientOrderId: string
  instrument: InstrumentId
  side: Side
  price: Price
  quantity: Quantity
  fee: Money | Quantity
  feeAsset: string
  liquidity: 'maker' | 'taker'
  eventMs: number
}>

export type VenueBalance = Readonly<{ asset: string; total: Money | Quantity }>

/** The venue refuses what arrives later than this after submitMs. */
export const RECV_WINDOW_MS = 3_000

/**
 * An account at a venue, over the wire. Queries throw CDB_VENUE_UNREACHABLE or CDB_VENUE_REFUSED, which say
 * nothing about any order.
 */
export interface VenueGateway {
  /** Sends one POST, once, signed with submitMs. Never throws. */
  place(order: ApprovedOrder, submitMs: number): Promise<Placement>
  /** May be repeated. What became of the order is asked by `order`. */
  cancel(instrument: InstrumentId, clientOrderId: string): Promise<void>
  /** Null when the venue says that it has no such order, which proves little. */
  order(instrument: InstrumentId, clientOrderId: string): Promise<VenueOrder | null>
  openOrders(instrument: InstrumentId): Promise<readonly VenueOrder[]>
  /** Trades after a trade id ('' = from the beginning), oldest first, at most 1,000. */
  trades(instrument: InstrumentId, afterTradeId: string): Promise<readonly VenueTrade[]>
  balances(): Promise<readonly VenueBalance[]>
  /** Venue time less local time, in ms, and half the round trip it was measured by. */
  clockOffset(): Promise<Readonly<{ offsetMs: number; uncertaintyMs: number }>>
  /**
   * Returns when the venue has said something about the account, when timeoutMs have passed, or when
   * aborted.
   */
  waitForNews(timeoutMs: number, signal: AbortSignal): Promise<void>
}
