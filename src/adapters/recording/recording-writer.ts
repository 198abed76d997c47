import { lstatSync } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import { CdbError } from '../../domain/errors.ts'
import type { Instrument } from '../../domain/instrument.ts'
import type { MarketEvent } from '../../domain/market.ts'
import type { TapeColumns } from '../../engine/tape.ts'
import { tapeBatch } from '../../engine/tape.ts'
import { ARROW_END, createArrowEncoder } from './arrow-codec.ts'
import { columnsFor, createColumnStore } from './column-buffer.ts'
import { emptyFile, toFileError, unreadableFile } from './file-error.ts'
import { headMetadata, sealFooter, tailMetadata } from './recording-metadata.ts'
import type { Piece } from './recording-metadata.ts'
import { createContinuity } from './tape-builder.ts'
import type { Continuity } from './tape-builder.ts'
import { createTapeSummary, summarize } from './tape-summary.ts'
import type { TapeSummary } from './tape-summary.ts'

export type RecordingFacts = Readonly<{
  instrument: Instrument
  /** Kinds of events that may come: they decide the columns. */
  kinds: readonly MarketEvent['kind'][]
  /** Whether the rows have receive times. */
  received: boolean
}>

/**
 * Writes a recording. Nothing is at the path before `finish` has returned, and nothing is left after `abort`.
 */
export type RecordingWriter = Readonly<{
  /** Appends rows; the columns may be used again afterwards. Throws CDB_DISK_FULL, CDB_FILE_UNREADABLE. */
  write(columns: TapeColumns): Promise<void>
  /**
   * Completes the file and puts it in place. Throws CDB_FILE_EMPTY when no row was written, and as `write`.
   */
  finish(origin: Readonly<{ sources: readonly string[]; leftOut: number }>): Promise<Readonly<TapeSummary>>
  /** Leaves nothing behind. After a call that threw this has happened already, and does no harm. */
  abort(): Promise<void>
}>

/** Rows of a record batch: 2 MB of trades, small enough for a cache and large enough for one read. */
export const BATCH_ROWS = 65_536

/** Throws CDB_FILE_UNREADABLE when the path is taken and may not be replaced, or cannot be written. */
export async function createRecordingWriter(
  path: string,
  facts: RecordingFacts,
  { replace = false }: Readonly<{ replace?: boolean }> = {},
): Promise<RecordingWriter> {
  checkTarget(path, replace)
  const file = await openPartFile(path)
  const names = columnsFor(facts.kinds, facts.received)
  const encoder = createArrowEncoder(names, headMetadata(facts.instrument))
  const store = createColumnStore(names, BATCH_ROWS)
  const scan = createScan()
  const flush = async (): Promise<void> => {
    const columns = store.columns()
    if (file.pieces().length === 0) await file.append(encoder.head())
    scan.add(columns)
    await file.append(encoder.batch(columns, columns.eventMs.length))
    store.clear()
  }
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      await file.remove()
      throw toFileError(error, path)
    }
  }
  return {
    abort: file.remove,
    write: (columns) =>
      guarded(async () => {
        let from = 0
        while (from < columns.eventMs.length) {
          from += store.append(columns, from)
          if (store.isFull()) await flush()
        }
      }),
    finish: (origin) =>
      guarded(async () => {
        if (store.length() > 0) await flush()
        if (file.pieces().length === 0) throw emptyFile(path)
        const pieces = [...file.pieces(), pieceOf(ARROW_END)]
        const tail = encoder.tail(tailMetadata({ ...facts, ...origin, ...scan.result(), pieces }))
        sealFooter(tail.footer)
        await file.append(tail.end)
        await file.append(tail.footer)
        await file.complete()
        return scan.result().summary
      }),
  }
}

/** The file as it grows, beside its place, so that nobody meets half of it. */
type PartFile = Readonly<{
  append(bytes: Buffer): Promise<void>
  pieces(): readonly Piece[]
  /** Puts the file in place once its bytes are on the disk. */
  complete(): Promise<void>
  remove(): Promise<void>
}>

async function openPartFile(path: string): Promise<PartFile> {
  const partPath = `${path}.${process.pid}.part`
  const file = await open(partPath, 'w').catch((error: unknown) => {
    const isFolderMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    throw toFileError(error, isFolderMissing ? `the folder of ${path}` : path)
  })
  const pieces: Piece[] = []
  let isOpen = true
  const close = async (): Promise<void> => {
    if (!isOpen) return
    isOpen = false
    await file.close()
  }
  return {
    pieces: () => pieces,
    async append(bytes) {
      // A write may take less than it was given, on a disk that fills up.
      let from = 0
      while (from < bytes.length) from += (await file.write(bytes, from)).bytesWritten
      pieces.push(pieceOf(bytes))
    },
    async complete() {
      await file.sync()
      await close()
      await rename(partPath, path)
    },
    async remove() {
      await close()
      await rm(partPath, { force: true })
    },
  }
}

const pieceOf = (bytes: Buffer): Piece => [bytes.length, crc32(bytes)]

function checkTarget(path: string, replace: boolean): void {
  const stat = lstatSync(path, { throwIfNoEntry: false })
  if (stat === undefined) return
  if (!stat.isFile())
    throw unreadableFile(path, stat.isDirectory() ? 'is a directory' : 'is not a regular file')
  if (replace) return
  throw new CdbError('CDB_FILE_UNREADABLE', `${path} is there already and is not overwritten`, {
    mend: 'name another file, or add --force',
  })
}

type Scan = Readonly<{
  add(columns: TapeColumns): void
  result(): Readonly<{ summary: TapeSummary; first: Continuity; last: Continuity }>
}>

/** Learns what the metadata tell, from the rows as they are written. */
function createScan(): Scan {
  const summary = createTapeSummary()
  const first = createContinuity()
  const last = createContinuity()
  return {
    add(columns) {
      const batch = tapeBatch(columns, 0, columns.eventMs.length)
      for (let row = 0; row < batch.length; row++) {
        const event = batch.at(row)
        if (event === undefined) return
        summarize(summary, event)
        if (event.kind === 'trade') {
          first.tradeId ??= event.tradeId
          first.tradeMs ??= event.eventMs
          last.tradeId = event.tradeId ?? last.tradeId
          last.tradeMs = event.eventMs
        } else if (event.kind === 'candle') {
          first.candleMs ??= event.eventMs - event.intervalMs
          last.candleMs = event.eventMs
        }
      }
    },
    result: () => ({ summary, first, last }),
  }
}
