import { existsSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { PGlite } from '@electric-sql/pglite'
import { CdbError } from '../../domain/errors.ts'
import type { Row, Sql, SqlDatabase } from './sql.ts'

const MIB = 2 ** 20
/** A new database takes 40 MiB; a transaction may open a WAL segment of 16 MiB. */
const FREE_MIB_TO_CREATE = 96
const FREE_MIB_TO_COMMIT = 32
/** PGlite has no checkpointer: without this the WAL, and the time to recover, would grow with the run. */
const COMMITS_PER_CHECKPOINT = 2_000
const SQLSTATE_DISK_FULL = '53100'

/**
 * PostgreSQL in this process, kept in a folder. While it is made a file lies beside it, so that one which was
 * killed half made is known and made anew. A committed transaction survives the end of the process at any
 * instant; PGlite does not wait for the disk itself, so a power failure may take the last seconds. Throws
 * CDB_DISK_FULL and CDB_DATA_UNWRITABLE.
 */
export async function openPglite(folder: string): Promise<SqlDatabase> {
  const parent = dirname(folder)
  const creating = `${folder}.creating`
  if (existsSync(creating)) rmSync(folder, { recursive: true, force: true })
  const isNew = !existsSync(folder)
  requireSpace(parent, isNew ? FREE_MIB_TO_CREATE : FREE_MIB_TO_COMMIT)
  if (isNew) writeFileSync(creating, '')
  const pglite = await startPglite(folder)
  rmSync(creating, { force: true })
  return sqlDatabase(pglite, () => {
    requireSpace(parent, FREE_MIB_TO_COMMIT)
  })
}

/** A database in memory, for tests and checks. */
export async function openMemoryPglite(): Promise<SqlDatabase> {
  return sqlDatabase(await startPglite(undefined), () => undefined)
}

async function startPglite(folder: string | undefined): Promise<PGlite> {
  const { PGlite } = await import('@electric-sql/pglite')
  try {
    return await PGlite.create(folder === undefined ? {} : { dataDir: folder })
  } catch (error) {
    if (isDiskFull(error)) throw diskFull(folder ?? 'memory', error)
    const reason = error instanceof Error ? error.message : String(error)
    throw new CdbError(
      'CDB_DATA_UNWRITABLE',
      `the database in ${folder ?? 'memory'} does not start: ${reason}`,
      {
        mend: 'check the folder and its permissions: cdb doctor --data DIR',
        cause: error,
      },
    )
  }
}

/** The database stops before the disk is full: one that has met a full disk cannot even be closed. */
function requireSpace(folder: string, freeMib: number): void {
  const { bavail, bsize } = statfsSync(folder)
  const free = Math.floor((bavail * bsize) / MIB)
  if (free < freeMib) throw diskFull(folder, undefined, `${free} MiB are free, ${freeMib} MiB are needed`)
}

function diskFull(folder: string, cause: unknown, detail = 'a write failed'): CdbError {
  return new CdbError('CDB_DISK_FULL', `the disk of ${folder} is full: ${detail}`, {
    mend: 'free space and start again; everything committed so far is kept',
    ...(cause === undefined ? {} : { cause }),
  })
}

function isDiskFull(error: unknown): boolean {
  const code = (error as Readonly<{ code?: unknown }> | null)?.code
  return code === SQLSTATE_DISK_FULL || code === 'ENOSPC' || String(error).includes('No space left on device')
}

function sqlDatabase(pglite: PGlite, beforeCommit: () => void): SqlDatabase {
  let commits = 0
  let broken = false
  const watched = async <T>(run: () => Promise<T>): Promise<T> => {
    try {
      return await run()
    } catch (error) {
      if (!isDiskFull(error)) throw error
      broken = true
      throw diskFull('the data folder', error)
    }
  }
  const query: Sql['query'] = (text, params = []) =>
    watched(async () => (await pglite.query<Row>(text, [...params])).rows)
  return {
    query,
    statement(text, params) {
      beforeCommit()
      return query(text, params)
    },
    script: (text) =>
      watched(async () => {
        await pglite.exec(text)
      }),
    async transaction(body) {
      beforeCommit()
      const result = await watched(() =>
        pglite.transaction((tx) =>
          body({ query: async (text, params = []) => (await tx.query<Row>(text, [...params])).rows }),
        ),
      )
      commits += 1
      if (commits % COMMITS_PER_CHECKPOINT === 0) await watched(() => pglite.exec('checkpoint'))
      return result
    },
    async close() {
      if (!broken) await pglite.close()
    },
  }
}
