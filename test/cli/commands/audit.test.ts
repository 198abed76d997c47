import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { openPostgres } from '../../../src/adapters/postgres/connection.ts'
import type { SqlDatabase } from '../../../src/adapters/postgres/sql.ts'
import { emptied, writeTrading } from '../../adapters/postgres/stored-trading.ts'
import { signalAt } from '../../engine/risk/feed.ts'
import { runCaptured } from '../run-cli.ts'
import { startPostgres } from '../../servers/postgres.ts'
import type { PostgresServer } from '../../servers/postgres.ts'

let server: PostgresServer
let db: SqlDatabase
let folder: string
before(async () => {
  server = await startPostgres()
  db = await openPostgres({ url: server.url, passwordFile: null, applicationName: 'test', poolMax: 2 })
  folder = mkdtempSync(join(tmpdir(), 'cdb-audit-'))
  process.env['DATABASE_URL'] = server.url
})
after(async () => {
  delete process.env['DATABASE_URL']
  await db.close()
  await server.remove()
  rmSync(folder, { recursive: true })
})

const written = (): Promise<void> =>
  writeTrading(db, [{ event: signalAt(1, '100'), causeSeq: 0, marketSeq: 0 }])

test('the invariants are told one by one, and one that is broken makes the exit code 1', async () => {
  await written()
  const whole = await runCaptured(['audit', 'data', '--json'])
  const { invariants } = JSON.parse(whole.stdout) as {
    invariants: { id: string; ok: boolean; detail: string }[]
  }
  assert.equal(whole.code, 0)
  assert.equal(invariants.length, 18)
  assert(invariants.every(({ ok, detail }) => ok && detail !== ''))
  await db.query('update cash set amount = amount - 1')
  const broken = await runCaptured(['audit', 'data'])
  assert.equal(broken.code, 1)
  assert.match(broken.stdout, /^I5 +BROKEN +1 of \d+ broken: cash is 9999, and by the fills 10000/m)
})

test('the ledger of the venue is read from a file, and what is none is refused', async () => {
  await written()
  const file = join(folder, 'ledger.json')
  writeFileSync(file, JSON.stringify({ orders: [], trades: [], balances: { USDT: '10001' } }))
  const run = await runCaptured(['audit', 'data', '--venue-ledger', file])
  assert.equal(run.code, 1)
  assert.match(run.stdout, /^I5 +BROKEN .*the venue has 10001 USDT, the books 10000/m)
  writeFileSync(file, '{"orders": []}')
  assert.match((await runCaptured(['audit', 'data', '--venue-ledger', file])).stderr, /CDB_FILE_CORRUPT/)
  const missing = await runCaptured(['audit', 'data', '--venue-ledger', join(folder, 'none')])
  assert.match(missing.stderr, /CDB_FILE_UNREADABLE/)
})

test('wrong usage, an older schema and a database of nobody are told', async () => {
  assert.equal((await runCaptured(['audit'])).code, 2)
  await emptied(db)
  assert.match((await runCaptured(['audit', 'data'])).stderr, /CDB_DATA_FOREIGN: no services have begun/)
  await db.query('delete from schema_version where version > 1')
  assert.match((await runCaptured(['audit', 'data'])).stderr, /CDB_SCHEMA_OLD: the database is of schema 1/)
})
