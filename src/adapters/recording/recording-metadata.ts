import { crc32 } from 'node:zlib'
import type { Instrument } from '../../domain/instrument.ts'
import type { MarketEvent } from '../../domain/market.ts'
import { decodeInstrument, encodeInstrument } from './instrument-json.ts'
import type { Continuity } from './tape-builder.ts'
import type { TapeSummary } from './tape-summary.ts'

export const RECORDING_FORMAT = 'cdb-recording'
export const RECORDING_VERSION = '1'

/** A stretch of the file: its length and CRC-32. The pieces cover the file up to the footer. */
export type Piece = readonly [bytes: number, crc: number]

/** What a recording says of itself in the metadata of its schema. */
export type RecordingMetadata = Readonly<{
  instrument: Instrument
  kinds: readonly MarketEvent['kind'][]
  /** Whether the rows have receive times. */
  received: boolean
  /** Names of the files it was made of, and what they were. */
  sources: readonly string[]
  leftOut: number
  summary: Readonly<TapeSummary>
  /** First trade and opening of the first candle; last trade and close of the last candle: to join files. */
  first: Readonly<Continuity>
  last: Readonly<Continuity>
  pieces: readonly Piece[]
}>

const CHECKSUM = 'cdb-footer-crc32:'
const NO_CHECKSUM = '00000000'

/** Written before the first row: what is known then. */
export const headMetadata = (instrument: Instrument): ReadonlyMap<string, string> =>
  new Map([
    ['cdb.format', RECORDING_FORMAT],
    ['cdb.version', RECORDING_VERSION],
    ['cdb.instrument', encodeInstrument(instrument)],
  ])

/** Written after the last row, in the footer, where readers of Arrow files look. */
export const tailMetadata = (metadata: RecordingMetadata): ReadonlyMap<string, string> =>
  new Map([
    ...headMetadata(metadata.instrument),
    ['cdb.kinds', JSON.stringify(metadata.kinds)],
    ['cdb.received', String(metadata.received)],
    ['cdb.sources', JSON.stringify(metadata.sources)],
    ['cdb.leftOut', String(metadata.leftOut)],
    ['cdb.summary', JSON.stringify(metadata.summary)],
    ['cdb.first', JSON.stringify(metadata.first)],
    ['cdb.last', JSON.stringify(metadata.last)],
    ['cdb.pieces', JSON.stringify(metadata.pieces)],
    ['cdb.checksum', `${CHECKSUM}${NO_CHECKSUM}`],
  ])

/** Throws TypeError, SyntaxError or CdbError when the metadata is not that of a recording. */
export function decodeMetadata(map: ReadonlyMap<string, string>): RecordingMetadata {
  const json = (key: string): unknown => JSON.parse(map.get(key) ?? '')
  return {
    instrument: decodeInstrument(map.get('cdb.instrument') ?? ''),
    kinds: json('cdb.kinds') as RecordingMetadata['kinds'],
    received: json('cdb.received') === true,
    sources: json('cdb.sources') as RecordingMetadata['sources'],
    leftOut: json('cdb.leftOut') as number,
    summary: json('cdb.summary') as TapeSummary,
    first: json('cdb.first') as Continuity,
    last: json('cdb.last') as Continuity,
    pieces: json('cdb.pieces') as RecordingMetadata['pieces'],
  }
}

/** Puts the footer's own CRC-32, taken with zeros in its place, into the footer. */
export function sealFooter(footer: Buffer): void {
  const at = checksumAt(footer)
  const crc = crc32(footer)
  footer.write(hex(crc), at, 'latin1')
}

/** Whether the footer is as it was sealed; null when it was never ours. */
export function footerHolds(footer: Buffer): boolean | null {
  const at = checksumAt(footer)
  if (at < 0) return footer.includes(RECORDING_FORMAT) ? false : null
  const sealed = footer.toString('latin1', at, at + NO_CHECKSUM.length)
  const blank = Buffer.from(footer)
  blank.write(NO_CHECKSUM, at, 'latin1')
  return hex(crc32(blank)) === sealed
}

function checksumAt(footer: Buffer): number {
  const at = footer.indexOf(CHECKSUM)
  return at < 0 ? at : at + CHECKSUM.length
}

const hex = (crc: number): string => crc.toString(16).padStart(8, '0')
