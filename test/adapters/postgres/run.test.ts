import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openMemoryPglite } from '../../../src/adapters/postgres/pglite.ts'
import {
  claimRun,
  firstDifference,
  readRunIdentity,
  readSourcePath,
} from '../../../src/adapters/postgres/run.ts'
import type { RunRecord } from '../../../src/adapters/postgres/run.ts'
import { migrate } from '../../../src/adapters/postgres/schema.ts'
import type { SqlDatabase } from '../../../src/adapters/postgres/sql.ts'
import { money } from '../../../src/domain/decimal.ts'
import { instrumentOf } from '../../../src/domain/instruments.ts'

const run: RunRecord = {
  account: 'paper',
  instrument: instrumentOf('BTCUSDT.BINANCE'),
  cash: money('10000.5'),
  limits: { 'C05.share': '0.02', 'C11.loss': '0.05' },
  sourcePath: 'first.arrow',
  identity: { source: { kind: 'recording', bytes: 7 }, settings: { strategy: 'momentum', operator: null } },
}

let db: SqlDatabase
before(async () => {
  db = await openMemoryPglite()
  await migrate(db)
})
after(() => db.close())

test('a run is entered once, with its cash and limits, and claimed again by the same', async () => {
  assert.equal(await readRunIdentity(db), null)
  assert.equal(await readSourcePath(db), '')
  await claimRun(db, run)
  await claimRun(db, { ...run, sourcePath: 'moved.arrow' })
  assert.deepEqual(await readRunIdentity(db), run.identity)
  assert.equal(await readSourcePath(db), 'moved.arrow')
  assert.deepEqual(await db.query('select asset, start::text, amount::text, fees::text from cash'), [
    { asset: 'USDT', start: '10000.500000000000', amount: '10000.500000000000', fees: '0.000000000000' },
  ])
  assert.deepEqual(await db.query('select param, value from limits order by param'), [
    { param: 'C05.share', value: '0.02' },
    { param: 'C11.loss', value: '0.05' },
  ])
})

test('another run is refused with the first difference, and the path stays', async () => {
  await claimRun(db, run)
  const other = { ...run, sourcePath: 'other.arrow', identity: { ...run.identity, source: { kind: 'sim' } } }
  await assert.rejects(claimRun(db, other), {
    code: 'CDB_DATA_FOREIGN',
    message: /source\.kind is "recording" there and "sim" here/,
  })
  assert.equal(await readSourcePath(db), 'first.arrow')
})

test('the first difference names the path, and a setting that only one of them has', () => {
  assert.equal(firstDifference({ a: { b: [1, 2] } }, { a: { b: [1, 2] } }, ''), null)
  assert.equal(firstDifference({ a: { b: 1 } }, { a: { b: 2 } }, ''), 'a.b is 1 there and 2 here')
  assert.equal(firstDifference({ a: 1 }, {}, ''), 'a is 1 there and not set here')
  assert.equal(firstDifference({}, { a: { b: 1 } }, ''), 'a is not set there and {"b":1} here')
  assert.equal(firstDifference({ a: null }, { a: 'x' }, ''), 'a is null there and "x" here')
  assert.equal(firstDifference({ a: [1] }, { a: { 0: 1 } }, ''), 'a is [1] there and {"0":1} here')
})
