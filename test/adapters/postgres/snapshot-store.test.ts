import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { openMemoryPglite } from '../../../src/adapters/postgres/pglite.ts'
import { createSnapshotStore } from '../../../src/adapters/postgres/snapshot-store.ts'
import type { SqlDatabase } from '../../../src/adapters/postgres/sql.ts'
import { digest } from '../../../src/adapters/system/digest.ts'
import type { SnapshotStore } from '../../../src/engine/snapshot.ts'
import { emptied } from './stored-trading.ts'

let db: SqlDatabase
before(async () => {
  db = await openMemoryPglite()
})
beforeEach(() => emptied(db))
after(() => db.close())

const storeOf = (codeVersion = '1'): SnapshotStore =>
  createSnapshotStore({ db, consumer: 'risk', codeVersion, digest })

test('the newest snapshot is read back, and a few before it are kept', async () => {
  const store = storeOf()
  assert.equal(await store.newest(), null)
  for (const seq of [1, 2, 3, 4, 5]) await store.save({ seq, state: `state ${seq}` })
  assert.deepEqual(await store.newest(), { seq: 5, state: 'state 5' })
  assert.deepEqual(await db.query('select seq::integer from snapshot order by seq'), [
    { seq: 3 },
    { seq: 4 },
    { seq: 5 },
  ])
})

test('one that is damaged leaves the older one, and another version of the code reads none', async () => {
  const store = storeOf()
  for (const seq of [1, 2]) await store.save({ seq, state: `state ${seq}` })
  await db.query(`update snapshot set state = 'state x' where seq = 2`)
  assert.deepEqual(await store.newest(), { seq: 1, state: 'state 1' })
  assert.equal(await storeOf('2').newest(), null)
})
