import {
  absolute,
  add,
  divideHalfEven,
  negate,
  notional,
  smaller,
  subtract,
  ZERO_MONEY,
  ZERO_QUANTITY,
} from './decimal.ts'
import type { Money, Price, Quantity } from './decimal.ts'
import { assert } from './errors.ts'
import type { Side } from './market.ts'

/**
 * What is held of one instrument. Cost, not average price, is stored, so that no rounding is ever kept:
 * unrealizedPnl = notional(mark, quantity) - cost, exactly.
 */
export type Position = Readonly<{
  /** Signed: positive is long. */
  quantity: Quantity
  /** What the held quantity cost, with the sign of quantity. */
  cost: Money
  /** Profit of what was closed, before fees, in quote. */
  realizedPnl: Money
}>

export const flat: Position = { quantity: ZERO_QUANTITY, cost: ZERO_MONEY, realizedPnl: ZERO_MONEY }

/** The position after an execution of `amount` (unsigned) worth `value` (unsigned, quote). */
export function applyExecution(
  position: Position,
  execution: Readonly<{ side: Side; amount: Quantity; value: Money }>,
): Position {
  const { side, amount, value } = execution
  assert(amount >= 0n && value >= 0n, 'an execution has no sign of its own')
  if (amount === 0n) return position
  const signed = side === 'buy' ? amount : negate(amount)
  const cost = side === 'buy' ? value : negate(value)
  const held = position.quantity
  if (held === 0n || held > 0n === signed > 0n) {
    return { ...position, quantity: add(held, signed), cost: add(position.cost, cost) }
  }
  // A flip closes the old position and opens the rest with what remains of the value.
  const closed = smaller(absolute(held), amount)
  const valueClosed = divideHalfEven(cost * closed, amount) as Money
  const costClosed = divideHalfEven(position.cost * closed, absolute(held)) as Money
  return {
    quantity: add(held, signed),
    cost: add(subtract(position.cost, costClosed), subtract(cost, valueClosed)),
    realizedPnl: subtract(position.realizedPnl, add(valueClosed, costClosed)),
  }
}

export const unrealizedPnl = (position: Position, mark: Price): Money =>
  subtract(notional(mark, position.quantity), position.cost)
