import { openEventLog } from '../adapters/postgres/event-log.ts'
import { openPglite } from '../adapters/postgres/pglite.ts'
import type { RunRecord } from '../adapters/postgres/run.ts'
import { digest } from '../adapters/system/digest.ts'
import { openDataFolder } from '../adapters/system/data-folder.ts'
import { formatParam } from '../domain/param.ts'
import { controls } from '../engine/controls.ts'
import type { Limits } from '../engine/control.ts'
import type { EngineConfig } from '../engine/engine.ts'
import type { EventLog } from '../engine/ports.ts'
import type { RunSettings } from './run-settings.ts'
import type { RunSource } from './run-source.ts'

/** What decides a run and is stored with it. */
export const runRecordOf = (settings: RunSettings, market: RunSource, config: EngineConfig): RunRecord => ({
  account: config.account,
  instrument: config.instrument,
  cash: config.cash,
  limits: writtenLimits(config.limits),
  identity: { source: market.identity, settings },
  sourcePath: market.path,
})

export function writtenLimits(limits: Limits): Readonly<Record<string, string>> {
  const written: Record<string, string> = {}
  for (const { id, params } of controls) {
    for (const spec of params) {
      written[`${id}.${spec.name}`] = formatParam(spec, limits[id]?.[spec.name] ?? spec.default)
    }
  }
  return written
}

/** Locks the data folder and opens the run's log in it; closing the log lets go of both. */
export async function openRunLog(folder: string, run: RunRecord): Promise<EventLog> {
  const held = openDataFolder(folder)
  try {
    const db = await openPglite(held.databasePath)
    const log = await openEventLog(db, run, digest).catch(async (error: unknown) => {
      await db.close()
      throw error
    })
    return {
      ...log,
      async close() {
        await log.close()
        held.release()
      },
    }
  } catch (error) {
    held.release()
    throw error
  }
}
