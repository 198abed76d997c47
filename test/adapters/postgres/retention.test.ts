import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openMemoryPglite } from '../../../src/adapters/postgres/pglite.ts'
import { deleteTradesBefore } from '../../../src/adapters/postgres/retention.ts'
import type { SqlDatabase } from '../../../src/adapters/postgres/sql.ts'
import { bitcoin } from '../../engine/scenario.ts'
import { emptied } from './stored-trading.ts'

let db: SqlDatabase
before(async () => {
  db = await emptied(await openMemoryPglite())
})
after(() => db.close())

test('the oldest trades of the instrument go first, so many at once, and none that is young enough', async () => {
  await db.query(
    `insert into trades select name, id, 1000 + id, 1, 1, 'buy'
     from generate_series(1, 25) as id, (values ($1), ('OTHER.BINANCE')) as names (name)`,
    [bitcoin.id],
  )
  const counts: number[] = []
  for (let turn = 0; turn < 4; turn++) counts.push(await deleteTradesBefore(db, bitcoin.id, 1_021, 8))
  assert.deepEqual(counts, [8, 8, 4, 0])
  const rows = await db.query(
    'select instrument, min(trade_id) as id, count(*) as count from trades group by 1',
  )
  assert.deepEqual(
    rows.map((row) => [row['instrument'], Number(row['id']), Number(row['count'])]).sort(),
    [
      [bitcoin.id, 21, 5],
      ['OTHER.BINANCE', 1, 25],
    ].sort(),
  )
})
