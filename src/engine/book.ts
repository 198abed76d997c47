import type { BookLevel, Quote, Side, Trade } from '../domain/market.ts'

/**
 * One side of a book. `sign` makes "better" mean "greater" on both sides, so prices are kept in ascending
 * order of sign x price: the best is last, where levels come and go most and an array moves least.
 */
type BookSide = {
  readonly sign: 1 | -1
  readonly prices: number[]
  readonly quantities: number[]
  /** Best price and quantity of the last quote that is not disproved; NaN where there is none. */
  quotePrice: number
  quoteQuantity: number
}

/**
 * Levels and quotes of one instrument. They come from streams that are not ordered with each other, so newer
 * event time wins: it removes what it proves gone, and what is older may not bring that back. Never crossed.
 */
export type Book = {
  readonly bids: BookSide
  readonly asks: BookSide
  /** False while only quotes are known. */
  hasLevels: boolean
  levelMs: number
  quoteMs: number
}

const createSide = (sign: 1 | -1): BookSide => ({
  sign,
  prices: [],
  quantities: [],
  quotePrice: NaN,
  quoteQuantity: NaN,
})

export const createBook = (): Book => ({
  bids: createSide(1),
  asks: createSide(-1),
  hasLevels: false,
  levelMs: -Infinity,
  quoteMs: -Infinity,
})

/** Forgets levels and quote. */
export function resetBook(book: Book): void {
  clearSide(book.bids)
  clearSide(book.asks)
  book.hasLevels = false
  book.levelMs = -Infinity
  book.quoteMs = -Infinity
}

function clearSide(side: BookSide): void {
  side.prices.length = 0
  side.quantities.length = 0
  side.quotePrice = NaN
  side.quoteQuantity = NaN
}

/**
 * Takes in a quote; false when the levels are newer and it was ignored. A side without price or quantity is
 * empty.
 */
export function applyQuote(book: Book, quote: Quote): boolean {
  if (book.hasLevels && quote.eventMs < book.levelMs) return false
  if (quote.eventMs > book.quoteMs) book.quoteMs = quote.eventMs
  quoteSide(book, book.bids, quote.bidPrice, quote.bidQuantity)
  quoteSide(book, book.asks, quote.askPrice, quote.askQuantity)
  if (book.hasLevels) {
    removeThrough(book.bids, book.asks.quotePrice, true)
    removeThrough(book.asks, book.bids.quotePrice, true)
  }
  return true
}

function quoteSide(book: Book, side: BookSide, price: number, quantity: number): void {
  const known = price > 0 && quantity > 0
  side.quotePrice = known ? price : NaN
  side.quoteQuantity = known ? quantity : NaN
  if (!known || !book.hasLevels) return
  removeThrough(side, price, false)
  setLevel(side, price, quantity)
}

/** Takes in one level; false when a newer quote disproves it and it was ignored. */
export function applyLevel(book: Book, level: BookLevel): boolean {
  const isBid = level.side === 'buy'
  const side = isBid ? book.bids : book.asks
  const other = isBid ? book.asks : book.bids
  const isOlder = level.eventMs < book.quoteMs
  if (level.quantity > 0) {
    if (isOlder && side.sign * level.price > side.sign * side.quotePrice) return false
    if (isOlder && side.sign * level.price >= side.sign * bestOf(other)) return false
    if (!book.hasLevels) beginLevels(book)
    removeThrough(other, level.price, true)
    setLevel(side, level.price, level.quantity)
  } else {
    if (isOlder && level.price === side.quotePrice) return false
    removeLevel(side, level.price)
  }
  if (level.eventMs > book.levelMs) book.levelMs = level.eventMs
  return true
}

/** The first level makes the last quote a pair of levels among others. */
function beginLevels(book: Book): void {
  book.hasLevels = true
  for (const side of [book.bids, book.asks]) {
    if (side.quotePrice > 0) setLevel(side, side.quotePrice, side.quoteQuantity)
  }
}

/**
 * A trade proves that no bid is left above its price and no ask below. Older trades prove nothing about the
 * present.
 */
export function applyTrade(book: Book, trade: Trade): void {
  const { price } = trade
  if (!(price < bestOf(book.bids) || price > bestOf(book.asks))) return
  if (trade.eventMs < book.levelMs || trade.eventMs < book.quoteMs) return
  removeThrough(book.bids, price, false)
  removeThrough(book.asks, price, false)
}

/** Removes what is better than the price, and what is at it where `inclusive`. NaN removes nothing. */
function removeThrough(side: BookSide, price: number, inclusive: boolean): void {
  const edge = side.sign * price
  const isGone = (at: number): boolean => (inclusive ? side.sign * at >= edge : side.sign * at > edge)
  while (side.prices.length > 0 && isGone(side.prices[side.prices.length - 1] ?? NaN)) {
    side.prices.pop()
    side.quantities.pop()
  }
  if (!isGone(side.quotePrice)) return
  side.quotePrice = NaN
  side.quoteQuantity = NaN
}

function setLevel(side: BookSide, price: number, quantity: number): void {
  const index = indexOf(side, price)
  if (side.prices[index] === price) {
    side.quantities[index] = quantity
  } else if (index === side.prices.length) {
    side.prices.push(price)
    side.quantities.push(quantity)
  } else {
    side.prices.splice(index, 0, price)
    side.quantities.splice(index, 0, quantity)
  }
}

function removeLevel(side: BookSide, price: number): void {
  const index = indexOf(side, price)
  if (side.prices[index] === price) {
    side.prices.splice(index, 1)
    side.quantities.splice(index, 1)
  }
  if (side.quotePrice !== price) return
  side.quotePrice = NaN
  side.quoteQuantity = NaN
}

/** Where the price is, or would be put. Binary search. */
function indexOf({ sign, prices }: BookSide, price: number): number {
  const key = sign * price
  let low = 0
  let high = prices.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (sign * (prices[middle] ?? NaN) < key) low = middle + 1
    else high = middle
  }
  return low
}

/** NaN when the side is empty. */
function bestOf(side: BookSide): number {
  const count = side.prices.length
  return count > 0 ? (side.prices[count - 1] ?? NaN) : side.quotePrice
}

const nullable = (value: number): number | null => (Number.isNaN(value) ? null : value)

/** Price of the best bid; null when the side is empty or unknown. */
export const bestBid = (book: Book): number | null => nullable(bestOf(book.bids))

/** Price of the best ask; null when the side is empty or unknown. */
export const bestAsk = (book: Book): number | null => nullable(bestOf(book.asks))

const sideOf = (book: Book, side: Side): BookSide => (side === 'buy' ? book.bids : book.asks)

/** How many levels of a side are displayed: one when only a quote is known. `buy` are the bids. */
export function levelCount(book: Book, side: Side): number {
  const { prices, quotePrice } = sideOf(book, side)
  return prices.length > 0 ? prices.length : quotePrice > 0 ? 1 : 0
}

/** Price of a displayed level, counted from the best, which is 0; NaN beyond the last. */
export function levelPrice(book: Book, side: Side, index: number): number {
  const { prices, quotePrice } = sideOf(book, side)
  if (prices.length === 0) return index === 0 ? quotePrice : NaN
  return prices[prices.length - 1 - index] ?? NaN
}

/** Displayed quantity at a price; 0 where nothing is displayed. */
export function quantityAt(book: Book, side: Side, price: number): number {
  const levels = sideOf(book, side)
  const index = indexOf(levels, price)
  if (levels.prices[index] === price) return levels.quantities[index] ?? 0
  return levels.prices.length === 0 && levels.quotePrice === price ? levels.quoteQuantity : 0
}

/**
 * Base quantity within the best `levels` of the thinner side; null when a side is empty or only quotes are
 * known.
 */
export function depthOf(book: Book, levels: number): number | null {
  if (!book.hasLevels || book.bids.prices.length === 0 || book.asks.prices.length === 0) return null
  return Math.min(depthOfSide(book.bids, levels), depthOfSide(book.asks, levels))
}

function depthOfSide({ quantities }: BookSide, levels: number): number {
  let sum = 0
  for (let index = quantities.length - 1; index >= Math.max(0, quantities.length - levels); index--) {
    sum += quantities[index] ?? 0
  }
  return sum
}
