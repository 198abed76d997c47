import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { openMemoryPglite } from '../../../src/adapters/postgres/pglite.ts'
import type { SqlDatabase } from '../../../src/adapters/postgres/sql.ts'
import { orderStates, orderTransitions } from '../../../src/domain/order.ts'
import { emptied } from './stored-trading.ts'

let db: SqlDatabase
before(async () => {
  db = await openMemoryPglite()
})
beforeEach(() => emptied(db))
after(() => db.close())

const order = (id: string, changes: Readonly<Record<string, string>> = {}): string => {
  const columns: Readonly<Record<string, string>> = {
    ...{ client_order_id: `'${id}'`, slot: `'slot ${id}'`, account: `'paper'`, strategy: `'s'` },
    ...{ instrument: `'BTCUSDT.SIM'`, side: `'buy'`, type: `'market'`, quantity: '2' },
    ...{ time_in_force: `'ioc'`, post_only: 'false', reduce_only: 'false', purpose: `'entry'` },
    ...{ decision_price: '100', decided_ms: '1', state: `'approved'`, filled: '0', approved_seq: '1' },
    ...{ updated_seq: '1', ...changes },
  }
  return `insert into orders (${Object.keys(columns).join()}) values (${Object.values(columns).join()})`
}

test('the moves that the database knows are those of the life cycle', async () => {
  const rows = await db.query('select from_state, to_state from order_transition where direct')
  const told = orderStates.flatMap((from) =>
    [...new Set(Object.values(orderTransitions[from]))].map((to) => `${from} ${to}`),
  )
  assert.deepEqual(
    rows.map((row) => `${String(row['from_state'])} ${String(row['to_state'])}`).toSorted(),
    told.toSorted(),
  )
})

test('an order moves where a path of moves leads, and nowhere else', async () => {
  const reachable = new Map(
    orderStates.map((from) => {
      const reached = new Set<string>()
      const queue = [from]
      for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
        for (const to of Object.values(orderTransitions[at])) {
          if (!reached.has(to)) queue.push(to)
          reached.add(to)
        }
      }
      return [from, reached]
    }),
  )
  for (const from of orderStates) {
    for (const to of orderStates) {
      await db.query('delete from orders')
      await db.query(order('o', { state: `'${from}'`, purpose: `'exit'` }))
      const move = db.query(`update orders set state = '${to}'`)
      if (from === to || reachable.get(from)?.has(to) === true) await move
      else await assert.rejects(move, /cannot become/, `${from} to ${to}`)
    }
  }
})

const bucket = async (lim: number): Promise<void> => {
  await db.query(
    `insert into risk_bucket (account, scope, metric, lim) values
      ('paper', 'account:paper', 'openOrders', ${lim}),
      ('paper', 'instrument:BTCUSDT.SIM', 'openOrders', 100)`,
  )
}
const sums = async (scope = 'account:paper'): Promise<string> => {
  const [row] = await db.query(
    `select format('%s + %s of %s', trunc(reserved), trunc(used), trunc(lim)) as sums
     from risk_bucket where scope = $1`,
    [scope],
  )
  return String(row?.['sums'])
}

test('an entry is reserved when approved, used at the venue and let go at its end', async () => {
  await bucket(2)
  await db.query(order('a'))
  assert.equal(await sums(), '1 + 0 of 2')
  for (const [state, expected] of [
    ['submitting', '1 + 0 of 2'],
    ['unknown', '1 + 0 of 2'],
    ['accepted', '0 + 1 of 2'],
    ['partiallyFilled', '0 + 1 of 2'],
    ['cancelPending', '0 + 1 of 2'],
    ['canceled', '0 + 0 of 2'],
  ] as const) {
    await db.query(`update orders set state = '${state}'`)
    assert.equal(await sums(), expected, state)
    assert.equal(await sums('instrument:BTCUSDT.SIM'), expected.replace('of 2', 'of 100'))
  }
})

test('no entry passes the limit; orders that reduce and one that two people vouched for do', async () => {
  await bucket(1)
  await db.query(order('a'))
  await assert.rejects(db.query(order('b')), /order b does not fit in the open orders of account:paper/)
  await db.query(order('c', { purpose: `'stopLoss'`, reduce_only: 'true' }))
  await db.query(order('d', { overridden: 'true' }))
  assert.equal(await sums(), '1 + 0 of 1')
})

test('nobody raises a bucket above its limit; a limit may be lowered below its use', async () => {
  await bucket(2)
  await assert.rejects(
    db.query('update risk_bucket set reserved = 3'),
    /openOrders of account:paper would be 3/,
  )
  await db.query('update risk_bucket set reserved = 2')
  await db.query('update risk_bucket set lim = 1')
  await db.query('update risk_bucket set reserved = reserved - 1, used = used + 1')
  await assert.rejects(db.query('update risk_bucket set used = used + 1'), /its limit is/)
  await db.query('update risk_bucket set used = 0')
})

test('an epoch does not go back, and no entry of another epoch than the newest is taken', async () => {
  await db.query(`insert into partition (role, p, next_seq, epoch) values ('risk', 0, 1, 3)`)
  await assert.rejects(db.query(`update partition set epoch = 2 where role = 'risk'`), /from 3 back to 2/)
  const entry = (seq: number, writer: string, epoch: number): string =>
    `insert into event_log values
      ('trading', 0, ${seq}, 'e${seq}', 'mark', '{}', 0, 0, '', 'h', '${writer}', ${epoch})`
  await assert.rejects(db.query(entry(1, 'risk', 2)), /entry 1 of risk is of epoch 2; its newest is 3/)
  await assert.rejects(db.query(entry(1, 'risk', 4)), /epoch 4/)
  await db.query(entry(1, 'risk', 3))
  await db.query(entry(2, 'control', 0))
})
