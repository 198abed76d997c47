import { createLeaseStore } from '../../../src/adapters/postgres/lease-store.ts'
import { migrate } from '../../../src/adapters/postgres/schema.ts'
import type { SqlDatabase } from '../../../src/adapters/postgres/sql.ts'
import { openTradingLog } from '../../../src/adapters/postgres/trading-log.ts'
import { digest } from '../../../src/adapters/system/digest.ts'
import type { TradingEvent } from '../../../src/domain/event.ts'
import type { Lease } from '../../../src/engine/lease.ts'
import type { Draft, Writer } from '../../../src/engine/trading-log.ts'
import type { TradingLogHarness } from '../../contracts/trading-log.ts'
import type { LeaseHarness } from '../../contracts/lease.ts'
import { run } from './stored-log.ts'

/** Empties a database and makes the schema anew: starting one takes seconds, this a moment. */
export async function emptied(db: SqlDatabase): Promise<SqlDatabase> {
  await db.script('drop schema public cascade; create schema public')
  await migrate(db)
  return db
}

/** Lets every lease run out, as time would. */
export async function expireAll(db: SqlDatabase): Promise<void> {
  await db.query(`update partition set lease_until = clock_timestamp() - interval '1 ms' where owner <> ''`)
}

export async function tradingStage(db: SqlDatabase): Promise<TradingLogHarness> {
  await emptied(db)
  const open = (): ReturnType<typeof openTradingLog> => openTradingLog({ db, run, digest })
  return {
    log: await open(),
    other: await open(),
    leases: createLeaseStore(db),
    expireAll: () => expireAll(db),
    end: () => Promise.resolve(),
  }
}

export async function leaseStage(db: SqlDatabase): Promise<LeaseHarness> {
  await emptied(db)
  return { leases: createLeaseStore(db), expireAll: () => expireAll(db), end: () => Promise.resolve() }
}

const writerOf = ({ kind }: TradingEvent): Writer => {
  if (kind === 'signal' || kind === 'mark') return 'signal'
  if (kind === 'command') return 'control'
  if (kind === 'approved' || kind === 'denied' || kind === 'cancelRequested' || kind === 'alert')
    return 'risk'
  return 'execution'
}

/**
 * Writes drafts on a new log of the emptied database, each by the service that would, in commits of their
 * own.
 */
export async function writeTrading(db: SqlDatabase, drafts: readonly Draft[]): Promise<void> {
  await emptied(db)
  const log = await openTradingLog({ db, run, digest })
  const leases = createLeaseStore(db)
  const held = new Map<Writer, Lease | null>([['control', null]])
  for (const role of ['signal', 'risk', 'execution'] as const) {
    held.set(role, await leases.acquire(role, 0, `${role} of the test`))
  }
  for (let from = 0; from < drafts.length;) {
    const writer = writerOf((drafts[from] as Draft).event)
    const next = drafts.findIndex(({ event }, index) => index > from && writerOf(event) !== writer)
    const to = next === -1 ? drafts.length : next
    const lease = held.get(writer) ?? null
    await log.commit({ writer, lease, cursor: null, drafts: drafts.slice(from, to) })
    from = to
  }
}
