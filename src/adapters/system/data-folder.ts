import { accessSync, constants, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { CdbError } from '../../domain/errors.ts'

/** A folder that this process alone uses until it releases it, or ends in whatever way. */
export type DataFolder = Readonly<{ path: string; databasePath: string; release(): void }>

const SQLITE_BUSY = 5

/**
 * Makes the folder where it is missing, and locks it. The lock is the operating system's, held through an
 * open SQLite file: the system lets go of it at the moment the process ends, even by SIGKILL, so that no
 * stale lock is ever left. Throws CDB_DATA_LOCKED, CDB_DATA_UNWRITABLE or CDB_DISK_FULL.
 */
export function openDataFolder(folder: string): DataFolder {
  const path = resolve(folder)
  try {
    makeFolder(path)
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    throw unusable(folder, error)
  }
  const lock = lockFolder(folder, path)
  try {
    writeFileSync(pidPath(path), `${process.pid}\n`)
  } catch (error) {
    lock.close()
    throw unusable(folder, error)
  }
  return {
    path,
    databasePath: databasePathOf(path),
    release() {
      lock.close()
    },
  }
}

export const databasePathOf = (folder: string): string => join(resolve(folder), 'pglite')

const pidPath = (path: string): string => join(path, 'pid')

function lockFolder(folder: string, path: string): DatabaseSync {
  let lock: DatabaseSync | undefined
  try {
    lock = new DatabaseSync(join(path, 'lock'), { timeout: 0 })
    lock.exec('pragma locking_mode = exclusive; begin exclusive')
    return lock
  } catch (error) {
    lock?.close()
    if ((error as Readonly<{ errcode?: unknown }>).errcode !== SQLITE_BUSY) throw unusable(folder, error)
    const holder = readHolder(path)
    throw new CdbError(
      'CDB_DATA_LOCKED',
      `the data folder ${folder} is in use by another process${holder === null ? '' : `, pid ${holder}`}`,
      { mend: 'stop that process, or use another --data folder', cause: error },
    )
  }
}

/**
 * Folder by folder: where a file system refuses with ENOENT (as /proc does), a recursive mkdir never returns.
 */
function makeFolder(path: string): void {
  if (existsSync(path)) {
    if (!statSync(path).isDirectory()) throw new Error('it is not a folder')
    return
  }
  makeFolder(dirname(path))
  mkdirSync(path)
}

/** The process that last locked the folder; null when it left no trace. */
function readHolder(path: string): number | null {
  if (statSync(pidPath(path), { throwIfNoEntry: false }) === undefined) return null
  const pid = Number(readFileSync(pidPath(path), 'utf8'))
  return Number.isSafeInteger(pid) && pid > 0 ? pid : null
}

function unusable(folder: string, error: unknown): CdbError {
  const { code, message } = error as Readonly<{ code?: unknown; message?: unknown }>
  if (code === 'ENOSPC') {
    return new CdbError('CDB_DISK_FULL', `the disk of ${folder} is full`, {
      mend: 'free space',
      cause: error,
    })
  }
  return new CdbError('CDB_DATA_UNWRITABLE', `the data folder ${folder} cannot be used: ${String(message)}`, {
    mend: 'name a folder that you may write, with --data DIR',
    cause: error,
  })
}
