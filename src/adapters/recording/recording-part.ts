import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { basename } from 'node:path'
import { crc32 } from 'node:zlib'
import { CdbError } from '../../domain/errors.ts'
import type { TapeColumns } from '../../engine/tape.ts'
import { decodeBatch, footerMetadata } from './arrow-codec.ts'
import { corruptFile, toFileError } from './file-error.ts'
import type { Part, Reading } from './part.ts'
import { decodeMetadata, footerHolds, RECORDING_VERSION } from './recording-metadata.ts'
import type { RecordingMetadata } from './recording-metadata.ts'
import { joinColumns } from './seam.ts'
import { mergeSummary } from './tape-summary.ts'
import { unknownFormat } from './text-format.ts'

/** Looks into a recording. Throws CDB_FILE_CORRUPT, CDB_FORMAT_UNKNOWN (an Arrow file of others). */
export async function openRecordingPart(path: string, label: string): Promise<Part> {
  const metadata = await withFile(path, (file) => readMetadata(file, label))
  return {
    label,
    format: `recording (Arrow) of ${metadata.sources.map((source) => basename(source)).join(', ')}`,
    instrument: metadata.instrument.id,
    filters: metadata.instrument,
    kinds: metadata.kinds,
    received: metadata.received,
    firstMs: metadata.summary.firstMs ?? Infinity,
    leftOut: metadata.leftOut,
    read: (reading) => readRecording({ path, label }, metadata, reading),
  }
}

const MAGIC = Buffer.from('ARROW1')
const SUFFIX_BYTES = 4 + MAGIC.length

async function withFile<T>(path: string, work: (file: FileHandle) => Promise<T>): Promise<T> {
  try {
    await using file = await open(path)
    return await work(file)
  } catch (error) {
    throw toFileError(error, path)
  }
}

async function readMetadata(file: FileHandle, path: string): Promise<RecordingMetadata> {
  const { size } = await file.stat()
  const suffix = await readExactly(file, path, { at: size - SUFFIX_BYTES, bytes: SUFFIX_BYTES })
  if (!suffix.subarray(4).equals(MAGIC)) throw corruptFile(path, 'the recording is truncated')
  const bytes = suffix.readInt32LE(0) + SUFFIX_BYTES
  if (bytes <= SUFFIX_BYTES || bytes > size) throw corruptFile(path, 'the footer of the recording is damaged')
  const footer = await readExactly(file, path, { at: size - bytes, bytes })
  const holds = footerHolds(footer)
  if (holds === null) throw unknownFormat(path)
  if (!holds) throw corruptFile(path, 'the footer of the recording is damaged')
  const map = footerMetadata(footer)
  const version = map.get('cdb.version')
  if (version !== RECORDING_VERSION) {
    throw new CdbError('CDB_FORMAT_UNKNOWN', `${path} is a recording of version ${version}`, {
      mend: `this cdb reads version ${RECORDING_VERSION}: import the source again, or use a newer cdb`,
    })
  }
  const metadata = decodeMetadata(map)
  const covered = metadata.pieces.reduce((sum, [length]) => sum + length, 0)
  if (covered + bytes !== size)
    throw corruptFile(path, 'the recording has not the length that it was written with')
  return metadata
}

type Place = Readonly<{ path: string; label: string }>

async function* readRecording(
  place: Place,
  metadata: RecordingMetadata,
  reading: Reading,
): AsyncIterable<TapeColumns> {
  const pieces = readPieces(place, metadata, reading)
  if (isContinuation(metadata, reading)) {
    yield* pieces
    mergeSummary(reading.summary, metadata.summary)
    reading.continuity.tradeId = metadata.last.tradeId ?? reading.continuity.tradeId
    reading.continuity.tradeMs = metadata.last.tradeMs ?? reading.continuity.tradeMs
    reading.continuity.candleMs = metadata.last.candleMs ?? reading.continuity.candleMs
  } else {
    yield* joinColumns(pieces, {
      label: place.label,
      kinds: metadata.kinds,
      received: metadata.received,
      reading,
    })
  }
}

/** Whether the recording begins right where reading stands; then its rows need no second look. */
function isContinuation({ first }: RecordingMetadata, { continuity }: Reading): boolean {
  const follows = (next: number | null, last: number | null, step: number): boolean =>
    next === null || last === null || next === last + step
  const isLater = first.tradeMs === null || continuity.tradeMs === null || first.tradeMs >= continuity.tradeMs
  return (
    isLater &&
    follows(first.tradeId, continuity.tradeId, 1) &&
    follows(first.candleMs, continuity.candleMs, 0)
  )
}

/** Every piece is read once and checked before its rows are given out. */
async function* readPieces(
  { path, label }: Place,
  metadata: RecordingMetadata,
  reading: Reading,
): AsyncIterable<TapeColumns> {
  const file = await open(path).catch((error: unknown) => {
    throw toFileError(error, label)
  })
  try {
    let at = 0
    let schema = Buffer.alloc(0)
    let stream = Buffer.alloc(0)
    for (const [index, [bytes, crc]] of metadata.pieces.entries()) {
      // The schema goes in front of each batch: together they are a stream that the library decodes in place.
      const length = schema.length + bytes
      if (!reading.reuse || stream.length < length) stream = Buffer.allocUnsafeSlow(length)
      const piece = stream.subarray(schema.length, length)
      await readInto(file, label, piece, at)
      if (crc32(piece) !== crc) throw corruptFile(label, `bytes ${at} to ${at + bytes} are damaged`)
      at += bytes
      reading.progress.bytesRead += bytes
      if (index === 0) schema = Buffer.from(piece.subarray(HEAD_MAGIC_BYTES))
      else if (index < metadata.pieces.length - 1) {
        schema.copy(stream)
        yield decodeBatch(stream.subarray(0, length))
      }
    }
  } finally {
    await file.close()
  }
}

const HEAD_MAGIC_BYTES = 8

async function readExactly(
  file: FileHandle,
  path: string,
  { at, bytes }: Readonly<{ at: number; bytes: number }>,
): Promise<Buffer> {
  if (at < 0) throw corruptFile(path, 'the recording is truncated')
  const buffer = Buffer.alloc(bytes)
  await readInto(file, path, buffer, at)
  return buffer
}

async function readInto(file: FileHandle, path: string, buffer: Buffer, at: number): Promise<void> {
  let from = 0
  while (from < buffer.length) {
    const { bytesRead } = await file.read(buffer, from, buffer.length - from, at + from)
    if (bytesRead === 0) throw corruptFile(path, 'the recording is truncated')
    from += bytesRead
  }
}
