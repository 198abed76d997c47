import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openPostgres } from '../../../src/adapters/postgres/connection.ts'
import { claimRun } from '../../../src/adapters/postgres/run.ts'
import type { SqlDatabase } from '../../../src/adapters/postgres/sql.ts'
import { claimTradingRun } from '../../../src/adapters/postgres/trading-run.ts'
import { startPostgres } from '../../servers/postgres.ts'
import type { PostgresServer } from '../../servers/postgres.ts'
import { run } from './stored-log.ts'
import { emptied } from './stored-trading.ts'

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

test('services that start at once enter one run, with its cash, limits, cursors and buckets', async () => {
  await emptied(db)
  await Promise.all(Array.from({ length: 5 }, () => claimTradingRun(db, run)))
  assert.deepEqual(await db.query('select account, amount::text from cash'), [
    { account: 'paper', amount: '10000.000000000000' },
  ])
  assert.deepEqual(await db.query('select consumer, seq::integer from cursor order by consumer'), [
    { consumer: 'db-writer', seq: 0 },
    { consumer: 'execution', seq: 0 },
    { consumer: 'risk', seq: 0 },
  ])
  assert.deepEqual(
    await db.query('select scope, trunc(lim)::integer as lim from risk_bucket order by scope'),
    [
      { scope: 'account:paper', lim: 50 },
      { scope: `instrument:${run.instrument.id}`, lim: 20 },
    ],
  )
})

test('another account, other settings and a run of one process are refused, each by name', async () => {
  await emptied(db)
  await claimTradingRun(db, run)
  await assert.rejects(claimTradingRun(db, { ...run, account: 'other' }), {
    code: 'CDB_DATA_FOREIGN',
    message: /account is "paper" there and "other" here/,
  })
  await assert.rejects(claimTradingRun(db, { ...run, identity: { source: 'else' } }), {
    code: 'CDB_DATA_FOREIGN',
    message: /source is "a test" there and "else" here/,
  })
  await emptied(db)
  await claimRun(db, run)
  await assert.rejects(claimTradingRun(db, run), { code: 'CDB_DATA_FOREIGN', message: /one process/ })
})
