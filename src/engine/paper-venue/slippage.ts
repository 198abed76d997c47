import {
  add,
  divideFloor,
  ONE,
  roundDown,
  roundUp,
  shareCeil,
  smaller,
  subtract,
} from '../../domain/decimal.ts'
import type { Price, Quantity, Ratio } from '../../domain/decimal.ts'
import type { Instrument } from '../../domain/instrument.ts'
import type { Side } from '../../domain/market.ts'
import { createRandom } from '../random.ts'
import type { PaperVenueSettings } from './params.ts'

const DRAW_STEPS = 1_000_000

/**
 * Draws the slippage of one order, as a share of price: slippageBps, more or less by up to slippageNoise of
 * it.
 */
export function createSlippage(settings: PaperVenueSettings, seed: number): () => Ratio {
  const random = createRandom(seed, 'slippage')
  const { slippage, slippageNoise } = settings
  return () => {
    const steps = BigInt(Math.floor(random() * (2 * DRAW_STEPS + 1)) - DRAW_STEPS)
    const factor = ONE + divideFloor(slippageNoise * steps, BigInt(DRAW_STEPS))
    return divideFloor(slippage * factor, ONE) as Ratio
  }
}

/**
 * The price moved against the side by a share of it, onto the tick grid away from us; never below one tick.
 */
export function worsenPrice(instrument: Instrument, side: Side, at: Price, share: Ratio): Price {
  const moved = shareCeil(at, share)
  const { tickSize } = instrument
  if (side === 'buy') return roundUp(add(at, moved), tickSize)
  const lower = roundDown(subtract(at, moved), tickSize)
  return lower < tickSize ? tickSize : lower
}

export type ImpactFill = Readonly<{ price: Price; quantity: Quantity }>

/**
 * Linear impact: `wanted` bought or sold beyond what is displayed trades at one price, the edge moved by
 * impactBps for each impactNotional of its value (reckoned at the edge). What would move it past
 * impactBpsMax, or past the limit of the order, is left.
 */
export function impactFill(
  settings: PaperVenueSettings,
  instrument: Instrument,
  order: Readonly<{ side: Side; wanted: Quantity; edge: Price; limit: Price | null }>,
): ImpactFill {
  const { side, wanted, edge, limit } = order
  const room = limit === null ? settings.impactMax : smaller(settings.impactMax, roomOf(side, edge, limit))
  if (room < 0n) return { price: edge, quantity: 0n as Quantity }
  const quantity = smaller(
    wanted,
    roundDown(impactCapacity(settings, edge, room, wanted), instrument.lotSize),
  )
  const value = divideFloor(edge * quantity, ONE)
  const share = smaller(room, divideFloor(settings.impact * value, settings.impactNotional) as Ratio)
  const moved = worsenPrice(instrument, side, edge, share)
  return { price: limit === null ? moved : noWorse(side, moved, limit), quantity }
}

/** How far the price may move from the edge to the limit, as a share; negative when the edge is past it. */
const roomOf = (side: Side, edge: Price, limit: Price): Ratio =>
  divideFloor((side === 'buy' ? limit - edge : edge - limit) * ONE, edge) as Ratio

/** The quantity that moves the price by the share `room`. */
function impactCapacity(settings: PaperVenueSettings, edge: Price, room: Ratio, wanted: Quantity): Quantity {
  if (settings.impact === 0n) return wanted
  const value = divideFloor(room * settings.impactNotional, settings.impact)
  return divideFloor(value * ONE, edge) as Quantity
}

/** Of two prices the one that the limit allows. */
export function noWorse(side: Side, at: Price, limit: Price): Price {
  if (side === 'buy') return at > limit ? limit : at
  return at < limit ? limit : at
}
