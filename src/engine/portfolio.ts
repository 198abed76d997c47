import { add, negate, notional, shareFloor, subtract, ZERO_MONEY } from '../domain/decimal.ts'
import type { Money, Price, Quantity, Ratio } from '../domain/decimal.ts'
import { assert } from '../domain/errors.ts'
import type { Fill } from '../domain/execution-report.ts'
import type { Instrument, InstrumentId } from '../domain/instrument.ts'
import { applyExecution, flat, unrealizedPnl } from '../domain/position.ts'
import type { Position } from '../domain/position.ts'

/**
 * The books of one account in one quote asset. Fills are the only thing that moves them, each once.
 * equity = cash + sum of position x mark = cashStart + realizedPnl + unrealizedPnl - fees, exactly.
 */
export type Portfolio = {
  readonly cashStart: Money
  cash: Money
  /** Fees paid, valued in quote at the fill's price; third-asset fees are only in feesByAsset. */
  fees: Money
  readonly feesByAsset: Map<string, bigint>
  readonly positions: Map<InstrumentId, Position>
  /** Last mark of each instrument ever held or priced. */
  readonly marks: Map<InstrumentId, Price>
  /** Keys of fills already booked. */
  readonly fillKeys: Set<string>
}

export const createPortfolio = (cash: Money): Portfolio => ({
  cashStart: cash,
  cash,
  fees: ZERO_MONEY,
  feesByAsset: new Map(),
  positions: new Map(),
  marks: new Map(),
  fillKeys: new Set(),
})

export const positionOf = (portfolio: Portfolio, instrument: InstrumentId): Position =>
  portfolio.positions.get(instrument) ?? flat

/** Books a fill; false when it was booked before (the same fill may be heard of more than once). */
export function applyFill(portfolio: Portfolio, instrument: Instrument, fill: Fill): boolean {
  assert(fill.instrument === instrument.id, 'a fill is booked on its own instrument')
  assert(fill.quantity > 0n && fill.price > 0n, 'a fill has a price and a quantity')
  const key = `${fill.account}/${fill.instrument}/${fill.tradeId}`
  if (portfolio.fillKeys.has(key)) return false
  portfolio.fillKeys.add(key)

  const value = notional(fill.price, fill.quantity)
  portfolio.cash = fill.side === 'buy' ? subtract(portfolio.cash, value) : add(portfolio.cash, value)
  let position = applyExecution(positionOf(portfolio, fill.instrument), {
    side: fill.side,
    amount: fill.quantity,
    value,
  })
  portfolio.feesByAsset.set(fill.feeAsset, (portfolio.feesByAsset.get(fill.feeAsset) ?? 0n) + fill.fee)
  if (fill.feeAsset === instrument.quote) {
    portfolio.cash = subtract(portfolio.cash, fill.fee as Money)
    portfolio.fees = add(portfolio.fees, fill.fee as Money)
  } else if (fill.feeAsset === instrument.base) {
    // A fee in base leaves the position at its value now: the holding and its cost both shrink by it.
    const feeValue = notional(fill.price, fill.fee as Quantity)
    position = {
      ...position,
      quantity: subtract(position.quantity, fill.fee as Quantity),
      cost: subtract(position.cost, feeValue),
    }
    portfolio.fees = add(portfolio.fees, feeValue)
  }
  portfolio.positions.set(fill.instrument, position)
  if (!portfolio.marks.has(fill.instrument)) portfolio.marks.set(fill.instrument, fill.price)
  return true
}

export function applyMark(portfolio: Portfolio, instrument: InstrumentId, mark: Price): void {
  portfolio.marks.set(instrument, mark)
}

/** Cash plus every position at its mark, in quote. */
export function equityOf(portfolio: Portfolio): Money {
  let equity = portfolio.cash
  for (const [instrument, position] of portfolio.positions) {
    equity = add(equity, notional(markOf(portfolio, instrument), position.quantity))
  }
  return equity
}

export function unrealizedPnlOf(portfolio: Portfolio): Money {
  let pnl = ZERO_MONEY
  for (const [instrument, position] of portfolio.positions) {
    pnl = add(pnl, unrealizedPnl(position, markOf(portfolio, instrument)))
  }
  return pnl
}

/** Realized profit of all instruments, before fees. */
export function realizedPnlOf(portfolio: Portfolio): Money {
  let pnl = ZERO_MONEY
  for (const position of portfolio.positions.values()) pnl = add(pnl, position.realizedPnl)
  return pnl
}

/** Sum of |position x mark|. */
export function grossExposureOf(portfolio: Portfolio): Money {
  let gross = ZERO_MONEY
  for (const [instrument, position] of portfolio.positions) {
    const value = notional(markOf(portfolio, instrument), position.quantity)
    gross = add(gross, value < 0n ? negate(value) : value)
  }
  return gross
}

function markOf(portfolio: Portfolio, instrument: InstrumentId): Price {
  const mark = portfolio.marks.get(instrument)
  assert(mark !== undefined, 'a held instrument has a mark')
  return mark
}

/** A share of the current equity, rounded down. */
export const equityShare = (portfolio: Portfolio, share: Ratio): Money =>
  shareFloor(equityOf(portfolio), share)
