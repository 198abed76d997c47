import { createReadStream, openSync, closeSync, fstatSync, readSync } from 'node:fs'
import { pipeline } from 'node:stream'
import { crc32, createInflateRaw } from 'node:zlib'
import type { Progress } from './byte-stream.ts'
import { corruptFile, emptyFile, toFileError } from './file-error.ts'

/*
 * Zip reading of our own, because a truncated or damaged entry must be an error and fflate checks no CRC-32.
 * Source: PKWARE APPNOTE.TXT 6.3.10, sections 4.3.7 (local header), 4.3.12 (central directory), 4.3.14-16
 * (ends).
 */
export type ZipEntry = Readonly<{
  name: string
  method: number
  crc: number
  packedBytes: number
  bytes: number
  headerAt: number
}>

const END = 0x06054b50
const END64 = 0x06064b50
const LOCATOR64 = 0x07064b50
const CENTRAL = 0x02014b50
const LOCAL = 0x04034b50
const END_BYTES = 22
const COMMENT_BYTES_MAX = 65_535
const DIRECTORY_BYTES_MAX = 64 << 20
const FULL32 = 0xffffffff
const STORED = 0
const DEFLATED = 8
const CHUNK_BYTES = 1 << 18

/** The files inside a zip, in order of name. Throws CDB_FILE_CORRUPT when its directory cannot be read. */
export function readZipEntries(path: string, label: string): readonly ZipEntry[] {
  const file = openSync(path, 'r')
  try {
    const size = fstatSync(file).size
    const read = (at: number, length: number): Buffer => {
      if (at < 0 || length < 0 || at + length > size) throw corruptFile(label, 'the zip is truncated')
      const bytes = Buffer.alloc(length)
      readSync(file, bytes, 0, length, at)
      return bytes
    }
    const { count, bytes, at } = findDirectory(label, size, read)
    if (bytes > DIRECTORY_BYTES_MAX) throw corruptFile(label, 'the directory of the zip is too large')
    const entries = parseDirectory(label, read(at, bytes), count).filter((entry) => !entry.name.endsWith('/'))
    for (const entry of entries) checkLocalHeader(label, entry, read)
    if (entries.every((entry) => entry.bytes === 0)) throw emptyFile(label)
    return entries.toSorted((left, right) => (left.name < right.name ? -1 : 1))
  } catch (error) {
    throw toFileError(error, label)
  } finally {
    closeSync(file)
  }
}

/** The unpacked bytes of an entry; its length and CRC-32 are checked at the end. */
export async function* zipEntryStream(
  path: string,
  entry: ZipEntry,
  { label, progress }: Readonly<{ label: string; progress: Progress }>,
): AsyncIterable<Buffer> {
  const start = dataStart(path, entry)
  if (entry.packedBytes === 0) return
  const end = start + entry.packedBytes - 1
  const file = createReadStream(path, { start, end, highWaterMark: CHUNK_BYTES })
  file.on('data', (chunk) => {
    progress.bytesRead += chunk.length
  })
  const inflate = createInflateRaw({ chunkSize: CHUNK_BYTES })
  if (entry.method === DEFLATED) pipeline(file, inflate, () => undefined)
  let crc = 0
  let length = 0
  try {
    for await (const piece of entry.method === DEFLATED ? inflate : file) {
      const chunk = piece as Buffer
      crc = crc32(chunk, crc)
      length += chunk.length
      yield chunk
    }
  } catch (error) {
    throw toFileError(error, label)
  }
  if (length !== entry.bytes || crc !== entry.crc) {
    throw corruptFile(label, 'length or CRC-32 of the zip entry is not that of its directory')
  }
}

type Read = (at: number, length: number) => Buffer
type Directory = Readonly<{ count: number; bytes: number; at: number }>

function findDirectory(path: string, size: number, read: Read): Directory {
  const tailBytes = Math.min(size, END_BYTES + COMMENT_BYTES_MAX)
  const tail = read(size - tailBytes, tailBytes)
  for (let at = tailBytes - END_BYTES; at >= 0; at--) {
    // The comment must reach exactly to the end of the file, or bytes are missing behind it.
    if (tail.readUInt32LE(at) !== END || at + END_BYTES + tail.readUInt16LE(at + 20) !== tailBytes) continue
    const directory = {
      count: tail.readUInt16LE(at + 10),
      bytes: tail.readUInt32LE(at + 12),
      at: tail.readUInt32LE(at + 16),
    }
    const isLarge = directory.count === 0xffff || directory.bytes === FULL32 || directory.at === FULL32
    return isLarge ? findDirectory64(path, size - tailBytes + at, read) : directory
  }
  throw corruptFile(path, 'the zip is truncated: its directory is missing')
}

function findDirectory64(path: string, endAt: number, read: Read): Directory {
  const locator = read(endAt - 20, 20)
  if (locator.readUInt32LE(0) !== LOCATOR64) throw corruptFile(path, 'the zip64 locator is missing')
  const end = read(Number(locator.readBigUInt64LE(8)), 56)
  if (end.readUInt32LE(0) !== END64) throw corruptFile(path, 'the zip64 directory is missing')
  return {
    count: Number(end.readBigUInt64LE(32)),
    bytes: Number(end.readBigUInt64LE(40)),
    at: Number(end.readBigUInt64LE(48)),
  }
}

function parseDirectory(path: string, directory: Buffer, count: number): readonly ZipEntry[] {
  const entries: ZipEntry[] = []
  let at = 0
  for (let index = 0; index < count; index++) {
    if (at + 46 > directory.length || directory.readUInt32LE(at) !== CENTRAL) {
      throw corruptFile(path, 'the directory of the zip is damaged')
    }
    const nameBytes = directory.readUInt16LE(at + 28)
    const extraBytes = directory.readUInt16LE(at + 30)
    const name = directory.toString('utf8', at + 46, at + 46 + nameBytes)
    const extra = directory.subarray(at + 46 + nameBytes, at + 46 + nameBytes + extraBytes)
    const method = directory.readUInt16LE(at + 10)
    const encrypted = (directory.readUInt16LE(at + 8) & 1) === 1
    if (encrypted || (method !== STORED && method !== DEFLATED)) {
      throw corruptFile(
        `${path}/${name}`,
        encrypted ? 'the entry is encrypted' : `packing method ${method} is not known`,
      )
    }
    const [bytes, packedBytes, headerAt] = largeFields(path, extra, [
      directory.readUInt32LE(at + 24),
      directory.readUInt32LE(at + 20),
      directory.readUInt32LE(at + 42),
    ])
    entries.push({ name, method, crc: directory.readUInt32LE(at + 16), bytes, packedBytes, headerAt })
    at += 46 + nameBytes + extraBytes + directory.readUInt16LE(at + 32)
  }
  return entries
}

type Fields = readonly [bytes: number, packedBytes: number, headerAt: number]

/**
 * Sizes and offset from the zip64 extra field (0x0001), which holds only those that are full in the entry.
 */
function largeFields(path: string, extra: Buffer, fields: Fields): Fields {
  if (!fields.includes(FULL32)) return fields
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue
    let next = at + 4
    const large = (field: number): number => {
      if (field !== FULL32) return field
      if (next + 8 > extra.length) throw corruptFile(path, 'a zip64 entry is damaged')
      next += 8
      return Number(extra.readBigUInt64LE(next - 8))
    }
    return [large(fields[0]), large(fields[1]), large(fields[2])]
  }
  throw corruptFile(path, 'a zip64 entry is damaged')
}

function checkLocalHeader(path: string, entry: ZipEntry, read: Read): void {
  if (read(entry.headerAt, 30).readUInt32LE(0) !== LOCAL)
    throw corruptFile(path, `the header of ${entry.name} is damaged`)
}

function dataStart(path: string, entry: ZipEntry): number {
  const file = openSync(path, 'r')
  try {
    const header = Buffer.alloc(30)
    readSync(file, header, 0, 30, entry.headerAt)
    return entry.headerAt + 30 + header.readUInt16LE(26) + header.readUInt16LE(28)
  } finally {
    closeSync(file)
  }
}
