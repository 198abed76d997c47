import type { MarketEvent } from '../../domain/market.ts'
import type { Instrument } from '../../domain/instrument.ts'
import type { TapeColumns } from '../../engine/tape.ts'
import type { BadRows } from './bad-rows.ts'
import type { Progress } from './byte-stream.ts'
import type { Continuity } from './tape-builder.ts'
import type { TapeSummary } from './tape-summary.ts'

/** What the files of one reading share. */
export type Reading = Readonly<{
  instrument: Instrument
  /** Whether the user named the instrument. */
  given: boolean
  continuity: Continuity
  summary: TapeSummary
  bad: BadRows
  progress: Progress
  /**
   * Whether columns are overwritten by those after them, which spares the collector: for who looks at each
   * once.
   */
  reuse: boolean
}>

/** A file, or an entry of a zip, that has been looked into and can be read. */
export type Part = Readonly<{
  label: string
  /** What it was recognized as. */
  format: string
  /** SYMBOL.VENUE; null when neither content nor name tells. */
  instrument: string | null
  /** Filters that came with the file. */
  filters: Instrument | null
  kinds: readonly MarketEvent['kind'][]
  received: boolean
  firstMs: number
  /** Rows that were left out when the file was made: of recordings. */
  leftOut: number
  /** All rows in order, in batches; every byte is checked before the iteration ends well. */
  read(reading: Reading): AsyncIterable<TapeColumns>
}>
