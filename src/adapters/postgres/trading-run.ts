import { formatDecimal } from '../../domain/decimal.ts'
import { CdbError } from '../../domain/errors.ts'
import { limitSpecOf } from '../../engine/controls.ts'
import { consumers } from '../../engine/trading-log.ts'
import { firstDifference, readRunIdentity } from './run.ts'
import type { RunRecord } from './run.ts'
import { textAt } from './sql.ts'
import type { SqlDatabase } from './sql.ts'

/**
 * Limits that a bucket of the database keeps as well: they must be there even where a run does not set
 * them.
 */
const bucketLimits = ['C12.accountMax', 'C12.instrumentMax']

/**
 * Enters the run of a new database; several services may do so at once. Throws CDB_DATA_FOREIGN where the
 * database holds another account's run, one of other settings, or one of `cdb up`.
 */
export async function claimTradingRun(db: SqlDatabase, run: RunRecord): Promise<void> {
  if ((await readRunIdentity(db)) === null) await db.query('select claim_run($1::json)', [claimOf(run)])
  const [row] = await db.query(
    `select account, instrument,
       exists (select from partition where role = 'trading' and p = 0) as is_trading from run`,
  )
  if (row === undefined) throw new CdbError('CDB_DATA_FOREIGN', 'the database holds no run')
  const difference =
    firstDifference(textAt(row, 'account'), run.account, 'account') ??
    firstDifference(textAt(row, 'instrument'), run.instrument.id, 'instrument') ??
    firstDifference(await readRunIdentity(db), JSON.parse(JSON.stringify(run.identity)) as unknown, '')
  if (difference === null && row['is_trading'] === true) return
  const what = difference ?? 'it was written by one process (cdb up), not by services'
  throw new CdbError('CDB_DATA_FOREIGN', `the database holds another run: ${what}`, {
    mend: 'use the settings of the run to go on with it, or a database of its own for another',
  })
}

function claimOf({ account, instrument, cash, limits, identity }: RunRecord): string {
  const defaults = Object.fromEntries(
    bucketLimits.map((key): [string, string] => [key, limitSpecOf(key)?.spec.default ?? '0']),
  )
  return JSON.stringify({
    account,
    instrument: instrument.id,
    base: instrument.base,
    quote: instrument.quote,
    cash: formatDecimal(cash),
    settings: JSON.stringify(identity),
    consumers,
    limits: { ...defaults, ...limits },
  })
}
