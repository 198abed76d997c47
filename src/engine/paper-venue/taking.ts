import { priceOfNumber, roundDown, smaller, subtract } from '../../domain/decimal.ts'
import type { Price, Quantity, Ratio } from '../../domain/decimal.ts'
import { opposite } from '../../domain/market.ts'
import { levelCount, levelPrice } from '../book.ts'
import { affordable } from './ledger.ts'
import { availableAt, take } from './liquidity.ts'
import { endOrder, fillOrder, isOpen } from './reports.ts'
import { rest } from './resting.ts'
import { impactFill, noWorse, worsenPrice } from './slippage.ts'
import type { VenueState } from './state.ts'
import { isWithinLimit } from './working-order.ts'
import type { WorkingOrder } from './working-order.ts'

/** A fill to be made; `level` is the displayed price it takes from, null beyond what is displayed. */
type Step = Readonly<{ price: Price; quantity: Quantity; level: number | null }>

const NO_SLIPPAGE = 0n as Ratio

/** Whether there is a price to trade at: a displayed level on the other side, or a last trade. */
export const isPriceKnown = (state: VenueState, order: WorkingOrder): boolean =>
  !Number.isNaN(state.lastTrade) || levelCount(state.book, opposite(order.request.side)) > 0

/** Whether an order with this limit would trade at once. */
export function wouldTake(state: VenueState, order: WorkingOrder): boolean {
  const against = opposite(order.request.side)
  if (levelCount(state.book, against) > 0) return isWithinLimit(order, levelPrice(state.book, against, 0))
  if (Number.isNaN(state.lastTrade) || order.request.price === null) return !Number.isNaN(state.lastTrade)
  const edge = unseenTouch(state, order)
  return noWorse(order.request.side, edge, order.request.price) === edge
}

/**
 * Trades an order that wants to trade now, then lets what is left rest, expire, or wait for the first price
 * after a gap. It walks the displayed levels; a market order's rest pays the impact model, a limit order's
 * rest does not.
 */
export function executeNow(state: VenueState, order: WorkingOrder, eventMs: number): void {
  if (!isPriceKnown(state, order)) return
  if (order.request.postOnly && wouldTake(state, order)) {
    endOrder(state, order, 'expired', { eventMs, reason: 'postOnly: it would take' })
    return
  }
  const against = opposite(order.request.side)
  const steps = planSteps(state, order)
  if (order.request.timeInForce === 'fok' && !isWhole(state, order, steps)) {
    endOrder(state, order, 'expired', { eventMs, reason: 'fok: it cannot fill in full at once' })
    return
  }
  for (const { price, quantity, level } of steps) {
    const filled = fillOrder(state, order, { price, quantity, liquidity: 'taker', eventMs })
    if (level !== null && filled > 0n) take(state.book, state.taken, against, level, filled)
    if (!isOpen(state, order)) return
  }
  settleRest(state, order, eventMs)
}

function settleRest(state: VenueState, order: WorkingOrder, eventMs: number): void {
  const { price, timeInForce } = order.request
  if (price === null) {
    endOrder(state, order, 'expired', {
      eventMs,
      reason: 'market: the rest would move the price past impactBpsMax',
    })
  } else if (timeInForce === 'gtc') {
    rest(state, order)
  } else {
    endOrder(state, order, 'expired', { eventMs, reason: `${timeInForce}: the rest cannot fill at once` })
  }
}

function planSteps(state: VenueState, order: WorkingOrder): readonly Step[] {
  const { instrument, book, taken } = state
  const { side, price: limit } = order.request
  const against = opposite(side)
  const count = levelCount(book, against)
  const steps: Step[] = []
  let left = order.leaves
  let edge: Price | null = null
  for (let index = 0; index < count && left > 0n; index++) {
    const level = levelPrice(book, against, index)
    if (!isWithinLimit(order, level)) break
    edge = worsenPrice(instrument, side, priceOfNumber(level), NO_SLIPPAGE)
    const available = availableAt(book, taken, against, level)
    const quantity = roundDown(smaller(left, available), instrument.lotSize)
    if (quantity <= 0n) continue
    steps.push({ price: limit === null ? edge : noWorse(side, edge, limit), quantity, level })
    left = subtract(left, quantity)
  }
  if (count === 0) edge = unseenTouch(state, order)
  if (left > 0n && edge !== null && (count === 0 || limit === null)) {
    const { price, quantity } = impactFill(state.settings, instrument, { side, wanted: left, edge, limit })
    if (quantity > 0n) steps.push({ price, quantity, level: null })
  }
  return steps
}

/** Where only trades are known the touch is taken to be this far from the last one. */
const unseenTouch = (state: VenueState, order: WorkingOrder): Price =>
  worsenPrice(state.instrument, order.request.side, priceOfNumber(state.lastTrade), order.slippage)

/**
 * Whether the steps fill all of the order, and the account can pay for that at the last and worst of their
 * prices.
 */
function isWhole(state: VenueState, order: WorkingOrder, steps: readonly Step[]): boolean {
  let sum = 0n
  for (const step of steps) sum += step.quantity
  const worst = steps.at(-1)
  if (worst === undefined || sum < order.leaves) return false
  return affordable(state.ledger, state.orders.values(), order, worst.price) >= order.leaves
}
