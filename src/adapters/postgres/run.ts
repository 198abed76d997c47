import { formatDecimal } from '../../domain/decimal.ts'
import type { Money } from '../../domain/decimal.ts'
import { CdbError } from '../../domain/errors.ts'
import type { Instrument } from '../../domain/instrument.ts'
import { textAt } from './sql.ts'
import type { Sql, SqlDatabase } from './sql.ts'

/** Everything that decides a run, as plain JSON: its source and its settings as written. */
export type RunIdentity = Readonly<Record<string, unknown>>

/** The run that a database holds: one database, one run. */
export type RunRecord = Readonly<{
  account: string
  instrument: Instrument
  cash: Money
  /** Limits at the start, by key (`C05.share`), as written. */
  limits: Readonly<Record<string, string>>
  identity: RunIdentity
  /** Where the recording lies now, which may change; empty without one. */
  sourcePath: string
}>

/** The log of the embedded engine is one partition; services of their own will have one each. */
export const ROLE = 'engine'
export const PARTITION = 0
export const MARKET = 'market'

/**
 * Enters the run when the database is new. Throws CDB_DATA_FOREIGN, naming the first difference, on another
 * run.
 */
export async function claimRun(db: SqlDatabase, run: RunRecord): Promise<void> {
  const stored = await readRunIdentity(db)
  if (stored === null) {
    await db.transaction((tx) => enterRun(tx, run))
    return
  }
  const difference = firstDifference(stored, JSON.parse(JSON.stringify(run.identity)) as unknown, '')
  if (difference === null) {
    await db.query('update run set source_path = $1 where id = 1', [run.sourcePath])
    return
  }
  throw new CdbError('CDB_DATA_FOREIGN', `the data folder holds another run: ${difference}`, {
    mend: 'use the same settings to go on with it, or another --data folder to start anew',
  })
}

/** null when no run has begun. */
export async function readRunIdentity(db: Sql): Promise<RunIdentity | null> {
  const [row] = await db.query('select settings from run where id = 1')
  return row === undefined ? null : (JSON.parse(textAt(row, 'settings')) as RunIdentity)
}

export async function readSourcePath(db: Sql): Promise<string> {
  const [row] = await db.query('select source_path from run where id = 1')
  return row === undefined ? '' : textAt(row, 'source_path')
}

async function enterRun(tx: Sql, run: RunRecord): Promise<void> {
  const { account, instrument, limits, identity } = run
  const cash = formatDecimal(run.cash)
  await tx.query(
    `insert into run (id, account, instrument, base_asset, quote_asset, cash_start, settings, source_path)
     values (1, $1, $2, $3, $4, $5, $6, $7)`,
    [
      account,
      instrument.id,
      instrument.base,
      instrument.quote,
      cash,
      JSON.stringify(identity),
      run.sourcePath,
    ],
  )
  await tx.query('insert into partition (role, p, next_seq) values ($1, $2, 1)', [ROLE, PARTITION])
  await tx.query('insert into cursor (consumer, p, seq) values ($1, $2, 0)', [MARKET, PARTITION])
  await tx.query(
    `insert into cash (account, asset, start, amount, fees, updated_seq) values ($1, $2, $3, $3, 0, 0)`,
    [account, instrument.quote, cash],
  )
  await tx.query(
    `insert into limits (param, value, seq) select param, value, 0
     from json_to_recordset($1::json) as given(param text, value text)`,
    [JSON.stringify(Object.entries(limits).map(([param, value]) => ({ param, value })))],
  )
}

/** `strategy is momentum there and breakout here`; null when equal. */
export function firstDifference(stored: unknown, given: unknown, path: string): string | null {
  if (isRecord(stored) && isRecord(given)) {
    for (const key of new Set([...Object.keys(stored), ...Object.keys(given)])) {
      const found = firstDifference(stored[key], given[key], path === '' ? key : `${path}.${key}`)
      if (found !== null) return found
    }
    return null
  }
  if (JSON.stringify(stored) === JSON.stringify(given)) return null
  return `${path} is ${shown(stored)} there and ${shown(given)} here`
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const shown = (value: unknown): string => (value === undefined ? 'not set' : JSON.stringify(value))
