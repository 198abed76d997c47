import { openEventLog } from '../../../src/adapters/postgres/event-log.ts'
import type { RunRecord } from '../../../src/adapters/postgres/run.ts'
import type { SqlDatabase } from '../../../src/adapters/postgres/sql.ts'
import { digest } from '../../../src/adapters/system/digest.ts'
import { money } from '../../../src/domain/decimal.ts'
import type { TradingEvent } from '../../../src/domain/event.ts'
import { appendEvent, createJournal } from '../../../src/engine/journal.ts'
import { bitcoin } from '../../engine/scenario.ts'

export const run: RunRecord = {
  account: 'paper',
  instrument: bitcoin,
  cash: money('10000'),
  limits: {},
  sourcePath: '',
  identity: { source: 'a test' },
}

/**
 * Writes the events on a new log of the emptied database, cut into commits of so many; each is caused by the
 * one before.
 */
export async function writeLog(
  db: SqlDatabase,
  events: readonly TradingEvent[],
  perCommit: number,
): Promise<void> {
  await db.script('drop schema public cascade; create schema public')
  const log = await openEventLog(db, run, digest)
  const journal = createJournal(digest)
  const entries = events.map((event, index) =>
    appendEvent(journal, event, { causeSeq: index, marketSeq: index }),
  )
  for (let from = 0; from < entries.length; from += perCommit) {
    const some = entries.slice(from, from + perCommit)
    await log.commit(some, { marketSeq: from + some.length, logSeq: from + some.length })
  }
}
