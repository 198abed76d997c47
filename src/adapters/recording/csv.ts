import type { Candle, MarketEvent, Trade } from '../../domain/market.ts'
import { admittedNumber, numberProblem } from './admitted-number.ts'
import type { CandleLayout, CsvLayout, TradeLayout } from './csv-layout.ts'
import type { Decoder, RowSink } from './row-sink.ts'

/** Decoder of a CSV of this layout. */
export function createCsvDecoder(sink: RowSink, layout: CsvLayout): Decoder {
  const row = createRow()
  let headerPassed = !layout.header
  return {
    line(bytes, from, to, line, ended) {
      if (!headerPassed) {
        headerPassed = true
        return
      }
      row.split(bytes, from, to)
      if (row.length() < layout.fields && !ended) sink.corrupt(`line ${line} is cut off`)
      const event = eventOf(row, layout)
      if (typeof event === 'string') sink.bad(line, event)
      else sink.event(event, NaN, line)
    },
  }
}

type Row = Readonly<{
  split(bytes: Buffer, from: number, to: number): void
  length(): number
  text(at: number): string
  number(at: number): number
}>

const FIELDS_MAX = 256
const COMMA = 0x2c
const BLANK = 0x20

/** The fields of the line last split, by position, without the blanks around them. */
function createRow(): Row {
  const starts = new Int32Array(FIELDS_MAX)
  const ends = new Int32Array(FIELDS_MAX)
  let bytes: Buffer = Buffer.alloc(0)
  let count = 0
  const close = (start: number, end: number): void => {
    let [from, to] = [start, end]
    while (from < to && bytes[from] === BLANK) from++
    while (to > from && bytes[to - 1] === BLANK) to--
    starts[count] = from
    ends[count] = to
    count++
  }
  return {
    split(line, from, to) {
      bytes = line
      count = 0
      let start = from
      for (let at = from; at < to && count < FIELDS_MAX - 1; at++) {
        if (bytes[at] !== COMMA) continue
        close(start, at)
        start = at + 1
      }
      close(start, to)
    },
    length: () => count,
    text: (at) => bytes.toString('latin1', starts[at], ends[at]),
    number: (at) => admittedNumber(bytes, starts[at] ?? 0, ends[at] ?? 0),
  }
}

/** The event, or why there is none. */
function eventOf(row: Row, layout: CsvLayout): MarketEvent | string {
  if (row.length() !== layout.fields) return `${row.length()} fields instead of ${layout.fields}`
  return layout.kind === 'trade' ? tradeOf(row, layout) : candleOf(row, layout)
}

function tradeOf(row: Row, layout: TradeLayout): Trade | string {
  const price = row.number(layout.price)
  if (!(price > 0)) return price === 0 ? 'price is zero' : numberProblem('price', row.text(layout.price))
  const quantity = row.number(layout.quantity)
  if (!(quantity > 0)) {
    return quantity === 0 ? 'quantity is zero' : numberProblem('quantity', row.text(layout.quantity))
  }
  const eventMs = layout.timeMs(row.text(layout.time))
  if (Number.isNaN(eventMs)) return `time "${row.text(layout.time)}" cannot be read`
  const tradeId = layout.id === null ? null : tradeIdOf(row.text(layout.id))
  if (Number.isNaN(tradeId)) return `trade id "${row.text(layout.id ?? 0)}" is not a whole number`
  const aggressor =
    layout.aggressor === null ? null : aggressorOf(row.text(layout.aggressor.at), layout.aggressor.written)
  if (aggressor === 'unknown') return `"${row.text(layout.aggressor?.at ?? 0)}" is no side`
  return { kind: 'trade', eventMs, tradeId, price, quantity, aggressor }
}

/** null where the field is empty. */
function tradeIdOf(text: string): number | null {
  if (text === '') return null
  const id = /^\d{1,16}$/.test(text) ? Number(text) : NaN
  return Number.isSafeInteger(id) ? id : NaN
}

function aggressorOf(text: string, written: 'maker' | 'side'): Trade['aggressor'] | 'unknown' {
  const word = text.toLowerCase()
  if (written === 'maker') return word === 'true' ? 'sell' : word === 'false' ? 'buy' : 'unknown'
  return word === 'buy' || word === 'sell' ? word : word === '' ? null : 'unknown'
}

function candleOf(row: Row, layout: CandleLayout): Candle | string {
  const open = row.number(layout.open)
  const high = row.number(layout.high)
  const low = row.number(layout.low)
  const close = row.number(layout.close)
  const volume = row.number(layout.volume)
  for (const name of ['open', 'high', 'low', 'close'] as const) {
    const value = { open, high, low, close }[name]
    if (!(value > 0)) return value === 0 ? `${name} is zero` : numberProblem(name, row.text(layout[name]))
  }
  if (Number.isNaN(volume)) return numberProblem('volume', row.text(layout.volume))
  if (low > Math.min(open, close) || high < Math.max(open, close))
    return 'high and low do not enclose open and close'
  const timeMs = layout.timeMs(row.text(layout.time))
  if (Number.isNaN(timeMs)) return `time "${row.text(layout.time)}" cannot be read`
  const intervalMs = intervalOf(row, layout, timeMs)
  if (!(intervalMs > 0)) return 'the candle does not close after it opens'
  const eventMs = layout.timeIsClose ? timeMs : timeMs + intervalMs
  return { kind: 'candle', eventMs, intervalMs, open, high, low, close, volume }
}

function intervalOf(row: Row, { interval, timeMs }: CandleLayout, openMs: number): number {
  switch (interval.kind) {
    case 'fixed':
      return interval.ms
    case 'intervalMs':
      return row.number(interval.at)
    case 'closeTime':
      // The close is the last millisecond (or microsecond) inside of the candle.
      return timeMs(row.text(interval.at)) + 1 - openMs
    default:
      return interval satisfies never
  }
}
