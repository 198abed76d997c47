import { toNumber } from '../domain/decimal.ts'
import type { Instrument } from '../domain/instrument.ts'
import { opposite } from '../domain/market.ts'
import type { MarketEvent, Side } from '../domain/market.ts'
import { gridNumber } from './price-grid.ts'
import type { Random } from './random.ts'

/**
 * The order book of the simulated market. Each change is told as events, in an order that never crosses the
 * book
 * and never empties a side.
 */
export type SimulatedBook = Readonly<{
  /** Best first; prices in ticks, quantities in lots. */
  buy: Level[]
  sell: Level[]
  tickSize: number
  lotSize: number
  priceAt: (ticks: number) => number
  quantityOf: (lots: number) => number
  random: Random
}>

type Level = { readonly ticks: number; lots: number }

/** Where changes are told, and when they happen. */
export type Telling = Readonly<{ eventMs: number; events: MarketEvent[] }>

const LEVELS = 10
/** Half the usual spread, and the distance between levels, as shares of the price. */
const HALF_SPREAD = 5e-6
const LEVEL_STEP = 2e-5
/** Median value resting at a level, in quote currency; about lognormal around it. */
const LEVEL_VALUE = 20_000
const LEVEL_VALUE_SPREAD = 0.8

/** A book around a price, told by a reset, its levels and a quote. */
export function openSimulatedBook(
  options: Readonly<{ instrument: Instrument; fairPrice: number; random: Random }>,
  telling: Telling,
): SimulatedBook {
  const { instrument, fairPrice, random } = options
  const book: SimulatedBook = {
    buy: [],
    sell: [],
    tickSize: toNumber(instrument.tickSize),
    lotSize: toNumber(instrument.lotSize),
    priceAt: gridNumber(instrument.tickSize),
    quantityOf: gridNumber(instrument.lotSize),
    random,
  }
  const best = bestTicks(book, fairPrice)
  telling.events.push({ kind: 'bookReset', eventMs: telling.eventMs })
  extend(book, 'buy', best.buy, telling)
  extend(book, 'sell', best.sell, telling)
  tellQuote(book, telling)
  return book
}

/** Follows the fair price: levels on the wrong side of it go, new ones come. */
export function moveBook(book: SimulatedBook, fairPrice: number, telling: Telling): void {
  const best = bestTicks(book, fairPrice)
  const bidNow = bestOf(book, 'buy').ticks
  // A move within the spread does not make makers reprice.
  if (Math.abs(best.buy - bidNow) < best.sell - best.buy) return
  // The side that retreats goes first, or the book would be crossed between two events.
  const retreating: Side = best.buy > bidNow ? 'sell' : 'buy'
  for (const side of [retreating, opposite(retreating)]) {
    extend(book, side, best[side], telling)
    trim(book, side, best[side], telling)
  }
  tellQuote(book, telling)
}

/** A trade at the best price of the other side, of about this value but no more than rests there. */
export function tradeOnBook(
  book: SimulatedBook,
  { tradeId, side, value }: Readonly<{ tradeId: number; side: Side; value: number }>,
  telling: Telling,
): void {
  const resting = opposite(side)
  const best = bestOf(book, resting)
  const lots = Math.min(best.lots, lotsOf(book, value, best.ticks))
  const [price, quantity] = [book.priceAt(best.ticks), book.quantityOf(lots)]
  telling.events.push({ kind: 'trade', eventMs: telling.eventMs, tradeId, price, quantity, aggressor: side })
  best.lots -= lots
  // What was taken whole is filled up at once by the next maker: a level never vanishes between trades.
  if (best.lots === 0) best.lots = restingLots(book, best.ticks)
  tellLevel(book, resting, best, telling)
  tellQuote(book, telling)
}

function bestOf(book: SimulatedBook, side: Side): Level {
  return book[side][0] as Level
}

/** Best bid and ask around a fair price. */
function bestTicks({ tickSize }: SimulatedBook, fairPrice: number): Readonly<Record<Side, number>> {
  const fair = fairPrice / tickSize
  const half = Math.max(0.5, fair * HALF_SPREAD)
  const buy = Math.max(1, Math.floor(fair - half))
  return { buy, sell: Math.max(buy + 1, Math.ceil(fair + half)) }
}

const lotsOf = ({ tickSize, lotSize }: SimulatedBook, value: number, ticks: number): number =>
  Math.max(1, Math.round(value / (ticks * tickSize) / lotSize))

/** The sum of three uniforms, less its mean and doubled, is about normal with variance 1. */
function restingLots(book: SimulatedBook, ticks: number): number {
  const normal = 2 * (book.random() + book.random() + book.random() - 1.5)
  return lotsOf(book, LEVEL_VALUE * Math.exp(LEVEL_VALUE_SPREAD * normal), ticks)
}

/** Levels from the best on outwards; those already there stay. */
function extend(book: SimulatedBook, side: Side, best: number, telling: Telling): void {
  const levels = book[side]
  const outwards = side === 'buy' ? -1 : 1
  if (levels.every((level) => level.ticks !== best)) {
    const level = { ticks: best, lots: restingLots(book, best) }
    const at = levels.findIndex((other) => (other.ticks - best) * outwards > 0)
    levels.splice(at < 0 ? levels.length : at, 0, level)
    tellLevel(book, side, level, telling)
  }
  const step = Math.max(1, Math.round(best * LEVEL_STEP))
  const inside = levels.findIndex((level) => level.ticks === best)
  while (levels.length - inside < LEVELS) {
    const ticks = (levels.at(-1) as Level).ticks + outwards * step
    if (ticks < 1) return
    const level = { ticks, lots: restingLots(book, ticks) }
    levels.push(level)
    tellLevel(book, side, level, telling)
  }
}

/** Takes away what is better than the best now, and what is too far out. */
function trim(book: SimulatedBook, side: Side, best: number, telling: Telling): void {
  const levels = book[side]
  const outwards = side === 'buy' ? -1 : 1
  const remove = (level: Level | undefined): void => {
    if (level !== undefined) tellLevel(book, side, { ticks: level.ticks, lots: 0 }, telling)
  }
  while ((bestOf(book, side).ticks - best) * outwards < 0) remove(levels.shift())
  while (levels.length > LEVELS) remove(levels.pop())
}

function tellLevel(
  book: SimulatedBook,
  side: Side,
  level: Readonly<Level>,
  { eventMs, events }: Telling,
): void {
  const [price, quantity] = [book.priceAt(level.ticks), book.quantityOf(level.lots)]
  events.push({ kind: 'bookLevel', eventMs, side, price, quantity })
}

function tellQuote(book: SimulatedBook, { eventMs, events }: Telling): void {
  const [bid, ask] = [bestOf(book, 'buy'), bestOf(book, 'sell')]
  events.push({
    kind: 'quote',
    eventMs,
    bidPrice: book.priceAt(bid.ticks),
    bidQuantity: book.quantityOf(bid.lots),
    askPrice: book.priceAt(ask.ticks),
    askQuantity: book.quantityOf(ask.lots),
  })
}
