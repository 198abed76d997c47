import {
  priceOfNumber,
  quantity,
  roundDown,
  SCALE_DIGITS,
  shareFloor,
  smaller,
  subtract,
} from '../../domain/decimal.ts'
import type { Price, Quantity } from '../../domain/decimal.ts'
import type { Candle } from '../../domain/market.ts'
import { affordable } from './ledger.ts'
import { endOrder, fillOrder, isOpen } from './reports.ts'
import type { Execution } from './reports.ts'
import { noWorse, worsenPrice } from './slippage.ts'
import type { VenueState } from './state.ts'
import { isStopped, isWithinLimit } from './working-order.ts'
import type { WorkingOrder } from './working-order.ts'

/** One candle being traded: what is left of our share of its volume. */
type Session = {
  readonly state: VenueState
  readonly candle: Candle
  readonly openMs: number
  left: Quantity
}

/**
 * Fills from a candle, for orders sent before it opened. The open comes first, for whoever trades there;
 * then, as the path within is unknown, the worse is assumed: stops before limits. All together get
 * volumeShare of the volume.
 */
export function matchCandle(state: VenueState, candle: Candle): void {
  const openMs = candle.eventMs - candle.intervalMs
  const session: Session = { state, candle, openMs, left: budgetOf(state, candle) }
  const orders = [...state.orders.values()].filter((order) => order.submittedMs <= openMs)
  for (const order of orders) if (isOpen(state, order)) tradeOpen(session, order)
  const resting = orders.filter((order) => order.phase === 'resting')
  for (const order of orders) if (isOpen(state, order)) triggerWithin(session, order)
  for (const order of resting) if (isOpen(state, order)) reachLimit(session, order)
}

/** A bound made of statistics, rounded down to the lot. */
function budgetOf({ instrument, settings }: VenueState, candle: Candle): Quantity {
  const volume = quantity(candle.volume.toFixed(SCALE_DIGITS))
  return roundDown(shareFloor(volume, settings.volumeShare), instrument.lotSize)
}

function tradeOpen(session: Session, order: WorkingOrder): void {
  const { candle, openMs } = session
  switch (order.phase) {
    case 'waiting':
      takeAt(session, order, candle.open, openMs)
      return
    case 'resting':
      if (isReached(session, order, candle.open)) fillAtLimit(session, order, openMs)
      return
    case 'dormant':
      if (isStopped(order, candle.open)) takeAt(session, order, candle.open, openMs)
      return
    default:
      order.phase satisfies never
  }
}

function triggerWithin(session: Session, order: WorkingOrder): void {
  if (order.phase !== 'dormant') return
  const { candle } = session
  const farthest = order.request.side === 'sell' ? candle.low : candle.high
  if (isStopped(order, farthest)) takeAt(session, order, order.stop, candle.eventMs)
}

function reachLimit(session: Session, order: WorkingOrder): void {
  const { candle } = session
  const farthest = order.request.side === 'buy' ? candle.low : candle.high
  if (isReached(session, order, farthest)) fillAtLimit(session, order, candle.eventMs)
}

/** Whether a price goes through a resting limit, or touches it where touching is enough. */
const isReached = ({ state }: Session, order: WorkingOrder, at: number): boolean =>
  isWithinLimit(order, at) && (at !== order.limit || state.settings.candleTouch)

const fillAtLimit = (session: Session, order: WorkingOrder, eventMs: number): void =>
  fillShare(session, order, { price: order.request.price as Price, liquidity: 'maker', eventMs })

/**
 * Takes liquidity at a price of the candle, moved against us by the order's slippage but not past its limit.
 */
function takeAt(session: Session, order: WorkingOrder, at: number, eventMs: number): void {
  const { state } = session
  const { side, price: limit, postOnly, timeInForce } = order.request
  order.phase = 'waiting'
  if (isWithinLimit(order, at)) {
    if (postOnly) {
      endOrder(state, order, 'expired', { eventMs, reason: 'postOnly: it would take' })
      return
    }
    const worsened = worsenPrice(state.instrument, side, priceOfNumber(at), order.slippage)
    const price = limit === null ? worsened : noWorse(side, worsened, limit)
    if (timeInForce !== 'fok' || isWhole(session, order, price)) {
      fillShare(session, order, { price, liquidity: 'taker', eventMs })
    }
  }
  if (!isOpen(state, order)) return
  if (timeInForce !== 'gtc') {
    endOrder(state, order, 'expired', { eventMs, reason: `${timeInForce}: the rest cannot fill at once` })
  } else if (limit !== null) {
    order.phase = 'resting'
  }
}

const isWhole = ({ state, left }: Session, order: WorkingOrder, price: Price): boolean =>
  smaller(left, affordable(state.ledger, state.orders.values(), order, price)) >= order.leaves

function fillShare(session: Session, order: WorkingOrder, execution: Omit<Execution, 'quantity'>): void {
  const share = roundDown(smaller(order.leaves, session.left), session.state.instrument.lotSize)
  if (share <= 0n) return
  session.left = subtract(session.left, fillOrder(session.state, order, { ...execution, quantity: share }))
}
