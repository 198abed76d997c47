import { add, larger, negate, notional, quantityFloor, shareCeil, subtract } from '../../domain/decimal.ts'
import { ZERO_MONEY, ZERO_QUANTITY } from '../../domain/decimal.ts'
import type { Money, Price, Quantity } from '../../domain/decimal.ts'
import type { Fill } from '../../domain/execution-report.ts'
import type { Instrument } from '../../domain/instrument.ts'
import { costWithFee, feeRateMax } from './fees.ts'
import type { PaperVenueSettings } from './params.ts'
import type { WorkingOrder } from './working-order.ts'

/**
 * The venue's own books of the account, kept apart from ours: the two must agree, and a test compares them.
 * A cash account (short false) never owes cash or base. A margin account may hold less than nothing, at most
 * as much as its equity on arrival of the order.
 */
export type Ledger = {
  readonly instrument: Instrument
  readonly settings: PaperVenueSettings
  readonly short: boolean
  cash: Money
  position: Quantity
  fees: Money
  feesBase: Quantity
}

export const createLedger = (facts: Pick<Ledger, 'instrument' | 'settings' | 'short' | 'cash'>): Ledger => ({
  ...facts,
  position: ZERO_QUANTITY,
  fees: ZERO_MONEY,
  feesBase: ZERO_QUANTITY,
})

export function bookFill(ledger: Ledger, fill: Fill): void {
  const value = notional(fill.price, fill.quantity)
  const isBuy = fill.side === 'buy'
  ledger.cash = add(ledger.cash, isBuy ? negate(value) : value)
  ledger.position = add(ledger.position, isBuy ? fill.quantity : negate(fill.quantity))
  if (fill.feeAsset === ledger.instrument.base) {
    ledger.position = subtract(ledger.position, fill.fee as Quantity)
    ledger.feesBase = add(ledger.feesBase, fill.fee as Quantity)
  } else {
    ledger.cash = subtract(ledger.cash, fill.fee as Money)
    ledger.fees = add(ledger.fees, fill.fee as Money)
  }
}

/** How much of the side brings the position nearer to zero. */
export function reducibleOf(ledger: Ledger, side: 'buy' | 'sell'): Quantity {
  const held = side === 'sell' ? ledger.position : negate(ledger.position)
  return larger(held, ZERO_QUANTITY)
}

type OpenOrders = Iterable<WorkingOrder>
export type Shortfall = Readonly<{ asset: string; needed: bigint; free: bigint }>

/**
 * What the account lacks for the order, beside those open; null when it can afford it. Reduce-only needs
 * nothing.
 */
export function shortfallOf(
  ledger: Ledger,
  open: OpenOrders,
  order: WorkingOrder,
  reference: Price,
): Shortfall | null {
  if (order.request.reduceOnly) return null
  const { instrument, short } = ledger
  if (order.request.side === 'sell' && !short) {
    const free = subtract(ledger.position, reserved(ledger, open, order, 'base') as Quantity)
    return order.leaves > free ? { asset: instrument.base, needed: order.leaves, free } : null
  }
  const needed = claimOf(ledger, order)
  const free = cashFree(ledger, open, order, reference)
  return needed > free && needed > 0n ? { asset: instrument.quote, needed, free } : null
}

/**
 * The most of `wanted` that a cash account can settle at the price; a margin account is judged on arrival
 * only.
 */
export function affordable(ledger: Ledger, open: OpenOrders, order: WorkingOrder, at: Price): Quantity {
  const { side, reduceOnly, quantity } = order.request
  if (reduceOnly) return reducibleOf(ledger, side)
  if (ledger.short) return quantity
  if (side === 'sell') return larger(ledger.position, ZERO_QUANTITY)
  // Value and fee are each rounded by less than one unit of 1e-12.
  const cash = ledger.cash - reserved(ledger, open, order, 'cash') - 2n
  const unit = add(at, shareCeil(at, feeRateMax(ledger.settings)))
  return cash <= 0n ? ZERO_QUANTITY : quantityFloor(cash as Money, unit)
}

/**
 * Cash that no other order has reserved; of a short position both the proceeds and as much again are held.
 */
function cashFree(ledger: Ledger, open: OpenOrders, order: WorkingOrder, reference: Price): Money {
  const owed = ledger.position < 0n ? negate(ledger.position) : ZERO_QUANTITY
  return (ledger.cash - 2n * notional(reference, owed) - reserved(ledger, open, order, 'cash')) as Money
}

/**
 * What open orders other than this one and its siblings hold back; orders of one group exclude each other.
 */
function reserved(ledger: Ledger, open: OpenOrders, except: WorkingOrder, asset: 'cash' | 'base'): bigint {
  let sum = 0n
  const groups = new Map<string, bigint>()
  for (const order of open) {
    const { group, side, reduceOnly } = order.request
    if (order === except || reduceOnly || (group !== null && group === except.request.group)) continue
    if (asset === 'base' && side === 'buy') continue
    const claim = asset === 'base' ? order.leaves : claimOf(ledger, order)
    if (group === null) sum += claim
    else groups.set(group, larger(groups.get(group) ?? 0n, claim))
  }
  for (const claim of groups.values()) sum += claim
  return sum
}

/** Cash that the order holds back: value and fee of what opens or adds to a position. */
function claimOf(ledger: Ledger, { request, leaves, reservePrice }: WorkingOrder): Money {
  if (request.side === 'sell' && !ledger.short) return ZERO_MONEY
  const opening = larger(subtract(leaves, reducibleOf(ledger, request.side)), ZERO_QUANTITY)
  return costWithFee(ledger.settings, reservePrice, opening)
}
