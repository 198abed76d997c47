import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { audit, invariants } from '../../../src/adapters/postgres/audit.ts'
import { openMemoryPglite } from '../../../src/adapters/postgres/pglite.ts'
import type { SqlDatabase } from '../../../src/adapters/postgres/sql.ts'
import { enterLong, exitLong, runScenario, scripted, tradeAt } from '../../engine/scenario.ts'
import { writeLog } from './stored-log.ts'

let db: SqlDatabase
before(async () => {
  db = await openMemoryPglite()
  const tape = Array.from({ length: 200 }, (_, index) =>
    tradeAt(index + 1, index * 500, 50_000 + (index % 9)),
  )
  const { entries } = runScenario(
    { strategy: scripted({ 10: enterLong, 60: exitLong, 120: enterLong }) },
    tape,
  )
  await writeLog(
    db,
    entries.map(({ event }) => event),
    50,
  )
})
after(() => db.close())

const brokenNames = async (): Promise<readonly string[]> =>
  (await audit(db)).filter(({ broken }) => broken > 0).map(({ name }) => name)

test('the books of a run keep every invariant', async () => {
  assert.deepEqual(await brokenNames(), [])
  assert.equal((await audit(db)).length, invariants.length)
})

/** For each invariant, in order, a hand in the tables that breaks it. */
const damages = [
  'update partition set next_seq = next_seq + 1',
  `update event_log set prev_hash = 'x' where seq = 3`,
  `update orders set approved_seq = 1 where approved_seq = (select min(approved_seq) from orders)`,
  `update orders set filled = quantity / 2 where state = 'filled'`,
  `update orders set filled = quantity / 2 where state = 'filled'`,
  `update fills set seq = 1 where seq = (select min(seq) from fills)`,
  'update positions set quantity = quantity + 0.000000000001',
  'update cash set amount = amount - 0.000000000001',
  'update fees set amount = amount + 1',
]

test('each invariant finds its damage, and no damage is left once undone', async () => {
  assert.equal(damages.length, invariants.length)
  for (const [index, damage] of damages.entries()) {
    const name = invariants[index]?.name ?? ''
    await db.script(`begin; set local session_replication_role = replica; ${damage}`)
    assert((await brokenNames()).includes(name), `"${name}" is broken by: ${damage}`)
    await db.script('rollback')
  }
  assert.deepEqual(await brokenNames(), [])
})

test('the document of the data folder lists every check, in order', () => {
  const text = readFileSync(new URL('../../../docs/reference/data-folder.md', import.meta.url), 'utf8')
  const listed = [...text.matchAll(/^\d+\. (.*)$/gm)].map(([, name]) => name)
  assert.deepEqual(
    listed,
    invariants.map(({ name }) => name),
  )
})
