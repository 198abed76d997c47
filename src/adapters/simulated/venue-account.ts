import {
  add,
  formatDecimal,
  larger,
  negate,
  notional,
  ratio,
  shareCeil,
  smaller,
  subtract,
  ZERO_QUANTITY,
} from '../../domain/decimal.ts'
import type { Money, Price, Quantity } from '../../domain/decimal.ts'
import { checkFilters } from '../../domain/instrument.ts'
import type { Instrument } from '../../domain/instrument.ts'
import type { OrderRequest } from '../../domain/order.ts'
import type { VenueOrder, VenueTrade } from '../../engine/venue-gateway.ts'

/** What an order asks of the venue; our own and anybody else's. */
export type OrderTerms = Pick<
  OrderRequest,
  'side' | 'type' | 'quantity' | 'price' | 'stopPrice' | 'timeInForce' | 'postOnly' | 'reduceOnly' | 'group'
> &
  Readonly<{ clientOrderId: string }>

/** An order in the venue's books. */
export type BookedOrder = {
  readonly terms: OrderTerms
  readonly venueOrderId: string
  state: VenueOrder['state']
  filled: Quantity
  updatedMs: number
  /** A stop order that has been triggered. */
  isTriggered: boolean
}

/** The venue's books of one account and instrument: its own, so that they can be compared with ours. */
export type VenueAccount = {
  readonly instrument: Instrument
  readonly orders: BookedOrder[]
  readonly trades: VenueTrade[]
  cash: Money
  position: Quantity
}

const FEE = ratio('0.001')

export const leftOf = ({ terms, filled }: BookedOrder): Quantity => subtract(terms.quantity, filled)

/** Why the venue refuses the order on arrival, with Binance's code; null when it takes it. */
export function refusalOf(account: VenueAccount, terms: OrderTerms, at: Price): string | null {
  const prices = [terms.price, terms.stopPrice].filter((price) => price !== null)
  const breach = checkFilters(account.instrument, { quantity: terms.quantity, prices, reference: at })
  if (breach !== null) return `-1013 filter ${breach.filter}`
  if (terms.postOnly && terms.price !== null && isCrossing(terms.side, terms.price, at)) {
    return '-2010 order would immediately match'
  }
  if (terms.reduceOnly) return reducible(account, terms) > 0n ? null : '-2010 nothing to reduce'
  const value = notional(terms.price ?? at, terms.quantity)
  const cost = add(value, shareCeil(value, FEE))
  const isShort = terms.side === 'buy' ? cost > account.cash : terms.quantity > account.position
  return isShort ? '-2010 insufficient balance' : null
}

const isCrossing = (side: OrderTerms['side'], limit: Price, at: Price): boolean =>
  side === 'buy' ? limit >= at : limit <= at

const reducible = ({ position }: VenueAccount, { side }: OrderTerms): Quantity =>
  larger(side === 'sell' ? position : negate(position), ZERO_QUANTITY)

/** How much of the order trades at the price now; nothing when it rests. */
export function matchableOf(account: VenueAccount, order: BookedOrder, at: Price): Quantity {
  const { terms } = order
  if (order.state !== 'open') return ZERO_QUANTITY
  if (terms.stopPrice !== null && !order.isTriggered) {
    order.isTriggered = terms.side === 'sell' ? at <= terms.stopPrice : at >= terms.stopPrice
    if (!order.isTriggered) return ZERO_QUANTITY
  }
  if (terms.price !== null && !isCrossing(terms.side, terms.price, at)) return ZERO_QUANTITY
  return terms.reduceOnly ? smaller(leftOf(order), reducible(account, terms)) : leftOf(order)
}

/** Books a trade of the order: the only thing that moves what the account holds. */
export function trade(
  account: VenueAccount,
  order: BookedOrder,
  { at, quantity, eventMs }: Readonly<{ at: Price; quantity: Quantity; eventMs: number }>,
): void {
  const { instrument, trades, orders } = account
  const { side, clientOrderId, price, group } = order.terms
  const value = notional(at, quantity)
  const fee = shareCeil(value, FEE)
  account.cash = subtract(side === 'buy' ? subtract(account.cash, value) : add(account.cash, value), fee)
  account.position = side === 'buy' ? add(account.position, quantity) : subtract(account.position, quantity)
  order.filled = add(order.filled, quantity)
  order.updatedMs = eventMs
  if (leftOf(order) === 0n) order.state = 'filled'
  trades.push({
    ...{ tradeId: String(trades.length + 1), venueOrderId: order.venueOrderId, clientOrderId },
    ...{ instrument: instrument.id, side, price: at, quantity, fee, feeAsset: instrument.quote, eventMs },
    liquidity: price === null ? 'taker' : 'maker',
  })
  for (const sibling of orders) {
    if (group !== null && sibling !== order && sibling.terms.group === group)
      end(sibling, 'canceled', eventMs)
  }
}

/** Ends an order that is open; one that has ended stays as it is. */
export function end(order: BookedOrder, state: 'canceled' | 'expired', eventMs: number): void {
  if (order.state !== 'open') return
  order.state = state
  order.updatedMs = eventMs
}

/** The venue's books as text: what an audit compares with ours. */
export type VenueLedger = Readonly<{
  orders: readonly Readonly<{ clientOrderId: string; posts: number; state: string; filled: string }>[]
  trades: readonly Readonly<{
    tradeId: string
    clientOrderId: string
    side: string
    price: string
    quantity: string
    fee: string
    feeAsset: string
  }>[]
  balances: Readonly<Record<string, string>>
}>

/** `posts` counts every arrival of an order by its client order id, refused ones too. */
export function ledgerOf(account: VenueAccount, posts: ReadonlyMap<string, number>): VenueLedger {
  const { instrument, orders, trades, cash, position } = account
  const booked = new Map(orders.map((order) => [order.terms.clientOrderId, order]))
  const ids = new Set([...posts.keys(), ...booked.keys()])
  return {
    orders: [...ids].map((clientOrderId) => ({
      clientOrderId,
      posts: posts.get(clientOrderId) ?? 0,
      state: booked.get(clientOrderId)?.state ?? 'rejected',
      filled: formatDecimal(booked.get(clientOrderId)?.filled ?? 0n),
    })),
    trades: trades.map(({ tradeId, clientOrderId, side, price, quantity, fee, feeAsset }) => ({
      ...{ tradeId, clientOrderId, side, price: formatDecimal(price), quantity: formatDecimal(quantity) },
      ...{ fee: formatDecimal(fee), feeAsset },
    })),
    balances: { [instrument.base]: formatDecimal(position), [instrument.quote]: formatDecimal(cash) },
  }
}
