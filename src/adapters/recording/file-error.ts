import { CdbError } from '../../domain/errors.ts'

/**
 * Turns an error of the file system or of a decompressor into ours, naming the file. Others pass unchanged.
 */
export function toFileError(error: unknown, path: string): unknown {
  if (error instanceof CdbError || !(error instanceof Error) || !('code' in error)) return error
  const code = String(error.code)
  if (code.startsWith('Z_')) return corruptFile(path, 'its compressed data is truncated or damaged', error)
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new CdbError('CDB_FILE_MISSING', `${path} is not there`, {
        mend: 'check the path',
        cause: error,
      })
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return new CdbError('CDB_DISK_FULL', `no room to write ${path}`, {
        mend: 'free some space, or write to another disk',
        cause: error,
      })
    case 'EISDIR':
      return unreadableFile(path, 'is a directory', error)
    default:
      return unreadableFile(path, `cannot be opened, read or written (${code})`, error)
  }
}

export const corruptFile = (path: string, problem: string, cause?: unknown): CdbError =>
  new CdbError('CDB_FILE_CORRUPT', `${path}: ${problem}`, {
    mend: 'fetch or import the file again; nothing of it was used',
    cause,
  })

export const unreadableFile = (path: string, problem: string, cause?: unknown): CdbError =>
  new CdbError('CDB_FILE_UNREADABLE', `${path} ${problem}`, {
    mend: 'name a regular file that you may use',
    cause,
  })

export const emptyFile = (path: string): CdbError =>
  new CdbError('CDB_FILE_EMPTY', `${path} has no data in it`, { mend: 'fetch the file again' })
