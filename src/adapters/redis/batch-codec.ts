import { assert } from '../../domain/errors.ts'
import type { MarketEvent, Side } from '../../domain/market.ts'

/*
 * Events of a batch as bytes: version (1 byte), number of events (4), one byte a kind, then the numbers of
 * each event in the order of its kind as 8-byte floats, all little-endian. A trade takes 33 bytes. Floats
 * keep every number as it is, and are written and read faster than their decimal texts.
 */
const VERSION = 1
const HEADER_BYTES = 5
const FLOAT_BYTES = 8
/** More than a feed sends at once; what claims more is refused before it takes memory. */
export const BATCH_EVENTS_MAX = 65_536

/** What one byte says: the kind with its side, and whether the trade has an id. */
const codes = {
  trade: 0,
  tradeBuy: 1,
  tradeSell: 2,
  idTrade: 3,
  idTradeBuy: 4,
  idTradeSell: 5,
  quote: 6,
  bidLevel: 7,
  askLevel: 8,
  bookReset: 9,
  candle: 10,
  gap: 11,
  heartbeat: 12,
} as const

/** Numbers of each code. */
const sizes: readonly number[] = [3, 3, 3, 4, 4, 4, 5, 3, 3, 1, 7, 2, 1]

export function encodeBatch(events: readonly MarketEvent[]): Buffer {
  assert(events.length <= BATCH_EVENTS_MAX, `a batch has at most ${BATCH_EVENTS_MAX} events`)
  let numbers = 0
  for (const event of events) numbers += sizes[codeOf(event)] ?? 0
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + events.length + numbers * FLOAT_BYTES)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  view.setUint8(0, VERSION)
  view.setUint32(1, events.length, true)
  let kindAt = HEADER_BYTES
  let at = HEADER_BYTES + events.length
  for (const event of events) {
    view.setUint8(kindAt++, codeOf(event))
    at = writeEvent(view, at, event)
  }
  return bytes
}

function codeOf(event: MarketEvent): number {
  switch (event.kind) {
    case 'trade':
      return (event.tradeId === null ? codes.trade : codes.idTrade) + sideOffset(event.aggressor)
    case 'bookLevel':
      return event.side === 'buy' ? codes.bidLevel : codes.askLevel
    case 'quote':
    case 'bookReset':
    case 'candle':
    case 'gap':
    case 'heartbeat':
      return codes[event.kind]
    default:
      return event satisfies never
  }
}

const sideOffset = (side: Side | null): number => (side === null ? 0 : side === 'buy' ? 1 : 2)

/** Writes the numbers of an event and returns where the next one begins. */
function writeEvent(view: DataView, at: number, event: MarketEvent): number {
  let next = at
  const write = (value: number): void => {
    view.setFloat64(next, value, true)
    next += FLOAT_BYTES
  }
  write(event.eventMs)
  switch (event.kind) {
    case 'trade':
      if (event.tradeId !== null) write(event.tradeId)
      write(event.price)
      write(event.quantity)
      return next
    case 'quote':
      write(event.bidPrice)
      write(event.bidQuantity)
      write(event.askPrice)
      write(event.askQuantity)
      return next
    case 'bookLevel':
      write(event.price)
      write(event.quantity)
      return next
    case 'candle':
      for (const value of [event.intervalMs, event.open, event.high, event.low, event.close]) write(value)
      write(event.volume)
      return next
    case 'gap':
      write(event.gapMs)
      return next
    case 'bookReset':
    case 'heartbeat':
      return next
    default:
      return event satisfies never
  }
}

/** The events; null where these bytes are no batch, or hold a number that is not finite. */
export function decodeBatch(bytes: Uint8Array): readonly MarketEvent[] | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const count = countOf(view)
  if (count === null) return null
  const events: MarketEvent[] = []
  let at = HEADER_BYTES + count
  for (let index = 0; index < count; index++) {
    const code = view.getUint8(HEADER_BYTES + index)
    const end = at + (sizes[code] ?? 0) * FLOAT_BYTES
    for (let place = at; place < end; place += FLOAT_BYTES) {
      if (!Number.isFinite(view.getFloat64(place, true))) return null
    }
    events.push(readEvent(view, code, at))
    at = end
  }
  return events
}

/** How many events there are; null unless kinds and length fit each other. */
function countOf(view: DataView): number | null {
  if (view.byteLength < HEADER_BYTES || view.getUint8(0) !== VERSION) return null
  const count = view.getUint32(1, true)
  if (count > BATCH_EVENTS_MAX || view.byteLength < HEADER_BYTES + count) return null
  let numbers = 0
  for (let index = 0; index < count; index++) {
    const size = sizes[view.getUint8(HEADER_BYTES + index)]
    if (size === undefined) return null
    numbers += size
  }
  return view.byteLength === HEADER_BYTES + count + numbers * FLOAT_BYTES ? count : null
}

function readEvent(view: DataView, code: number, at: number): MarketEvent {
  const number = (index: number): number => view.getFloat64(at + index * FLOAT_BYTES, true)
  const eventMs = number(0)
  switch (code) {
    case codes.quote: {
      const [bidPrice, bidQuantity] = [number(1), number(2)]
      return { kind: 'quote', eventMs, bidPrice, bidQuantity, askPrice: number(3), askQuantity: number(4) }
    }
    case codes.bidLevel:
      return { kind: 'bookLevel', eventMs, side: 'buy', price: number(1), quantity: number(2) }
    case codes.askLevel:
      return { kind: 'bookLevel', eventMs, side: 'sell', price: number(1), quantity: number(2) }
    case codes.bookReset:
      return { kind: 'bookReset', eventMs }
    case codes.candle: {
      const [intervalMs, open, high, low] = [number(1), number(2), number(3), number(4)]
      return { kind: 'candle', eventMs, intervalMs, open, high, low, close: number(5), volume: number(6) }
    }
    case codes.gap:
      return { kind: 'gap', eventMs, gapMs: number(1) }
    case codes.heartbeat:
      return { kind: 'heartbeat', eventMs }
    default:
      return readTrade(view, code, at)
  }
}

/** A trade is read where it stands: it is nearly all there is. */
function readTrade(view: DataView, code: number, at: number): MarketEvent {
  const hasId = code >= codes.idTrade
  const offset = hasId ? code - codes.idTrade : code
  const from = at + (hasId ? 2 : 1) * FLOAT_BYTES
  return {
    kind: 'trade',
    eventMs: view.getFloat64(at, true),
    tradeId: hasId ? view.getFloat64(at + FLOAT_BYTES, true) : null,
    price: view.getFloat64(from, true),
    quantity: view.getFloat64(from + FLOAT_BYTES, true),
    aggressor: offset === 0 ? null : offset === 1 ? 'buy' : 'sell',
  }
}
