import { existsSync } from 'node:fs'
import { attachEventLog } from '../adapters/postgres/event-log.ts'
import { openPglite } from '../adapters/postgres/pglite.ts'
import { readRunIdentity, readSourcePath } from '../adapters/postgres/run.ts'
import { migrate } from '../adapters/postgres/schema.ts'
import type { SqlDatabase } from '../adapters/postgres/sql.ts'
import { databasePathOf, openDataFolder } from '../adapters/system/data-folder.ts'
import { digest } from '../adapters/system/digest.ts'
import { CdbError } from '../domain/errors.ts'
import type { EngineConfig } from '../engine/engine.ts'
import type { EventLog } from '../engine/ports.ts'
import { runRecordOf } from './run-log.ts'
import { engineConfigOf } from './run-settings.ts'
import type { RunSettings } from './run-settings.ts'
import { reopenSource } from './run-source.ts'
import type { RunSource, SourceIdentity } from './run-source.ts'

/** Opens the database of a data folder that a run was stored in, for as long as the body takes. */
export async function withStoredDatabase<T>(
  folder: string,
  body: (db: SqlDatabase) => Promise<T>,
): Promise<T> {
  if (!existsSync(databasePathOf(folder))) {
    throw new CdbError('CDB_FILE_MISSING', `there is no run in the data folder ${folder}`, {
      mend: 'name the folder of a run with --data DIR',
    })
  }
  const held = openDataFolder(folder)
  try {
    const db = await openPglite(held.databasePath)
    try {
      return await body(db)
    } finally {
      await db.close()
    }
  } finally {
    held.release()
  }
}

export type StoredRun = Readonly<{ config: EngineConfig; market: RunSource; log: EventLog }>

/**
 * What a database says of its run, ready to be derived again. `file` is where the recording lies now, if it
 * moved.
 */
export async function openStoredRun(db: SqlDatabase, file: string | undefined): Promise<StoredRun> {
  await migrate(db)
  const identity = await readRunIdentity(db)
  if (identity === null) throw new CdbError('CDB_FILE_MISSING', 'no run has begun in the data folder')
  const { source, settings } = identity as Readonly<{ source: SourceIdentity; settings: RunSettings }>
  const market = await reopenSource(source, file ?? (await readSourcePath(db)))
  const config = await engineConfigOf(settings, market.source.instrument)
  const log = await attachEventLog(db, runRecordOf(settings, market, config), digest)
  return { config, market, log }
}
