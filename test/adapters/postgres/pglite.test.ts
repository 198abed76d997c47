import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { openMemoryPglite, openPglite } from '../../../src/adapters/postgres/pglite.ts'
import type { SqlDatabase } from '../../../src/adapters/postgres/sql.ts'
import { inTemporaryFolder } from '../../cli/temporary-folder.ts'

let db: SqlDatabase
before(async () => {
  db = await openMemoryPglite()
  await db.script(
    'create table word (id integer primary key, text text not null); create table other (id integer)',
  )
})
after(() => db.close())

test('rows come back by column name, parameters are values and never SQL', async () => {
  const hostile = `'); drop table word; --`
  await db.query('insert into word values ($1, $2)', [1, hostile])
  assert.deepEqual(await db.query('select id, text from word where text = $1', [hostile]), [
    { id: 1, text: hostile },
  ])
})

test('a transaction commits whole and gives the result of its body', async () => {
  const count = await db.transaction(async (tx) => {
    await tx.query(`insert into word values (10, 'ten'), (11, 'eleven')`)
    return (await tx.query('select id from word where id >= 10')).length
  })
  assert.equal(count, 2)
  assert.equal((await db.query('select id from word where id >= 10')).length, 2)
})

test('a body that throws, or a statement that fails, leaves nothing behind', async () => {
  await assert.rejects(
    db.transaction(async (tx) => {
      await tx.query(`insert into word values (20, 'twenty')`)
      throw new RangeError('changed my mind')
    }),
    { name: 'RangeError', message: 'changed my mind' },
  )
  await assert.rejects(
    db.transaction(async (tx) => {
      await tx.query(`insert into word values (21, 'twenty-one')`)
      await tx.query(`insert into word values (21, 'again')`)
    }),
    /duplicate key/,
  )
  assert.deepEqual(await db.query('select id from word where id >= 20'), [])
})

test('a database in a folder keeps what was committed; one that was killed half made is made anew', async () => {
  await inTemporaryFolder(async (folder) => {
    const path = join(folder, 'pglite')
    writeFileSync(`${path}.creating`, '')
    mkdirSync(path)
    writeFileSync(join(path, 'PG_VERSION'), 'half')
    const first = await openPglite(path)
    await first.script('create table kept (id integer)')
    await first.transaction((tx) => tx.query('insert into kept values (7)'))
    await first.close()
    assert.deepEqual(readdirSync(folder), ['pglite'])
    const second = await openPglite(path)
    assert.deepEqual(await second.query('select id from kept'), [{ id: 7 }])
    await second.close()
  })
})

test('a file in the place of the database is told as data that cannot be used', async () => {
  await inTemporaryFolder(async (folder) => {
    const path = join(folder, 'pglite')
    writeFileSync(path, 'not a database')
    await assert.rejects(openPglite(path), { code: 'CDB_DATA_UNWRITABLE', message: /does not start/ })
  })
})
