import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openEventLog, verifyChain } from '../../../src/adapters/postgres/event-log.ts'
import { openMemoryPglite } from '../../../src/adapters/postgres/pglite.ts'
import type { RunRecord } from '../../../src/adapters/postgres/run.ts'
import type { SqlDatabase } from '../../../src/adapters/postgres/sql.ts'
import { digest } from '../../../src/adapters/system/digest.ts'
import { money } from '../../../src/domain/decimal.ts'
import { instrumentOf } from '../../../src/domain/instruments.ts'
import { chainOf, testEventLog } from '../../contracts/event-log.ts'

const run: RunRecord = {
  account: 'paper',
  instrument: instrumentOf('BTCUSDT.BINANCE'),
  cash: money('10000'),
  limits: { 'C05.share': '0.02' },
  sourcePath: '',
  identity: { source: { kind: 'sim', seed: 1 }, settings: { strategy: 'momentum', params: {} } },
}

let db: SqlDatabase
before(async () => {
  db = await openMemoryPglite()
})
after(() => db.close())

/** One database for the file: starting one takes seconds, emptying it a moment. */
const emptied = async (): Promise<void> => {
  await db.script('drop schema public cascade; create schema public')
}

testEventLog('PGlite', async () => {
  await emptied()
  return { open: () => openEventLog(db, run, digest), end: () => Promise.resolve() }
})

const logged = async (count: number): Promise<void> => {
  await emptied()
  const log = await openEventLog(db, run, digest)
  await log.commit(chainOf(count), { marketSeq: 100, logSeq: count })
}

test('the log refuses to be changed, shortened or emptied', async () => {
  await logged(2)
  for (const statement of [
    `update event_log set payload = '{}' where seq = 1`,
    'delete from event_log where seq = 2',
    'truncate event_log',
  ]) {
    await assert.rejects(db.query(statement), /event_log is append-only/)
  }
  assert.equal(await verifyChain(db, digest), 2)
})

const tamper = async (statement: string): Promise<void> => {
  await db.script(`alter table event_log disable trigger all; ${statement};
    alter table event_log enable trigger all`)
}

test('a changed byte, a changed cause and a removed entry are found at start, with their number', async () => {
  for (const [statement, seq] of [
    [`update event_log set payload = replace(payload, 'entry 1', 'entry 7') where seq = 2`, 2],
    ['update event_log set market_seq = market_seq + 1 where seq = 3', 3],
    ['delete from event_log where seq = 2', 2],
    ['delete from event_log where seq = 4', 4],
  ] as const) {
    await logged(4)
    await tamper(statement)
    await assert.rejects(openEventLog(db, run, digest), {
      code: 'CDB_LOG_DIVERGED',
      message: new RegExp(`entry ${seq}`),
    })
  }
})

test('another run is refused, and the first difference is named', async () => {
  await logged(1)
  const other = { ...run, identity: { ...run.identity, settings: { strategy: 'breakout', params: {} } } }
  await assert.rejects(openEventLog(db, other, digest), {
    code: 'CDB_DATA_FOREIGN',
    message: /settings\.strategy is "momentum" there and "breakout" here/,
  })
})

test('a newer schema is refused', async () => {
  await logged(1)
  await db.query('insert into schema_version (version) values (99)')
  await assert.rejects(openEventLog(db, run, digest), { code: 'CDB_DATA_FOREIGN', message: /schema 99/ })
})
