import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openMemoryPglite } from '../../../src/adapters/postgres/pglite.ts'
import { migrate, requireSchema, SCHEMA_VERSION } from '../../../src/adapters/postgres/schema.ts'
import type { SqlDatabase } from '../../../src/adapters/postgres/sql.ts'

let db: SqlDatabase
before(async () => {
  db = await openMemoryPglite()
  await migrate(db)
})
after(() => db.close())

const order = (id: string, changes: Readonly<Record<string, string>> = {}): string => {
  const columns: Readonly<Record<string, string>> = {
    ...{ client_order_id: `'${id}'`, slot: `'slot ${id}'`, account: `'paper'`, strategy: `'s'` },
    ...{ instrument: `'BTCUSDT.BINANCE'`, side: `'buy'`, type: `'market'`, quantity: '2' },
    ...{ time_in_force: `'ioc'`, post_only: 'false', reduce_only: 'false', purpose: `'entry'` },
    ...{ decision_price: '100', decided_ms: '1', state: `'accepted'`, filled: '0', approved_seq: '1' },
    ...{ updated_seq: '1', ...changes },
  }
  return `insert into orders (${Object.keys(columns).join()}) values (${Object.values(columns).join()})`
}

test('migrating again changes nothing', async () => {
  await migrate(db)
  assert.deepEqual(await db.query('select version from schema_version order by version'), [
    ...Array.from({ length: SCHEMA_VERSION }, (_, index) => ({ version: index + 1 })),
  ])
})

test('an order that has ended never comes back', async () => {
  await db.query(order('ended', { state: `'canceled'` }))
  await assert.rejects(
    db.query(`update orders set state = 'accepted' where client_order_id = 'ended'`),
    /order ended has ended as canceled and cannot become accepted/,
  )
})

test('open orders are those that can still move, with what is left of them and its value', async () => {
  await db.query(order('open', { filled: '0.5', price: '90' }))
  await db.query(order('gone', { state: `'filled'`, filled: '2' }))
  assert.deepEqual(
    await db.query(`select client_order_id, leaves::text, open_value::text from open_orders`),
    [{ client_order_id: 'open', leaves: '1.500000000000', open_value: '135.000000000000' }],
  )
})

test('rows that break a rule of the books are refused by the database itself', async () => {
  for (const [statement, rule] of [
    [order('over', { filled: '2.000000000001' }), /orders_filled|check/],
    [order('none', { quantity: '0' }), /check/],
    [order('side', { side: `'hold'` }), /check/],
    [order('twin', { slot: `'slot open'` }), /duplicate key/],
    [
      `insert into fills values ('paper', 'X', 't', 'no order', 1, 1, 'buy', 1, 1, 0, 0, 'USDT', 'taker')`,
      /foreign key/,
    ],
    [`insert into event_log values ('engine', 0, 1, 'e', 'mark', '{}', 1, 0, '', 'h')`, /check/],
    [`insert into kill values ('global', 'asleep', 'ann', 'x', 1)`, /check/],
  ] as const) {
    await assert.rejects(db.query(statement), rule, statement)
  }
})

test('a database that lacks migrations is told from one that is as it must be', async () => {
  await requireSchema(db)
  await db.query('delete from schema_version where version = $1', [SCHEMA_VERSION])
  await assert.rejects(requireSchema(db), {
    code: 'CDB_SCHEMA_OLD',
    message: `the database is of schema ${SCHEMA_VERSION - 1}; this program needs schema ${SCHEMA_VERSION}`,
  })
  await db.query('insert into schema_version (version) values ($1)', [SCHEMA_VERSION + 1])
  await assert.rejects(requireSchema(db), { code: 'CDB_DATA_FOREIGN' })
  await assert.rejects(migrate(db), { code: 'CDB_DATA_FOREIGN' })
})
