import {
  absolute,
  add,
  larger,
  negate,
  notional,
  subtract,
  ZERO_MONEY,
  ZERO_QUANTITY,
} from '../../domain/decimal.ts'
import type { Money, Quantity, Ratio } from '../../domain/decimal.ts'
import type { Mark } from '../../domain/event.ts'
import type { InstrumentId } from '../../domain/instrument.ts'
import { isProtective } from '../../domain/order.ts'
import type { OrderRequest } from '../../domain/order.ts'
import { leavesOf } from '../order-ledger.ts'
import type { OrderLedger, OrderRecord } from '../order-ledger.ts'
import { equityOf, positionOf } from '../portfolio.ts'
import type { Portfolio } from '../portfolio.ts'
import { worstValue } from '../sizing.ts'
import { restValue } from './activity.ts'

const DAY_MS = 86_400_000

/** What the account holds, what it has open, and how its equity stands against day start and peak. */
export type Account = {
  readonly id: string
  readonly portfolio: Portfolio
  /**
   * Open orders. A reservation is the unfilled rest of one: made by approval, used up by fills, void when it
   * ends.
   */
  readonly ledger: OrderLedger
  readonly marks: Map<InstrumentId, Mark>
  /** Latest event time of anything that risk has heard. */
  nowMs: number
  dayStartMs: number
  equityDayStart: Money
  equityPeak: Money
}

export type ReservationRates = Readonly<{ collar: Ratio; takerFee: Ratio }>

export const createAccount = (id: string, portfolio: Portfolio): Account => ({
  id,
  portfolio,
  ledger: new Map(),
  marks: new Map(),
  nowMs: 0,
  dayStartMs: -Infinity,
  equityDayStart: portfolio.cashStart,
  equityPeak: portfolio.cashStart,
})

/** Takes the equity of now into day start and peak. */
export function observeEquity(account: Account): Money {
  const equity = equityOf(account.portfolio)
  const dayMs = account.nowMs - (account.nowMs % DAY_MS)
  if (dayMs > account.dayStartMs) {
    account.dayStartMs = dayMs
    account.equityDayStart = equity
  }
  if (equity > account.equityPeak) account.equityPeak = equity
  return equity
}

/** Measures loss and drawdown from the equity of now on. */
export function rebaseEquity(account: Account): void {
  const equity = observeEquity(account)
  account.equityDayStart = equity
  account.equityPeak = equity
}

export const openOrdersOf = (account: Account): readonly OrderRecord[] => [...account.ledger.values()]

/**
 * Cash that no open buy has reserved. Orders that only close a short are paid from what the short brought.
 */
export function cashFreeOf(account: Account, rates: ReservationRates): Money {
  let reserved = ZERO_MONEY
  for (const record of account.ledger.values()) {
    const { request } = record
    if (request.side === 'buy' && !request.reduceOnly) {
      reserved = add(reserved, worstValue(request, leavesOf(record), rates))
    }
  }
  return subtract(account.portfolio.cash, reserved)
}

/**
 * Base held that open sells do not offer yet. Protective orders give way to an exit; a group of them, of
 * which only one can fill, offers what the largest does.
 */
export function quantityFreeOf(account: Account, order: OrderRequest): Quantity {
  let free = positionOf(account.portfolio, order.instrument).quantity
  const groups = new Map<string, Quantity>()
  for (const record of account.ledger.values()) {
    const { request } = record
    if (request.side !== 'sell' || request.instrument !== order.instrument) continue
    if (!isProtective(request.purpose)) free = subtract(free, leavesOf(record))
    else if (isProtective(order.purpose) && request.group !== null && request.group !== order.group) {
      groups.set(request.group, larger(groups.get(request.group) ?? ZERO_QUANTITY, leavesOf(record)))
    }
  }
  for (const offered of groups.values()) free = subtract(free, offered)
  return free
}

/** Unfilled quantity of open orders on one side that move the position; protective ones left out. */
export function openQuantityOf(
  account: Account,
  instrument: InstrumentId,
  side: OrderRequest['side'],
): Quantity {
  let open = ZERO_QUANTITY
  for (const record of account.ledger.values()) {
    const { request } = record
    if (request.instrument !== instrument || request.side !== side || isProtective(request.purpose)) continue
    open = add(open, leavesOf(record))
  }
  return open
}

/** Sum of |position| at its mark and of what open orders may add to it. */
export function grossWorstOf(account: Account): Money {
  let gross = ZERO_MONEY
  for (const [instrument, position] of account.portfolio.positions) {
    const mark = account.portfolio.marks.get(instrument)
    if (mark !== undefined) gross = add(gross, absolute(notional(mark, position.quantity)))
  }
  for (const record of account.ledger.values()) {
    if (!record.request.reduceOnly) gross = add(gross, restValue(record.request, leavesOf(record)))
  }
  return gross
}

/**
 * Whether the order can bring the position farther from zero than it is, open orders of its side filled
 * first.
 */
export function increasesRisk(account: Account, order: OrderRequest): boolean {
  if (order.reduceOnly) return false
  const held = positionOf(account.portfolio, order.instrument).quantity
  const open = openQuantityOf(account, order.instrument, order.side)
  const signed = order.side === 'buy' ? add(open, order.quantity) : negate(add(open, order.quantity))
  return absolute(add(held, signed)) > absolute(held)
}
