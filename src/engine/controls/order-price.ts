import type { Price } from '../../domain/decimal.ts'
import type { Mark } from '../../domain/event.ts'
import type { Side } from '../../domain/market.ts'
import type { OrderRequest } from '../../domain/order.ts'
import type { Breach } from '../control.ts'

/**
 * The price an order stands for in price paths and repeats: its limit, else its trigger, else its decision
 * price.
 */
export const orderPriceOf = (order: Pick<OrderRequest, 'price' | 'stopPrice' | 'decisionPrice'>): Price =>
  order.price ?? order.stopPrice ?? order.decisionPrice

/**
 * Twice the mid of bid and ask, or twice the last price where one of them is unknown: halving could round.
 */
export const midTwice = (mark: Mark): bigint =>
  mark.bid !== null && mark.ask !== null ? mark.bid + mark.ask : 2n * mark.price

/**
 * Where a market order of this side meets the book first: best ask for a buy, best bid for a sell, else
 * last price.
 */
export const touchOf = (mark: Mark, side: Side): Price => (side === 'buy' ? mark.ask : mark.bid) ?? mark.price

/** Whether there is a price to judge by. */
export const isPriced = (mark: Mark | null): mark is Mark => mark !== null && mark.price > 0n

export const priceMissing: Breach = {
  reason: 'the instrument has no price yet',
  value: 'none',
  limit: 'a price above zero',
}
