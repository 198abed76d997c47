import { CdbError } from '../../domain/errors.ts'
import type { MarketEvent } from '../../domain/market.ts'
import { createFramesDecoder } from './binance-frames.ts'
import { createCsvDecoder } from './csv.ts'
import { csvLayoutOf } from './csv-layout.ts'
import { instrumentInNames } from './instrument-name.ts'
import { millisecondsOf } from './row-sink.ts'
import type { Decoder, RowSink } from './row-sink.ts'

/** What a text is, told by its first bytes. */
export type TextFormat = Readonly<{
  name: string
  /** SYMBOL.VENUE when the content or, failing that, a name tells; null when nothing does. */
  instrument: string | null
  kinds: readonly MarketEvent['kind'][]
  /** Whether rows have a receive time. */
  received: boolean
  /** Time of the first row, to put files in order. */
  firstMs: number
  /** symbol: the one to read; given: whether the user named it, so that others beside it are passed over. */
  createDecoder(sink: RowSink, symbol: string, given: boolean): Decoder
}>

export const knownFormats = [
  'a recording of cdb (Arrow)',
  'Binance WebSocket frames, one a line, with or without receive time',
  'Binance public data: trades, aggTrades, klines (CSV)',
  'LEAN minute, hour or daily candles (CSV)',
  'CSV with a header: time, price, quantity[, side, id] or time, open, high, low, close, volume',
] as const

export const unknownFormat = (label: string): CdbError =>
  new CdbError('CDB_FORMAT_UNKNOWN', `${label} is nothing that can be read`, {
    mend: `known are, each also as gzip or zip: ${knownFormats.join('; ')}`,
  })

/** The format of a text by its beginning. Throws CDB_FORMAT_UNKNOWN. */
export function detectTextFormat(
  head: Buffer,
  { label, names, wanted }: Readonly<{ label: string; names: readonly string[]; wanted: string | null }>,
): TextFormat {
  const text = head.toString('latin1').replace(/^\xef\xbb\xbf/, '')
  const lines = text.split(/\r?\n/).filter((line) => line !== '')
  const probe = lines.slice(0, PROBE_LINES)
  if (probe.some((line) => /^(\d{10,20} )?\{"/.test(line))) return framesFormat(text, label, wanted)
  const rows = lines.slice(0, ROWS_LOOKED_AT).map((line) => line.split(',').map((field) => field.trim()))
  // The first row may be the bad one, so a few are tried.
  for (let skipped = 0; skipped < probe.length; skipped++) {
    const layout = csvLayoutOf(rows.slice(skipped), { label, names })
    if (layout === null || (layout.header && skipped > 0)) continue
    const times = rows.slice(layout.header ? 1 : 0).map((row) => layout.timeMs(row[layout.time] ?? ''))
    return {
      name: layout.format,
      instrument: instrumentInNames(names),
      kinds: [layout.kind, 'gap'],
      received: false,
      firstMs: times.find((ms) => !Number.isNaN(ms)) ?? Infinity,
      createDecoder: (sink) => createCsvDecoder(sink, layout),
    }
  }
  throw unknownFormat(label)
}

const PROBE_LINES = 5
const ROWS_LOOKED_AT = 2000

/** Symbols of spot: the frames carry them; the venue is Binance, whose frames these are. */
function framesFormat(text: string, label: string, wanted: string | null): TextFormat {
  const symbols = new Set(Array.from(text.matchAll(/"s":"([A-Z0-9]{2,20})"/g), (match) => match[1] ?? ''))
  const wantedSymbol = wanted?.split('.')[0]
  const symbol = wantedSymbol !== undefined && symbols.has(wantedSymbol) ? wantedSymbol : [...symbols][0]
  const sentText = /"[ET]":(\d{12,16})[,}]/.exec(text)?.[1]
  const receivedText = /^(\d{13,20}) \{/m.exec(text)?.[1]
  const sentMs = sentText === undefined ? null : millisecondsOf(Number(sentText))
  const receivedMs = receivedText === undefined ? null : Number(receivedText.slice(0, -6))
  return {
    name: 'Binance frames',
    instrument: symbol === undefined ? null : `${symbol}.BINANCE`,
    kinds: ['trade', 'quote', 'bookLevel', 'bookReset', 'gap'],
    received: receivedText !== undefined,
    firstMs: sentMs ?? receivedMs ?? Infinity,
    createDecoder: (sink, own, given) =>
      createFramesDecoder(sink, {
        symbol: own,
        firstMs: sentMs,
        others: given ? 'ignore' : (other) => mixedSymbols(label, own, other),
      }),
  }
}

function mixedSymbols(label: string, own: string, other: string): never {
  throw new CdbError('CDB_INSTRUMENT_MISMATCH', `${label} has frames of both ${own} and ${other}`, {
    mend: `say which one to read: --instrument ${own}.BINANCE`,
  })
}
