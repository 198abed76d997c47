import { CdbError } from '../../domain/errors.ts'
import { dayMsOf, epochMsOf } from './csv-time.ts'

/** Where a CSV keeps what; numbers are positions of fields. */
export type CsvLayout = TradeLayout | CandleLayout
export type TradeLayout = Readonly<{
  kind: 'trade'
  format: string
  header: boolean
  fields: number
  timeMs: (text: string) => number
  time: number
  price: number
  quantity: number
  id: number | null
  /** `maker`: true where the buyer rested in the book; `side`: buy or sell, the side that crossed. */
  aggressor: Readonly<{ at: number; written: 'maker' | 'side' }> | null
}>
export type CandleLayout = Readonly<{
  kind: 'candle'
  format: string
  header: boolean
  fields: number
  timeMs: (text: string) => number
  time: number
  /** Whether `time` is the close of the candle; its opening otherwise, as in all public data. */
  timeIsClose: boolean
  open: number
  high: number
  low: number
  close: number
  volume: number
  /** One interval for all rows, or the field that has each row's close (inclusive) or interval. */
  interval: Readonly<{ kind: 'fixed'; ms: number } | { kind: 'closeTime' | 'intervalMs'; at: number }>
}>

type Rows = readonly (readonly string[])[]

/** What is known beside the rows: names of the zip entry and the file. */
export type CsvContext = Readonly<{ label: string; names: readonly string[] }>

/** The layout of a CSV by its first rows; null when it is none that we know. */
export function csvLayoutOf(rows: Rows, context: CsvContext): CsvLayout | null {
  const first = rows[0]
  if (first === undefined) return null
  return first.some((field) => /^[a-z]/i.test(field) && !/^(true|false)$/i.test(field))
    ? layoutOfHeader(first, rows.slice(1), context)
    : layoutOfRows(rows, context)
}

const epoch = /^\d{9,19}$/
const decimal = /^\d+(\.\d+)?$/
const flag = /^(true|false)$/i
const whole = /^\d+$/
const dayAndTime = /^\d{8} \d\d:\d\d$/
const timeOfDay = /^\d{1,8}$/
const DAY_MS = 86_400_000

/** Files without a header are known by the shape of a row. */
function layoutOfRows(rows: Rows, context: CsvContext): CsvLayout | null {
  return tradesOfRows(rows[0] ?? []) ?? candlesOfRows(rows, context)
}

function hasShape(row: readonly string[], shapes: readonly RegExp[]): boolean {
  return row.length === shapes.length && shapes.every((shape, at) => shape.test(row[at] ?? ''))
}

/**
 * Source: https://github.com/binance/binance-public-data; futures have no last column, spot files have it.
 */
function tradesOfRows(row: readonly string[]): TradeLayout | null {
  const fields = row.length
  const base = {
    kind: 'trade',
    header: false,
    fields,
    timeMs: epochMsOf,
    id: 0,
    price: 1,
    quantity: 2,
  } as const
  const trades = [whole, decimal, decimal, decimal, epoch, flag]
  if (hasShape(row, trades) || hasShape(row, [...trades, flag])) {
    return { ...base, format: 'Binance trades', time: 4, aggressor: { at: 5, written: 'maker' } }
  }
  const aggregates = [whole, decimal, decimal, whole, whole, epoch, flag]
  if (hasShape(row, aggregates) || hasShape(row, [...aggregates, flag])) {
    return { ...base, format: 'Binance aggTrades', time: 5, aggressor: { at: 6, written: 'maker' } }
  }
  return null
}

function candlesOfRows(rows: Rows, context: CsvContext): CandleLayout | null {
  const row = rows[0] ?? []
  const prices = { open: 1, high: 2, low: 3, close: 4, volume: 5 } as const
  const base = {
    kind: 'candle',
    header: false,
    fields: row.length,
    time: 0,
    timeIsClose: false,
    ...prices,
  } as const
  const values = [decimal, decimal, decimal, decimal, decimal]
  const klines = [epoch, ...values, epoch, decimal, whole, decimal, decimal, decimal]
  if (hasShape(row, klines)) {
    return { ...base, format: 'Binance klines', timeMs: epochMsOf, interval: { kind: 'closeTime', at: 6 } }
  }
  if (hasShape(row, [dayAndTime, ...values])) {
    const ms = intervalOf(rows, 0, epochMsOf) ?? DAY_MS
    const format = 'LEAN daily or hourly candles'
    return { ...base, format, timeMs: epochMsOf, interval: { kind: 'fixed', ms } }
  }
  if (hasShape(row, [timeOfDay, ...values])) {
    const midnightMs = dateInNames(context)
    const timeMs = (text: string): number => midnightMs + dayMsOf(text)
    return {
      ...base,
      format: 'LEAN minute candles',
      timeMs,
      interval: { kind: 'fixed', ms: intradayMs(context) },
    }
  }
  return null
}

const NAMES = {
  time: ['time', 'timestamp', 'date', 'datetime', 'transacttime', 'opentime', 'eventms', 'timems'],
  price: ['price'],
  quantity: ['quantity', 'qty', 'size', 'amount'],
  id: ['tradeid', 'id', 'aggtradeid'],
  maker: ['isbuyermaker', 'buyerismaker'],
  side: ['side', 'aggressor'],
  open: ['open'],
  high: ['high'],
  low: ['low'],
  close: ['close'],
  volume: ['volume'],
  closeTime: ['closetime'],
  intervalMs: ['intervalms'],
} as const

function layoutOfHeader(header: readonly string[], rows: Rows, context: CsvContext): CsvLayout | null {
  const names = header.map((name) => name.toLowerCase().replaceAll(/[^a-z]/g, ''))
  const find = (field: keyof typeof NAMES): number =>
    names.findIndex((name) => NAMES[field].includes(name as never))
  const orNull = (at: number): number | null => (at < 0 ? null : at)
  const common = { header: true, fields: header.length, timeMs: epochMsOf, time: find('time') } as const
  if (common.time < 0) return null
  const [price, quantity] = [find('price'), find('quantity')]
  if (price >= 0 && quantity >= 0) {
    const [maker, side] = [find('maker'), find('side')]
    const aggressor =
      maker >= 0
        ? ({ at: maker, written: 'maker' } as const)
        : side >= 0
          ? ({ at: side, written: 'side' } as const)
          : null
    return {
      kind: 'trade',
      format: 'CSV of trades',
      ...common,
      price,
      quantity,
      id: orNull(find('id')),
      aggressor,
    }
  }
  const [open, high, low, close, volume] = [
    find('open'),
    find('high'),
    find('low'),
    find('close'),
    find('volume'),
  ]
  if (Math.min(open, high, low, close, volume) < 0) return null
  const timeIsClose = names[common.time] === 'eventms'
  const interval = intervalOfHeader(find('closeTime'), find('intervalMs'), () =>
    intervalOf(rows, common.time, epochMsOf),
  )
  if (interval === null) {
    throw new CdbError('CDB_FORMAT_UNKNOWN', `${context.label}: one candle does not tell its interval`, {
      mend: 'add a column intervalMs',
    })
  }
  return {
    kind: 'candle',
    format: 'CSV of candles',
    ...common,
    timeIsClose,
    open,
    high,
    low,
    close,
    volume,
    interval,
  }
}

function intervalOfHeader(
  closeTime: number,
  intervalMs: number,
  fromRows: () => number | null,
): CandleLayout['interval'] | null {
  if (closeTime >= 0) return { kind: 'closeTime', at: closeTime }
  if (intervalMs >= 0) return { kind: 'intervalMs', at: intervalMs }
  const ms = fromRows()
  return ms === null ? null : { kind: 'fixed', ms }
}

/** Candles do not overlap, so the smallest step between two rows is the interval; wider ones are gaps. */
function intervalOf(rows: Rows, time: number, timeMs: (text: string) => number): number | null {
  let smallest: number | null = null
  let lastMs = NaN
  for (const row of rows) {
    const ms = timeMs(row[time] ?? '')
    const step = ms - lastMs
    if (step > 0 && (smallest === null || step < smallest)) smallest = step
    if (!Number.isNaN(ms)) lastMs = ms
  }
  return smallest
}

function intradayMs({ names }: CsvContext): number {
  return names.some((name) => /(^|[-_/])second([-_/]|$)/i.test(name)) ? 1000 : 60_000
}

/** LEAN's intraday rows count from a midnight that only names tell. */
function dateInNames({ label, names }: CsvContext): number {
  for (const name of names) {
    const match = /(?:^|[^0-9])(20\d\d[01]\d[0-3]\d)(?:[^0-9]|$)/.exec(name.slice(name.lastIndexOf('/') + 1))
    const ms = match === null ? NaN : epochMsOf(match[1] ?? '')
    if (!Number.isNaN(ms)) return ms
  }
  throw new CdbError('CDB_FORMAT_UNKNOWN', `${label}: LEAN minute candles, but no date in its name`, {
    mend: 'name the file as LEAN does, for example 20180404_trade.zip',
  })
}
