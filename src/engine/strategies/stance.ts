import { opposite } from '../../domain/market.ts'
import type { Side } from '../../domain/market.ts'
import type { Wish } from '../strategy.ts'

/** The side a strategy has wished to be on: buy is long, sell is short, null is out of the market. */
export type Stance = { side: Side | null }

/**
 * The wish that leads from the stance towards the wanted side, and null once it has been wished: each
 * change is wished once. A reversal is two wishes, out at once and in with the next data, because a
 * strategy sees no fills and an order that both closes and opens could be granted by half.
 */
export function moveStance(stance: Stance, wanted: Side | null, reason: string): Wish | null {
  const held = stance.side
  if (held === wanted) return null
  if (held !== null) {
    stance.side = null
    return { action: 'exit', side: opposite(held), reason }
  }
  stance.side = wanted
  return wanted === null ? null : { action: 'enter', side: wanted, reason }
}
