import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline as startPipeline } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { constants, createGunzip } from 'node:zlib'
import { isArrow, isGzip, isZip, readHead } from './byte-stream.ts'
import { toFileError } from './file-error.ts'

/** A file as it can be read at any place: itself, or the unpacked copy of a gzip of a zip or recording. */
export type UnpackedFile = Readonly<{ path: string; head: Buffer; size: number; remove(): Promise<void> }>

/** Throws CDB_FILE_MISSING, CDB_FILE_UNREADABLE, CDB_FILE_EMPTY, CDB_FILE_CORRUPT, CDB_DISK_FULL. */
export async function unpackFile(path: string): Promise<UnpackedFile> {
  const { head, size } = readHead(path)
  if (!isGzip(head) || !(await holdsContainer(path)))
    return { path, head, size, remove: () => Promise.resolve() }
  const folder = await mkdtemp(join(tmpdir(), 'cdb-unpacked-'))
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true })
  const copy = join(folder, 'unpacked')
  try {
    await pipeline(createReadStream(path), createGunzip(), createWriteStream(copy))
    return { path: copy, ...readHead(copy), remove }
  } catch (error) {
    await remove()
    throw toFileError(error, path)
  }
}

/** Whether a gzip holds a file whose reading begins at its end. */
async function holdsContainer(path: string): Promise<boolean> {
  const gunzip = createGunzip({ finishFlush: constants.Z_SYNC_FLUSH })
  // The iteration below sees the same error, so the callback has nothing to add.
  startPipeline(createReadStream(path, { end: START_BYTES }), gunzip, () => undefined)
  try {
    for await (const chunk of gunzip) return isArrow(chunk as Buffer) || isZip(chunk as Buffer)
    return false
  } catch (error) {
    throw toFileError(error, path)
  }
}

/** Enough for the header of a gzip, which may carry a name, and the first bytes behind it. */
const START_BYTES = 1 << 16
