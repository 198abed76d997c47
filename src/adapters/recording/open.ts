import { CdbError } from '../../domain/errors.ts'
import { instrumentOf } from '../../domain/instruments.ts'
import { parseInstrumentId } from '../../domain/instrument.ts'
import type { Instrument, InstrumentId } from '../../domain/instrument.ts'
import type { MarketBatch, MarketEvent } from '../../domain/market.ts'
import type { MarketSource } from '../../engine/ports.ts'
import { tapeBatch, tapeKinds } from '../../engine/tape.ts'
import type { TapeColumns } from '../../engine/tape.ts'
import { createBadRows } from './bad-rows.ts'
import type { BadRow } from './bad-rows.ts'
import { isArrow, textMembers } from './byte-stream.ts'
import type { Progress } from './byte-stream.ts'
import type { Part } from './part.ts'
import { openRecordingPart } from './recording-part.ts'
import { createContinuity } from './tape-builder.ts'
import { createTapeSummary } from './tape-summary.ts'
import type { TapeSummary } from './tape-summary.ts'
import { openTextPart } from './text-part.ts'
import { unpackFile } from './unpacked.ts'
import type { UnpackedFile } from './unpacked.ts'

/** Market data of one instrument from files, one after the other in the order of their first time. */
export type MarketFiles = MarketSource &
  Readonly<{
    /** The files and zip entries, in the order in which they are read, and what each was recognized as. */
    files: readonly Readonly<{ label: string; format: string }>[]
    /**
     * Kinds of events that may come, and whether rows have receive times: they decide a recording's columns.
     */
    kinds: readonly MarketEvent['kind'][]
    received: boolean
    /** The next rows as columns; null at the end. Use this or `read`, not both. */
    readColumns(): Promise<TapeColumns | null>
    /** Rows left out so far with their reasons, the first 20 of them. */
    badRows: readonly BadRow[]
    badRowCount(): number
    /** Rows that had been left out when the recordings among the files were made. */
    leftOut: number
    /** What was read so far; complete once the end was reached. */
    summary(): Readonly<TapeSummary>
    progress(): Readonly<{ bytesRead: number; bytesTotal: number }>
  }>

export type OpenOptions = Readonly<{
  /** SYMBOL.VENUE, where neither content nor name tells it. */
  instrument?: string
  /**
   * Columns and batches are then good only until the next is read, which is faster; else they can be kept.
   */
  reuse?: boolean
}>

/**
 * Opens files, each by its content whatever its name. Throws CDB_FILE_MISSING, CDB_FILE_UNREADABLE,
 * CDB_FILE_EMPTY,
 * CDB_FILE_CORRUPT, CDB_FORMAT_UNKNOWN, CDB_INSTRUMENT_INVALID, CDB_INSTRUMENT_MISMATCH; reading throws
 * CDB_FILE_CORRUPT and CDB_ROWS_BAD.
 */
export async function openMarketFiles(
  paths: readonly string[],
  options: OpenOptions = {},
): Promise<MarketFiles> {
  const wanted = options.instrument === undefined ? null : parseInstrumentId(options.instrument)
  const unpacked: UnpackedFile[] = []
  const removeAll = async (): Promise<void> => {
    for (const file of unpacked) await file.remove()
  }
  try {
    const opened: Part[] = []
    for (const path of paths) {
      const file = await unpackFile(path)
      unpacked.push(file)
      opened.push(...(await openParts(path, file, wanted)))
    }
    const bytesTotal = unpacked.reduce((sum, file) => sum + file.size, 0)
    return marketFiles(opened, { wanted, bytesTotal, removeAll, reuse: options.reuse ?? false })
  } catch (error) {
    await removeAll()
    throw error
  }
}

async function openParts(label: string, file: UnpackedFile, wanted: string | null): Promise<readonly Part[]> {
  if (isArrow(file.head)) return [await openRecordingPart(file.path, label)]
  const parts: Part[] = []
  for (const member of textMembers(file, label)) parts.push(await openTextPart(member, wanted))
  return parts
}

function marketFiles(
  opened: readonly Part[],
  {
    wanted,
    bytesTotal,
    removeAll,
    reuse,
  }: Readonly<{
    wanted: InstrumentId | null
    bytesTotal: number
    removeAll: () => Promise<void>
    reuse: boolean
  }>,
): MarketFiles {
  const parts = opened.toSorted((left, right) => left.firstMs - right.firstMs)
  const instrument = agreedInstrument(parts, wanted)
  const bad = createBadRows()
  const summary = createTapeSummary()
  const progress: Progress = { bytesRead: 0 }
  const reading = {
    instrument,
    given: wanted !== null,
    continuity: createContinuity(),
    summary,
    bad,
    progress,
    reuse,
  }
  const columns = allColumns(parts.map((part) => part.read(reading)))
  const readColumns = async (): Promise<TapeColumns | null> => {
    const next = await columns.next()
    return next.done === true ? null : next.value
  }
  return {
    instrument,
    files: parts.map(({ label, format }) => ({ label, format })),
    kinds: tapeKinds.filter(
      (kind) => parts.some((part) => part.kinds.includes(kind)) || (kind === 'gap' && parts.length > 1),
    ),
    received: parts.some((part) => part.received),
    readColumns,
    read: createBatchReader(readColumns),
    async close() {
      await columns.return(undefined)
      await removeAll()
    },
    badRows: bad.list,
    badRowCount: () => bad.count,
    leftOut: parts.reduce((sum, part) => sum + part.leftOut, 0),
    summary: () => summary,
    progress: () => ({ bytesRead: progress.bytesRead, bytesTotal }),
  }
}

async function* allColumns(parts: readonly AsyncIterable<TapeColumns>[]): AsyncGenerator<TapeColumns, void> {
  for (const part of parts) yield* part
}

/** Cuts columns into batches of at most the count asked for. */
function createBatchReader(
  readColumns: () => Promise<TapeColumns | null>,
): (countMax: number) => Promise<MarketBatch | null> {
  let columns: TapeColumns | null = null
  let from = 0
  return async (countMax) => {
    if (columns === null || from === columns.eventMs.length) {
      columns = await readColumns()
      from = 0
    }
    if (columns === null) return null
    const to = Math.min(from + countMax, columns.eventMs.length)
    const batch = tapeBatch(columns, from, to)
    from = to
    return batch
  }
}

/** The one instrument of all parts and of the user's word. */
function agreedInstrument(parts: readonly Part[], wanted: InstrumentId | null): Instrument {
  const named = parts.filter((part) => part.instrument !== null)
  const first = named[0]
  for (const part of named) {
    const other = wanted ?? first?.instrument
    if (part.instrument === other) continue
    const versus = wanted === null ? `${first?.label} of ${first?.instrument}` : `--instrument ${wanted}`
    throw new CdbError('CDB_INSTRUMENT_MISMATCH', `${part.label} is of ${part.instrument}, but ${versus}`, {
      mend: 'read one instrument at a time',
    })
  }
  const id = wanted ?? first?.instrument ?? null
  if (id === null) {
    throw new CdbError('CDB_INSTRUMENT_INVALID', `${parts[0]?.label} does not tell its instrument`, {
      mend: 'name it: --instrument BTCUSDT.BINANCE',
    })
  }
  return parts.find((part) => part.filters !== null)?.filters ?? instrumentOf(id)
}
