import { quantityOfNumber, subtract, ZERO_QUANTITY } from '../../domain/decimal.ts'
import type { Quantity } from '../../domain/decimal.ts'
import type { Side } from '../../domain/market.ts'
import { quantityAt } from '../book.ts'
import type { Book } from '../book.ts'

type Taken = { quantity: Quantity; shown: number }

/**
 * What we have taken from displayed levels. The tape never saw us, so it goes on displaying what we took: a
 * level gives it back only as it shrinks or goes on the tape, and what it then grows by is new.
 */
export type TakenLiquidity = Readonly<{ buy: Map<number, Taken>; sell: Map<number, Taken> }>

export const createTaken = (): TakenLiquidity => ({ buy: new Map(), sell: new Map() })

export function clearTaken(taken: TakenLiquidity): void {
  taken.buy.clear()
  taken.sell.clear()
}

/** Displayed at a price of a side and not yet taken by us. */
export function availableAt(book: Book, taken: TakenLiquidity, side: Side, at: number): Quantity {
  const shown = quantityAt(book, side, at)
  if (!(shown > 0)) return ZERO_QUANTITY
  const gone = taken[side].get(at)
  return gone === undefined ? quantityOfNumber(shown) : subtract(quantityOfNumber(shown), gone.quantity)
}

export function take(book: Book, taken: TakenLiquidity, side: Side, at: number, quantity: Quantity): void {
  const before = taken[side].get(at)?.quantity ?? 0n
  taken[side].set(at, { quantity: (before + quantity) as Quantity, shown: quantityAt(book, side, at) })
}

/** Called after the book has changed. */
export function refreshTaken(book: Book, taken: TakenLiquidity): void {
  if (taken.buy.size > 0) refreshSide(book, taken.buy, 'buy')
  if (taken.sell.size > 0) refreshSide(book, taken.sell, 'sell')
}

function refreshSide(book: Book, levels: Map<number, Taken>, side: Side): void {
  for (const [at, level] of levels) {
    const shown = quantityAt(book, side, at)
    if (shown === level.shown) continue
    level.shown = shown
    if (!(shown > 0)) levels.delete(at)
    else if (quantityOfNumber(shown) < level.quantity) level.quantity = quantityOfNumber(shown)
  }
}
