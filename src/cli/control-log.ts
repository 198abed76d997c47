import { randomBytes } from 'node:crypto'
import { openPostgres } from '../adapters/postgres/connection.ts'
import { readRunIdentity } from '../adapters/postgres/run.ts'
import type { RunRecord } from '../adapters/postgres/run.ts'
import { requireSchema } from '../adapters/postgres/schema.ts'
import { textAt } from '../adapters/postgres/sql.ts'
import type { SqlDatabase } from '../adapters/postgres/sql.ts'
import { attachTradingLog } from '../adapters/postgres/trading-log.ts'
import { systemClock } from '../adapters/system/clock.ts'
import { money } from '../domain/decimal.ts'
import { CdbError } from '../domain/errors.ts'
import type { Alert, Command } from '../domain/event.ts'
import { instrumentOf } from '../domain/instruments.ts'
import type { Clock } from '../engine/clock.ts'
import type { TradingLog } from '../engine/trading-log.ts'
import { databaseSettingsOf } from './database-settings.ts'
import type { Environment } from './service-settings.ts'

/**
 * The trading log as a person writes on it: straight to the database, without Redis and without any service.
 */
export type ControlLog = Readonly<{ db: SqlDatabase; log: TradingLog; account: string }>

/** Opens the log of the account that the database holds, for as long as the body takes. */
export async function withControlLog<T>(
  environment: Environment,
  name: string,
  body: (control: ControlLog) => Promise<T>,
): Promise<T> {
  const db = await openPostgres(databaseSettingsOf(environment, `cdb ${name}`))
  try {
    await requireSchema(db)
    const run = await storedRunOf(db)
    return await body({ db, log: attachTradingLog(db, run), account: run.account })
  } finally {
    await db.close()
  }
}

/** A person orders something of whatever run is there, and need not know its settings. */
async function storedRunOf(db: SqlDatabase): Promise<RunRecord> {
  const [row] = await db.query('select account, instrument, cash_start::text as cash from run where id = 1')
  const identity = await readRunIdentity(db)
  if (row === undefined || identity === null) {
    throw new CdbError('CDB_DATA_FOREIGN', 'no service has run on this database yet', {
      mend: 'check DATABASE_URL',
    })
  }
  return {
    account: textAt(row, 'account'),
    instrument: instrumentOf(textAt(row, 'instrument')),
    cash: money(textAt(row, 'cash')),
    limits: {},
    identity,
    sourcePath: '',
  }
}

/** What a person wants; the rest is filled in. */
export type CommandRequest = Pick<Command, 'action' | 'scope' | 'actor' | 'reason'> &
  Partial<Pick<Command, 'approver' | 'subject' | 'value'>>

/** Where the command stands on the log, and how long its commit took. */
export type Sent = Readonly<{ seq: number; id: string; commitMs: number }>

const TRIES = 4
const RETRY_MS = 500

/**
 * Writes a command on the log. The id is the command's own, so that a commit without an answer is tried again
 * and yet stands on the log once. Throws what the log throws.
 */
export async function sendCommand(
  log: TradingLog,
  order: CommandRequest,
  clock: Clock = systemClock,
): Promise<Sent> {
  const atMs = clock.nowMs()
  const id = `${order.actor}/${atMs}/${randomBytes(6).toString('hex')}`
  const event = {
    kind: 'command',
    id,
    eventMs: atMs,
    approver: '',
    subject: '',
    value: '',
    ...order,
  } as const
  const fromSeq = await log.headSeq()
  for (let tries = 1; ; tries++) {
    const startMs = clock.monotonicMs()
    try {
      const drafts = [{ event, causeSeq: 0, marketSeq: 0 }]
      const [entry] = await log.commit({ writer: 'control', lease: null, cursor: null, drafts })
      const seq = entry?.seq ?? (await findCommand(log, id, fromSeq))
      return { seq, id, commitMs: clock.monotonicMs() - startMs }
    } catch (error) {
      if (tries === TRIES || !(error instanceof CdbError) || !mayBeTriedAgain.includes(error.code))
        throw error
      await clock.sleep(RETRY_MS)
    }
  }
}

const mayBeTriedAgain: readonly string[] = [
  'CDB_COMMIT_UNKNOWN',
  'CDB_DATABASE_UNREACHABLE',
  'CDB_LOG_CONFLICT',
]

const PAGE = 500

/** An earlier try got through after all. */
async function findCommand(log: TradingLog, id: string, fromSeq: number): Promise<number> {
  let seq = fromSeq
  for (;;) {
    const entries = await log.read(seq, PAGE)
    const found = entries.find(({ event }) => event.kind === 'command' && event.id === id)
    if (found !== undefined) return found.seq
    if (entries.length === 0) throw new CdbError('CDB_COMMIT_UNKNOWN', `command ${id} is not on the log`)
    seq = entries.at(-1)?.seq ?? seq
  }
}

/** How long risk is given to answer, and how often the log is looked at. */
const ANSWER_MS_MAX = 5_000
const POLL_MS = 50

/**
 * What risk said to a command, or null when it said nothing in time: it is not running, or has no objection.
 */
export async function answerOf(
  log: TradingLog,
  seq: number,
  clock: Clock = systemClock,
  timeoutMs = ANSWER_MS_MAX,
): Promise<Alert | null> {
  const untilMs = clock.monotonicMs() + timeoutMs
  let readSeq = seq
  while (clock.monotonicMs() < untilMs) {
    const entries = await log.read(readSeq, PAGE)
    for (const { event, causeSeq } of entries) if (event.kind === 'alert' && causeSeq === seq) return event
    readSeq = entries.at(-1)?.seq ?? readSeq
    if (entries.length < PAGE) await clock.sleep(POLL_MS)
  }
  return null
}
