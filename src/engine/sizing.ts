import {
  absolute,
  add,
  ONE,
  quantityFloor,
  shareCeil,
  shareFloor,
  smaller,
  subtract,
} from '../domain/decimal.ts'
import type { Money, Price, Quantity, Ratio } from '../domain/decimal.ts'
import { conformQuantity } from '../domain/instrument.ts'
import type { Instrument } from '../domain/instrument.ts'
import type { Side } from '../domain/market.ts'
import type { ParamSpec, ParamValues } from '../domain/param.ts'

/** How much an entry buys or sells, and how it is protected. The limits of the controls stand above these. */
export const sizingParams: readonly ParamSpec[] = [
  {
    name: 'entryShare',
    type: 'decimal',
    unit: 'share of equity',
    default: '0.01',
    min: '0.0001',
    max: '1',
    meaning: 'value of one entry at full allocation, fee and collar included',
  },
  {
    name: 'stopLoss',
    type: 'decimal',
    unit: 'share of price',
    default: '0.02',
    min: '0',
    max: '0.5',
    meaning: 'distance of the stop-loss order from the entry where the strategy names none; 0 places none',
  },
  {
    name: 'takeProfit',
    type: 'decimal',
    unit: 'share of price',
    default: '0.04',
    min: '0',
    max: '5',
    meaning: 'distance of the take-profit order from the entry where the strategy names none; 0 places none',
  },
  {
    name: 'passive',
    type: 'flag',
    unit: '',
    default: 'false',
    min: '',
    max: '',
    meaning: 'true: entries rest as post-only limit orders at the near touch; false: market orders',
  },
]

/** The worst price at which a market order may still fill: the edge of the price collar on its side. */
export const collarEdge = (side: Side, at: Price, collar: Ratio): Price =>
  side === 'buy' ? add(at, shareCeil(at, collar)) : subtract(at, shareCeil(at, collar))

/**
 * What an order costs or brings at most: a sell at its price, a buy at the collar's edge, both with the fee
 * on top.
 */
export function worstValue(
  order: Readonly<{ side: Side; price: Price | null; decisionPrice: Price }>,
  amount: Quantity,
  { collar, takerFee }: Readonly<{ collar: Ratio; takerFee: Ratio }>,
): Money {
  const edge = order.side === 'buy' ? collarEdge('buy', order.decisionPrice, collar) : order.decisionPrice
  const value = ceilNotional(order.price ?? edge, amount)
  return add(value, shareCeil(value, takerFee))
}

const ceilNotional = (at: Price, amount: Quantity): Money =>
  shareCeil(amount, at as bigint as Ratio) as bigint as Money

/**
 * The quantity of an entry, on the lot grid: its worst value stays within entryShare x allocation x equity.
 */
export function entryQuantity(
  instrument: Instrument,
  entry: Readonly<{ equity: Money; at: Price; allocation: Ratio; collar: Ratio; takerFee: Ratio }>,
  sizing: ParamValues,
): Quantity {
  if (entry.equity <= 0n) return 0n as Quantity
  const granted = smaller(entry.allocation, ONE as Ratio)
  const value = shareFloor(shareFloor(entry.equity, sizing['entryShare'] as Ratio), granted)
  const edge = collarEdge('buy', entry.at, entry.collar)
  const unit = add(edge, shareCeil(edge, entry.takerFee))
  return conformQuantity(instrument, quantityFloor(value, unit))
}

/** The quantity that closes a position, on the lot grid; a rest below one lot cannot be sold. */
export const exitQuantity = (instrument: Instrument, held: Quantity): Quantity =>
  conformQuantity(instrument, absolute(held))
