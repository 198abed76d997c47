import { closeSync, createReadStream, openSync, readSync, statSync } from 'node:fs'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { corruptFile, emptyFile, toFileError, unreadableFile } from './file-error.ts'
import { readZipEntries, zipEntryStream } from './zip.ts'

/** How far reading has come, in bytes of the file on disk. */
export type Progress = { bytesRead: number }

/** A text inside a file: the file itself, unpacked where it is gzip, or one entry of a zip. */
export type TextMember = Readonly<{
  /** For messages: the path, and the entry of a zip behind it. */
  label: string
  /** Names that may tell of instrument and date: the entry's, then the path. */
  names: readonly string[]
  /**
   * The text's bytes, unpacked and checked. Throws CDB_FILE_CORRUPT when the packing is truncated or damaged.
   */
  bytes(progress: Progress): AsyncIterable<Buffer>
}>

const CHUNK_BYTES = 1 << 18
const HEAD_BYTES = 8

/** The first bytes of a file, and its size. Throws CDB_FILE_MISSING, CDB_FILE_UNREADABLE, CDB_FILE_EMPTY. */
export function readHead(path: string): Readonly<{ head: Buffer; size: number }> {
  try {
    // Opening a pipe would wait for its writer, so what it is comes first.
    const stat = statSync(path)
    if (!stat.isFile())
      throw unreadableFile(path, stat.isDirectory() ? 'is a directory' : 'is not a regular file')
    if (stat.size === 0) throw emptyFile(path)
    const file = openSync(path, 'r')
    try {
      const head = Buffer.alloc(Math.min(HEAD_BYTES, stat.size))
      readSync(file, head, 0, head.length, 0)
      return { head, size: stat.size }
    } finally {
      closeSync(file)
    }
  } catch (error) {
    throw toFileError(error, path)
  }
}

export const isGzip = (head: Buffer): boolean => head[0] === 0x1f && head[1] === 0x8b
export const isZip = (head: Buffer): boolean =>
  head[0] === 0x50 && head[1] === 0x4b && (head[2] === 3 || head[2] === 5 || head[2] === 7)
export const isArrow = (head: Buffer): boolean => head.subarray(0, 6).equals(Buffer.from('ARROW1'))

/** The texts of a file that is text, gzip or zip; label: its name for people. */
export function textMembers(
  { path, head }: Readonly<{ path: string; head: Buffer }>,
  label: string,
): readonly TextMember[] {
  if (isZip(head)) {
    return readZipEntries(path, label).map((entry) => ({
      label: `${label}/${entry.name}`,
      names: [entry.name, label],
      bytes: (progress) => zipEntryStream(path, entry, { label: `${label}/${entry.name}`, progress }),
    }))
  }
  const bytes = isGzip(head) ? gunzipped : plain
  return [{ label, names: [label], bytes: (progress) => bytes(path, progress) }]
}

async function* plain(path: string, progress: Progress): AsyncIterable<Buffer> {
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES })) {
      progress.bytesRead += (chunk as Buffer).length
      yield chunk as Buffer
    }
  } catch (error) {
    throw toFileError(error, path)
  }
}

async function* gunzipped(path: string, progress: Progress): AsyncIterable<Buffer> {
  const file = createReadStream(path, { highWaterMark: CHUNK_BYTES })
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES })
  file.on('data', (chunk) => {
    progress.bytesRead += chunk.length
  })
  // The iteration below sees the same error, so the callback has nothing to add.
  pipeline(file, gunzip, () => undefined)
  try {
    for await (const chunk of gunzip) yield chunk as Buffer
  } catch (error) {
    throw toFileError(error, path)
  }
  // Node takes bytes that are no further member for padding; here they are lost data.
  if (gunzip.bytesWritten < file.bytesRead) {
    throw corruptFile(
      path,
      `${file.bytesRead - gunzip.bytesWritten} bytes after its compressed data are not gzip`,
    )
  }
}
