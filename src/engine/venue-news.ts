import type { ClientOrderId } from '../domain/order.ts'
import type { Placement, VenueBalance, VenueOrder, VenueTrade } from './venue-gateway.ts'

/** All open orders of an instrument, asked for when the log had been read up to `askedSeq`. */
export type OpenOrders = Readonly<{ orders: readonly VenueOrder[]; askedSeq: number }>

export type ClockOffset = Readonly<{ offsetMs: number; uncertaintyMs: number }>

/**
 * What the venue has said and what is not on the log yet. Newer word of the same thing takes the place of the
 * older, so that it stays small however long the log cannot be written.
 */
export type VenueNews = {
  readonly placements: Map<ClientOrderId, Placement>
  readonly trades: Map<string, VenueTrade>
  readonly orders: Map<ClientOrderId, VenueOrder>
  /** Orders that were looked for until none could appear any more, with how. */
  readonly notPlaced: Map<ClientOrderId, string>
  openOrders: OpenOrders | null
  clock: ClockOffset | null
  /** Balances that differ from the books, by asset: what was expected and found. */
  readonly balances: Map<VenueBalance['asset'], string>
  /** Clock, open orders and trades have all been heard of. */
  isReconciled: boolean
}

export const createVenueNews = (): VenueNews => ({
  placements: new Map(),
  trades: new Map(),
  orders: new Map(),
  notPlaced: new Map(),
  openOrders: null,
  clock: null,
  balances: new Map(),
  isReconciled: false,
})
