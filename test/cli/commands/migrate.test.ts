import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { openPostgres } from '../../../src/adapters/postgres/connection.ts'
import { SCHEMA_VERSION } from '../../../src/adapters/postgres/schema.ts'
import { runCaptured } from '../run-cli.ts'
import { startPostgres } from '../../servers/postgres.ts'
import type { PostgresServer } from '../../servers/postgres.ts'

let server: PostgresServer
let folder: string
before(async () => {
  server = await startPostgres()
  folder = mkdtempSync(join(tmpdir(), 'cdb-migrate-'))
  process.env['DATABASE_URL'] = server.url
})
after(async () => {
  delete process.env['DATABASE_URL']
  await server.remove()
  rmSync(folder, { recursive: true })
})

test('a new database gets the schema, by several at once and again', async () => {
  const runs = await Promise.all([1, 2, 3].map(() => runCaptured(['migrate', '--json'])))
  for (const run of [...runs, await runCaptured(['migrate', '--json'])]) {
    assert.deepEqual(
      { code: run.code, said: run.stdout, told: run.stderr },
      { code: 0, said: `{"schema":${SCHEMA_VERSION},"roles":false}\n`, told: '' },
    )
  }
})

test('roles are made, and those with a password file may log in by it', async () => {
  writeFileSync(join(folder, 'cdb_read'), 'pass word\n')
  const run = await runCaptured(['migrate', '--roles', '--passwords', folder])
  assert.deepEqual(
    { code: run.code, said: run.stdout },
    { code: 0, said: `schema ${SCHEMA_VERSION}, roles made\n` },
  )
  const url = new URL(server.url)
  url.username = 'cdb_read'
  const passwordFile = join(folder, 'cdb_read')
  const db = await openPostgres({ url: url.href, passwordFile, applicationName: 'test', poolMax: 1 })
  assert.deepEqual(await db.query('select count(*)::integer as runs from run'), [{ runs: 0 }])
  await db.close()
  url.username = 'cdb_risk'
  const other = openPostgres({ url: url.href, passwordFile, applicationName: 'test', poolMax: 1 })
  await assert.rejects(other, { code: 'CDB_DATABASE_REFUSED' })
})

test('a newer schema is refused', async () => {
  const db = await openPostgres({ url: server.url, passwordFile: null, applicationName: 'test', poolMax: 1 })
  await db.query('insert into schema_version (version) values (99)')
  const run = await runCaptured(['migrate'])
  assert.equal(run.code, 1)
  assert.match(run.stderr, /CDB_DATA_FOREIGN: the data is of schema 99/)
  await db.query('delete from schema_version where version = 99')
  await db.close()
})

test('wrong usage is told', async () => {
  assert.equal((await runCaptured(['migrate', 'now'])).code, 2)
  assert.equal((await runCaptured(['migrate', '--passwords', folder])).code, 2)
})
