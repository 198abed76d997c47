import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { sqlStates } from '../../../src/adapters/postgres/commit-functions.ts'
import { openPostgres } from '../../../src/adapters/postgres/connection.ts'
import type { SqlDatabase } from '../../../src/adapters/postgres/sql.ts'
import { openTradingLog } from '../../../src/adapters/postgres/trading-log.ts'
import { digest } from '../../../src/adapters/system/digest.ts'
import type { TradingEvent } from '../../../src/domain/event.ts'
import type { Step, TradingLog } from '../../../src/engine/trading-log.ts'
import { command } from '../../engine/controls/facts.ts'
import { startPostgres } from '../../servers/postgres.ts'
import type { PostgresServer } from '../../servers/postgres.ts'
import { run } from './stored-log.ts'
import { emptied, writeTrading } from './stored-trading.ts'

let server: PostgresServer
let db: SqlDatabase
before(async () => {
  server = await startPostgres()
  db = await openPostgres({ url: server.url, passwordFile: null, applicationName: 'test', poolMax: 8 })
})
after(async () => {
  await db.close()
  await server.remove()
})

const byPeople = (...events: readonly TradingEvent[]): Step => ({
  ...{ writer: 'control', lease: null, cursor: null },
  drafts: events.map((event) => ({ event, causeSeq: 0, marketSeq: 0 })),
})
const halt = command({ action: 'halt', scope: 'global', subject: '' })
const opened = async (): Promise<TradingLog> => {
  await emptied(db)
  return openTradingLog({ db, run, digest })
}

test('a kill waits for submissions under way, and a command that changes no state waits for none', async () => {
  const log = await opened()
  let isKilled = false
  let killed: Promise<unknown> = Promise.resolve()
  await db.transaction(async (tx) => {
    await tx.query(`select trading_fence('{"lock": "shared"}')`)
    killed = log.commit(byPeople(halt)).then(() => {
      isKilled = true
    })
    await log.commit(byPeople({ ...halt, id: 'u', action: 'unlatch' }))
    // It waits, as the database itself sees it, before the submission is let go.
    for (;;) {
      const [row] = await db.query(`select count(*)::integer as waiting from pg_locks
        where locktype = 'advisory' and not granted`)
      if (row?.['waiting'] === 1) break
    }
    assert.equal(isKilled, false)
  })
  await killed
  assert.equal(isKilled, true)
})

test('what the functions raise has states of its own', async () => {
  await opened()
  const raised = async (step: object): Promise<string> =>
    db.query('select * from trading_commit($1::json)', [JSON.stringify({ drafts: [], ...step })]).then(
      () => '',
      (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : ''),
    )
  assert.deepEqual(Object.values(sqlStates), ['CD001', 'CD002', 'CD003'])
  assert.equal(await raised({ role: 'risk', p: 0, owner: 'x', epoch: 1 }), 'CDB_FENCED')
  assert.equal(await raised({ consumer: 'risk', fromSeq: 7, toSeq: 8 }), 'CDB_LOG_CONFLICT')
})

const changed: TradingEvent = {
  ...{ kind: 'alert', eventMs: 1, level: 'warning', code: 'LIMIT_CHANGED', scope: 'global', message: 'm' },
}

test('a limit follows what was ordered once risk says so, and its bucket with it', async () => {
  const ordered = command({ action: 'setLimit', scope: 'global', subject: 'C12.accountMax', value: '7' })
  await writeTrading(db, [
    { event: ordered, causeSeq: 0, marketSeq: 0 },
    { event: changed, causeSeq: 1, marketSeq: 0 },
  ])
  assert.deepEqual(
    await db.query(`select limits.value, value_start, trunc(lim)::integer as lim from limits, risk_bucket
      where param = 'C12.accountMax' and scope = 'account:paper'`),
    [{ value: '7', value_start: '50', lim: 7 }],
  )
})

test('a change of a limit that nobody ordered is refused whole', async () => {
  const made = writeTrading(db, [
    { event: halt, causeSeq: 0, marketSeq: 0 },
    { event: changed, causeSeq: 1, marketSeq: 0 },
  ])
  await assert.rejects(made, /entry 2 changes no limit that was ordered/)
  assert.deepEqual(await db.query(`select count(*)::integer as n from event_log`), [{ n: 1 }])
})
