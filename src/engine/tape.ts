import type { MarketBatch, MarketEvent, Side } from '../domain/market.ts'

/** Codes of the `kind` column of a tape and of a recording. */
export const tapeKinds = ['trade', 'quote', 'bookLevel', 'bookReset', 'candle', 'gap', 'heartbeat'] as const
export const TRADE = 0
export const QUOTE = 1
export const BOOK_LEVEL = 2
export const BOOK_RESET = 3
export const CANDLE = 4
export const GAP = 5
export const HEARTBEAT = 6

/** Codes of the `side` column: aggressor of a trade, side of a book level. */
export const NO_SIDE = 0
export const BUY = 1
export const SELL = 2

/**
 * Market events as columns of equal length; a column that no event needs is null (`kind` null: all are
 * trades). Row meanings: `price` is a trade's price, a level's price or a candle's close; `quantity` its
 * quantity or volume;
 * `intervalMs` a candle's interval or a gap's length; `tradeId` is NaN where there is none; `receivedMs` is
 * the recorder's clock, kept for study and not used in decisions.
 */
export type TapeColumns = Readonly<{
  kind: Uint8Array | null
  eventMs: Float64Array
  receivedMs: Float64Array | null
  tradeId: Float64Array | null
  price: Float64Array
  quantity: Float64Array
  side: Uint8Array | null
  bidPrice: Float64Array | null
  bidQuantity: Float64Array | null
  askPrice: Float64Array | null
  askQuantity: Float64Array | null
  intervalMs: Float64Array | null
  open: Float64Array | null
  high: Float64Array | null
  low: Float64Array | null
}>

/** Rows [from, to) of the columns as a batch of events; each event is made when asked for. */
export function tapeBatch(columns: TapeColumns, from: number, to: number): MarketBatch {
  const length = to - from
  if (columns.kind === null) return { length, at: tradesFrom(columns, from) }
  return { length, at: (index) => eventAt(columns, from + index) }
}

/** Trades only, the shape that long backtests have: without a look at columns that no trade needs. */
function tradesFrom(columns: TapeColumns, from: number): MarketBatch['at'] {
  const { eventMs, tradeId, price, quantity, side } = columns
  return (index) => {
    const row = from + index
    return {
      kind: 'trade',
      eventMs: eventMs[row] ?? NaN,
      tradeId: idOf(tradeId === null ? NaN : tradeId[row]),
      price: price[row] ?? NaN,
      quantity: quantity[row] ?? NaN,
      aggressor: side === null ? null : sideOf(side[row]),
    }
  }
}

const idOf = (value: number | undefined): number | null =>
  value === undefined || Number.isNaN(value) ? null : value

const sideOf = (code: number | undefined): Side | null =>
  code === BUY ? 'buy' : code === SELL ? 'sell' : null

/** Columns are read within their length, so an absent value is an absent column. */
const valueAt = (column: Float64Array | null, row: number): number => column?.[row] ?? NaN

function eventAt(columns: TapeColumns, row: number): MarketEvent {
  const kind = columns.kind?.[row]
  const eventMs = valueAt(columns.eventMs, row)
  switch (kind) {
    case TRADE:
      return {
        kind: 'trade',
        eventMs,
        tradeId: idOf(columns.tradeId?.[row]),
        price: valueAt(columns.price, row),
        quantity: valueAt(columns.quantity, row),
        aggressor: sideOf(columns.side?.[row]),
      }
    case QUOTE:
      return {
        kind: 'quote',
        eventMs,
        bidPrice: valueAt(columns.bidPrice, row),
        bidQuantity: valueAt(columns.bidQuantity, row),
        askPrice: valueAt(columns.askPrice, row),
        askQuantity: valueAt(columns.askQuantity, row),
      }
    case BOOK_LEVEL:
      return {
        kind: 'bookLevel',
        eventMs,
        side: columns.side?.[row] === SELL ? 'sell' : 'buy',
        price: valueAt(columns.price, row),
        quantity: valueAt(columns.quantity, row),
      }
    case BOOK_RESET:
      return { kind: 'bookReset', eventMs }
    case CANDLE:
      return {
        kind: 'candle',
        eventMs,
        intervalMs: valueAt(columns.intervalMs, row),
        open: valueAt(columns.open, row),
        high: valueAt(columns.high, row),
        low: valueAt(columns.low, row),
        close: valueAt(columns.price, row),
        volume: valueAt(columns.quantity, row),
      }
    case GAP:
      return { kind: 'gap', eventMs, gapMs: valueAt(columns.intervalMs, row) }
    default:
      return { kind: 'heartbeat', eventMs }
  }
}
