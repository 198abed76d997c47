/**
 * The trades of a trailing span of event time: what was paid before it began, and how much was traded in
 * it. A ring that doubles when full, three numbers a trade side by side: constant time a trade, on average,
 * and the few memory lines that a hot path needs.
 */
export type TrailingWindow = {
  /** Time, price and quantity of each trade, in that order, at a stride of four. */
  ring: Float64Array<ArrayBuffer>
  /** Room for trades, less one; a power of two less one, so that places are found by masking. */
  mask: number
  first: number
  count: number
  /** Price before the window, volume in it. In an array, where numbers change in place. */
  readonly state: Float64Array<ArrayBuffer>
}

const ROOM_FIRST = 1024
const STRIDE = 4
const PRICE = 1
const QUANTITY = 2
const PRICE_BEFORE = 0
const VOLUME = 1

export const createTrailingWindow = (): TrailingWindow => ({
  ring: new Float64Array(ROOM_FIRST * STRIDE),
  mask: ROOM_FIRST - 1,
  first: 0,
  count: 0,
  state: Float64Array.of(Number.NaN, 0),
})

/** Price of the last trade at or before the window's begin; NaN while the tape does not reach back so far. */
export const priceBefore = (window: TrailingWindow): number => window.state[PRICE_BEFORE] ?? 0

/** Sum of the quantities in the window. */
export const volumeOf = (window: TrailingWindow): number => window.state[VOLUME] ?? 0

export type WindowTrade = Readonly<{ eventMs: number; price: number; quantity: number }>

/**
 * Adds a trade and moves the window, which then covers (eventMs - spanMs, eventMs]. What has left it stays
 * out: a trade older than the one before it does not move the window back.
 */
export function pushTrade(window: TrailingWindow, trade: WindowTrade, spanMs: number): void {
  if (window.count > window.mask) widen(window)
  const { ring, mask, state } = window
  const place = (window.first + window.count) & mask
  const at = place * STRIDE
  ring[at] = trade.eventMs
  ring[at + PRICE] = trade.price
  ring[at + QUANTITY] = trade.quantity

  const beginMs = trade.eventMs - spanMs
  let volume = (state[VOLUME] ?? 0) + trade.quantity
  let { first } = window
  let count = window.count + 1
  // The trade just added is within the window, so this ends there at the latest.
  while ((ring[first * STRIDE] ?? 0) <= beginMs) {
    state[PRICE_BEFORE] = ring[first * STRIDE + PRICE] ?? 0
    volume -= ring[first * STRIDE + QUANTITY] ?? 0
    first = (first + 1) & mask
    count -= 1
  }
  window.first = first
  window.count = count
  // Added up anew once per turn of the ring, so that rounding errors do not pile up beyond one turn.
  state[VOLUME] = place === 0 ? sumOf(window) : volume
}

export function clearWindow(window: TrailingWindow): void {
  window.first = 0
  window.count = 0
  window.state[PRICE_BEFORE] = Number.NaN
  window.state[VOLUME] = 0
}

function sumOf({ ring, mask, first, count }: TrailingWindow): number {
  let sum = 0
  for (let index = 0; index < count; index++) sum += ring[((first + index) & mask) * STRIDE + QUANTITY] ?? 0
  return sum
}

/** Doubles the room, with the oldest trade first. */
function widen(window: TrailingWindow): void {
  const { ring, first } = window
  const wider = new Float64Array(ring.length * 2)
  wider.set(ring.subarray(first * STRIDE))
  wider.set(ring.subarray(0, first * STRIDE), ring.length - first * STRIDE)
  window.ring = wider
  window.mask = wider.length / STRIDE - 1
  window.first = 0
}
