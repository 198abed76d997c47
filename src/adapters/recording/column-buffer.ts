import type { MarketEvent } from '../../domain/market.ts'
import {
  BOOK_LEVEL,
  BOOK_RESET,
  BUY,
  CANDLE,
  GAP,
  HEARTBEAT,
  NO_SIDE,
  QUOTE,
  SELL,
  TRADE,
} from '../../engine/tape.ts'
import type { TapeColumns } from '../../engine/tape.ts'

export type ColumnName = keyof TapeColumns

/** Columns of a tape, in the order in which a recording holds them. */
export const columnNames = [
  'kind',
  'eventMs',
  'receivedMs',
  'tradeId',
  'price',
  'quantity',
  'side',
  'bidPrice',
  'bidQuantity',
  'askPrice',
  'askQuantity',
  'intervalMs',
  'open',
  'high',
  'low',
] as const satisfies readonly ColumnName[]

/** Columns of one byte; all others are doubles. */
export const isByteColumn = (name: ColumnName): name is 'kind' | 'side' => name === 'kind' || name === 'side'

/** Columns that each kind of event needs, beside eventMs, price and quantity, which every recording has. */
export const columnsOfKind: Readonly<Record<MarketEvent['kind'], readonly ColumnName[]>> = {
  trade: ['tradeId', 'side'],
  quote: ['kind', 'bidPrice', 'bidQuantity', 'askPrice', 'askQuantity'],
  bookLevel: ['kind', 'side'],
  bookReset: ['kind'],
  candle: ['kind', 'intervalMs', 'open', 'high', 'low'],
  gap: ['kind', 'intervalMs'],
  heartbeat: ['kind'],
}

/** The columns that events of these kinds need, in order. */
export function columnsFor(kinds: readonly MarketEvent['kind'][], received: boolean): readonly ColumnName[] {
  const needed = new Set<ColumnName>([
    'eventMs',
    'price',
    'quantity',
    ...kinds.flatMap((kind) => columnsOfKind[kind]),
  ])
  if (received) needed.add('receivedMs')
  return columnNames.filter((name) => needed.has(name))
}

/** Rows under construction. */
export type ColumnBuffer = Readonly<{
  length(): number
  push(event: MarketEvent, receivedMs: number): void
  /**
   * The rows pushed so far as columns of their own, only those named; the buffer is empty after. null: no
   * rows.
   */
  take(names: readonly ColumnName[]): TapeColumns | null
}>

type Columns = { -readonly [Name in ColumnName]-?: NonNullable<TapeColumns[Name]> }

const ROWS_FIRST = 4096

const allocate = (rows: number): Columns => {
  const column = (): Float64Array => new Float64Array(rows).fill(NaN)
  return {
    kind: new Uint8Array(rows),
    eventMs: column(),
    receivedMs: column(),
    tradeId: column(),
    price: column(),
    quantity: column(),
    side: new Uint8Array(rows),
    bidPrice: column(),
    bidQuantity: column(),
    askPrice: column(),
    askQuantity: column(),
    intervalMs: column(),
    open: column(),
    high: column(),
    low: column(),
  }
}

export function createColumnBuffer(): ColumnBuffer {
  let capacity = ROWS_FIRST
  let columns = allocate(capacity)
  let rows = 0

  const grow = (): void => {
    capacity *= 2
    const larger = allocate(capacity)
    for (const name of columnNames) larger[name].set(columns[name])
    columns = larger
  }

  return {
    length: () => rows,
    push(event, receivedMs) {
      if (rows === capacity) grow()
      columns.eventMs[rows] = event.eventMs
      columns.receivedMs[rows] = receivedMs
      writeEvent(columns, rows, event)
      rows++
    },
    take(names) {
      if (rows === 0) return null
      const length = rows
      rows = 0
      const taken = viewOf(columns, names, length, (column, count) => column.slice(0, count))
      // An event leaves the columns of other kinds as they are, so they must say "nothing" again.
      for (const name of columnNames) columns[name].fill(isByteColumn(name) ? 0 : NaN, 0, length)
      return taken
    },
  }
}

type Cut = (column: Float64Array | Uint8Array, length: number) => Float64Array | Uint8Array

/** The named columns, cut to a length; all others null. */
function viewOf(columns: Columns, names: readonly ColumnName[], length: number, cut: Cut): TapeColumns {
  const view = Object.fromEntries(
    columnNames.map((name) => [name, names.includes(name) ? cut(columns[name], length) : null]),
  )
  return view as unknown as TapeColumns
}

/** Kinds by code, as `tapeKinds` has them; checked by the compiler to be all of them. */
const kindCodes: Readonly<Record<MarketEvent['kind'], number>> = {
  trade: TRADE,
  quote: QUOTE,
  bookLevel: BOOK_LEVEL,
  bookReset: BOOK_RESET,
  candle: CANDLE,
  gap: GAP,
  heartbeat: HEARTBEAT,
}

function writeEvent(columns: Columns, row: number, event: MarketEvent): void {
  columns.kind[row] = kindCodes[event.kind]
  switch (event.kind) {
    case 'trade':
      columns.tradeId[row] = event.tradeId ?? NaN
      columns.price[row] = event.price
      columns.quantity[row] = event.quantity
      columns.side[row] = event.aggressor === null ? NO_SIDE : event.aggressor === 'buy' ? BUY : SELL
      return
    case 'quote':
      columns.bidPrice[row] = event.bidPrice
      columns.bidQuantity[row] = event.bidQuantity
      columns.askPrice[row] = event.askPrice
      columns.askQuantity[row] = event.askQuantity
      return
    case 'bookLevel':
      columns.price[row] = event.price
      columns.quantity[row] = event.quantity
      columns.side[row] = event.side === 'buy' ? BUY : SELL
      return
    case 'candle':
      columns.intervalMs[row] = event.intervalMs
      columns.open[row] = event.open
      columns.high[row] = event.high
      columns.low[row] = event.low
      columns.price[row] = event.close
      columns.quantity[row] = event.volume
      return
    case 'gap':
      columns.intervalMs[row] = event.gapMs
      return
    case 'bookReset':
    case 'heartbeat':
      return
    default:
      return event satisfies never
  }
}

/** Collects rows of other columns until a batch is full. */
export type ColumnStore = Readonly<{
  length(): number
  isFull(): boolean
  /** Takes rows from a place on, as many as fit; returns how many. */
  append(columns: TapeColumns, from: number): number
  /** The rows collected; valid until `clear`. */
  columns(): TapeColumns
  clear(): void
}>

export function createColumnStore(names: readonly ColumnName[], capacity: number): ColumnStore {
  const store = allocate(capacity)
  let rows = 0
  return {
    length: () => rows,
    isFull: () => rows === capacity,
    append(columns, from) {
      const count = Math.min(capacity - rows, columns.eventMs.length - from)
      for (const name of names) {
        const source = columns[name]
        if (source === null) store[name].fill(isByteColumn(name) ? 0 : NaN, rows, rows + count)
        else store[name].set(source.subarray(from, from + count), rows)
      }
      rows += count
      return count
    },
    columns: () => viewOf(store, names, rows, (column, length) => column.subarray(0, length)),
    clear() {
      rows = 0
    },
  }
}
