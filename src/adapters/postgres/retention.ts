import type { InstrumentId } from '../../domain/instrument.ts'
import type { Sql } from './sql.ts'

/** Few enough at once that nobody waits for it. Returns how many trades were deleted, at most countMax. */
export async function deleteTradesBefore(
  db: Sql,
  instrument: InstrumentId,
  beforeMs: number,
  countMax: number,
): Promise<number> {
  const rows = await db.query(
    `with old as (
       delete from trades where ctid = any (array(
         select ctid from trades where instrument = $1 and event_ms < $2 order by event_ms limit $3))
       returning 1)
     select count(*) as count from old`,
    [instrument, beforeMs, countMax],
  )
  return Number(rows[0]?.['count'] ?? 0)
}
