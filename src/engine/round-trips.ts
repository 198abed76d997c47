import {
  absolute,
  add,
  divideHalfEven,
  notional,
  subtract,
  ZERO_MONEY,
  ZERO_QUANTITY,
} from '../domain/decimal.ts'
import type { Money, Quantity } from '../domain/decimal.ts'
import type { Fill } from '../domain/execution-report.ts'
import type { OrderPurpose } from '../domain/order.ts'
import type { Position } from '../domain/position.ts'

/** A position from its opening until nothing that could be sold is left of it. */
export type RoundTrip = Readonly<{
  side: 'long' | 'short'
  openMs: number
  closeMs: number
  /**
   * Everything bought (long) or sold (short) on the way in, and its value; entry price = value / quantity.
   */
  entryQuantity: Quantity
  entryValue: Money
  exitQuantity: Quantity
  exitValue: Money
  fees: Money
  /** Realized profit after fees. */
  pnl: Money
  /** The order that closed it. */
  closedBy: OrderPurpose
}>

/** Round trips of one instrument: sums of all of them, and the newest ones. */
export type RoundTrips = {
  readonly lotSize: Quantity
  readonly keptMax: number
  open: OpenTrip | null
  count: number
  wins: number
  losses: number
  won: Money
  lost: Money
  best: Money
  worst: Money
  heldMs: number
  kept: RoundTrip[]
}

type OpenTrip = { -readonly [Key in keyof Omit<RoundTrip, 'closeMs' | 'closedBy'>]: RoundTrip[Key] }

export const createRoundTrips = (lotSize: Quantity, keptMax: number): RoundTrips => ({
  ...{ lotSize, keptMax, open: null, count: 0, wins: 0, losses: 0, heldMs: 0, kept: [] },
  ...{ won: ZERO_MONEY, lost: ZERO_MONEY, best: ZERO_MONEY, worst: ZERO_MONEY },
})

export type BookedFill = Readonly<{
  fill: Fill
  purpose: OrderPurpose
  before: Position
  after: Position
  /** The fill's fee, valued in quote. */
  fee: Money
}>

/** Takes a fill and the positions around it. What is below one lot counts as flat: it cannot be sold. */
export function tripFill(trips: RoundTrips, booked: BookedFill): void {
  const { fill, before, after, fee } = booked
  const value = notional(fill.price, fill.quantity)
  const long = fill.side === 'buy'
  const held = before.quantity
  if (trips.open === null || isDust(trips, held)) {
    trips.open ??= opened(long, fill.eventMs)
    enter(trips.open, { quantity: fill.quantity, value, fee })
    return
  }
  const trip = trips.open
  const realized = subtract(after.realizedPnl, before.realizedPnl)
  if (held > 0n === long) {
    enter(trip, { quantity: fill.quantity, value, fee })
    return
  }
  const flips = !isDust(trips, after.quantity) && after.quantity > 0n !== held > 0n
  const share = flips ? absolute(held) : fill.quantity
  const part = <T extends bigint>(amount: T): T => divideHalfEven(amount * share, fill.quantity) as T
  trip.exitQuantity = add(trip.exitQuantity, share)
  trip.exitValue = add(trip.exitValue, part(value))
  trip.fees = add(trip.fees, part(fee))
  trip.pnl = add(trip.pnl, subtract(realized, part(fee)))
  if (flips || isDust(trips, after.quantity)) close(trips, trip, booked)
  if (!flips) return
  trips.open = opened(long, fill.eventMs)
  const rest = { value: subtract(value, part(value)), fee: subtract(fee, part(fee)) }
  enter(trips.open, { quantity: subtract(fill.quantity, share), ...rest })
}

const isDust = (trips: RoundTrips, quantity: Quantity): boolean => absolute(quantity) < trips.lotSize

const opened = (long: boolean, openMs: number): OpenTrip => ({
  ...{ side: long ? 'long' : 'short', openMs, entryQuantity: ZERO_QUANTITY, entryValue: ZERO_MONEY },
  ...{ exitQuantity: ZERO_QUANTITY, exitValue: ZERO_MONEY, fees: ZERO_MONEY, pnl: ZERO_MONEY },
})

function enter(trip: OpenTrip, part: Readonly<{ quantity: Quantity; value: Money; fee: Money }>): void {
  trip.entryQuantity = add(trip.entryQuantity, part.quantity)
  trip.entryValue = add(trip.entryValue, part.value)
  trip.fees = add(trip.fees, part.fee)
  trip.pnl = subtract(trip.pnl, part.fee)
}

function close(trips: RoundTrips, trip: OpenTrip, { fill, purpose }: BookedFill): void {
  trips.open = null
  trips.count += 1
  trips.heldMs += fill.eventMs - trip.openMs
  if (trip.pnl > 0n) {
    trips.wins += 1
    trips.won = add(trips.won, trip.pnl)
  } else if (trip.pnl < 0n) {
    trips.losses += 1
    trips.lost = subtract(trips.lost, trip.pnl)
  }
  if (trip.pnl > trips.best) trips.best = trip.pnl
  if (trip.pnl < trips.worst) trips.worst = trip.pnl
  trips.kept.push({ ...trip, closeMs: fill.eventMs, closedBy: purpose })
  // Cut in halves, so that keeping the newest does not cost a shift for each trip.
  if (trips.kept.length >= 2 * trips.keptMax) trips.kept = trips.kept.slice(-trips.keptMax)
}
