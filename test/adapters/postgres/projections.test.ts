import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openMemoryPglite } from '../../../src/adapters/postgres/pglite.ts'
import type { Row, SqlDatabase } from '../../../src/adapters/postgres/sql.ts'
import { money, parseDecimal, quantity } from '../../../src/domain/decimal.ts'
import type { Command, TradingEvent } from '../../../src/domain/event.ts'
import type { Fill } from '../../../src/domain/execution-report.ts'
import { command, limitOrder } from '../../engine/controls/facts.ts'
import { bitcoin, enterLong, exitLong, runScenario, scripted, tradeAt } from '../../engine/scenario.ts'
import { fillOf } from '../../engine/tally-events.ts'
import { writeLog } from './stored-log.ts'

let db: SqlDatabase
before(async () => {
  db = await openMemoryPglite()
})
after(() => db.close())

const strategy = scripted({ 5: exitLong, 10: enterLong, 60: exitLong, 120: enterLong })
const tape = Array.from({ length: 200 }, (_, index) => tradeAt(index + 1, index * 500, 50_000 + (index % 9)))
const { engine, entries } = runScenario({ strategy }, tape)
const traded = entries.map(({ event }) => event)

const exact = (row: Row | undefined, column: string): bigint => parseDecimal(String(row?.[column]))

async function tables(): Promise<Readonly<Record<string, readonly Row[]>>> {
  const orders = await db.query(`select client_order_id, state, filled::text, quantity::text, approved_seq,
    updated_seq from orders order by approved_seq`)
  const fills = await db.query('select trade_id, seq, price::text, fee::text from fills order by seq')
  const positions = await db.query(`select quantity::text, cost::text, realized_pnl::text, updated_seq
    from positions order by instrument`)
  const cash = await db.query('select amount::text, fees::text, updated_seq from cash')
  return { orders, fills, positions, cash }
}

test('the tables hold what the engine holds, however the entries were cut into commits', async () => {
  await writeLog(db, traded, traded.length)
  const whole = await tables()
  const [position] = whole['positions'] ?? []
  const held = engine.portfolio.positions.get(bitcoin.id)
  assert.equal(exact(whole['cash']?.[0], 'amount'), engine.portfolio.cash)
  assert.equal(exact(whole['cash']?.[0], 'fees'), engine.portfolio.fees)
  assert.equal(exact(position, 'quantity'), held?.quantity)
  assert.equal(exact(position, 'cost'), held?.cost)
  assert.equal(exact(position, 'realized_pnl'), held?.realizedPnl)
  assert.equal(whole['fills']?.length, traded.filter(({ kind }) => kind === 'filled').length)
  const open = await db.query('select client_order_id from open_orders order by client_order_id')
  assert.deepEqual(
    open.map((row) => row['client_order_id']),
    engine
      .openOrders()
      .map(({ request }) => request.clientOrderId)
      .toSorted(),
  )
  for (const perCommit of [1, 7]) {
    await writeLog(db, traded, perCommit)
    assert.deepEqual(await tables(), whole, `${perCommit} entries a commit`)
  }
})

const request = limitOrder('50000', { quantity: quantity('2'), group: 'g', postOnly: true })
const about = {
  ...{ clientOrderId: request.clientOrderId, account: 'paper', instrument: bitcoin.id },
  eventMs: request.decidedMs,
}
const approved: TradingEvent = { kind: 'approved', eventMs: request.decidedMs, order: request }
const fill = (id: string, amount: string, more: Partial<Fill> = {}): Fill => ({
  ...fillOf({ atMs: 1, side: 'buy', price: '50000', quantity: amount, id }),
  clientOrderId: request.clientOrderId,
  ...more,
})

test('an order is read back as it was written: a part fill and its end come in commits of their own', async () => {
  await writeLog(
    db,
    [
      approved,
      { kind: 'submitting', ...about },
      { kind: 'accepted', ...about, venueOrderId: 'v' },
      fill('a', '0.5'),
      { kind: 'canceled', ...about, reason: 'asked' },
    ],
    1,
  )
  const [row] =
    await db.query(`select state, filled::text, quantity::text, price::text, stop_price, post_only,
    order_group, updated_seq::integer from orders`)
  assert.deepEqual(row, {
    ...{ state: 'canceled', filled: '0.500000000000', quantity: '2.000000000000' },
    ...{ price: '50000.000000000000', stop_price: null, post_only: true, order_group: 'g', updated_seq: 5 },
  })
})

test('a fill that is heard again moves nothing, in the same commit or a later one', async () => {
  const events = [
    approved,
    { kind: 'submitting', ...about },
    fill('a', '2'),
    fill('a', '2'),
    fill('a', '2'),
  ] as const
  for (const perCommit of [1, 2, 5]) {
    await writeLog(db, events, perCommit)
    const { fills, positions, cash } = await tables()
    assert.equal(fills?.length, 1)
    assert.equal(exact(positions?.[0], 'quantity'), quantity('2'))
    assert.equal(exact(cash?.[0], 'amount'), money('-90000'))
  }
})

test('fees are kept by asset: quote leaves cash, base leaves the holding, a third leaves neither', async () => {
  const fee = (asset: string, amount: string): Partial<Fill> => ({ feeAsset: asset, fee: money(amount) })
  const fills = [
    fill('a', '0.5', fee('USDT', '3')),
    fill('b', '0.5', fee('BTC', '0.001')),
    fill('c', '1', fee('BNB', '0.2')),
  ]
  await writeLog(db, [approved, { kind: 'submitting', ...about }, ...fills], 2)
  const { positions, cash } = await tables()
  assert.equal(exact(positions?.[0], 'quantity'), quantity('1.999'))
  assert.equal(exact(cash?.[0], 'amount'), money('-90003'))
  assert.equal(exact(cash?.[0], 'fees'), money('53'))
  assert.deepEqual(await db.query('select asset, amount::text from fees order by asset'), [
    { asset: 'BNB', amount: '0.200000000000' },
    { asset: 'BTC', amount: '0.001000000000' },
    { asset: 'USDT', amount: '3.000000000000' },
  ])
})

test('an invalid history is refused whole: the log does not move either', async () => {
  await assert.rejects(writeLog(db, [approved, fill('a', '1')], 2), { code: 'CDB_ORDER_TRANSITION' })
  assert.deepEqual(await db.query('select seq from event_log'), [])
  assert.deepEqual(await db.query('select next_seq::integer from partition'), [{ next_seq: 1 }])
})

const given = (action: Command['action'], changes: Partial<Command> = {}): Command =>
  command({ action, scope: 'global', subject: '', ...changes })

test('the newest command of a scope is its state', async () => {
  await writeLog(
    db,
    [
      given('halt'),
      given('reduceOnly', { scope: 'strategy:momentum' }),
      given('resume', { actor: 'bob', reason: 'all clear' }),
    ],
    2,
  )
  assert.deepEqual(
    await db.query('select scope, state, actor, reason, seq::integer from kill order by scope'),
    [
      { scope: 'global', state: 'active', actor: 'bob', reason: 'all clear', seq: 3 },
      {
        ...{
          scope: 'strategy:momentum',
          state: 'reduceOnly',
          actor: 'ann',
          reason: 'checked by hand',
          seq: 2,
        },
      },
    ],
  )
})

test('a limit changes when risk says so, not when it was asked for', async () => {
  const asked = given('setLimit', { subject: 'C05.share', value: '0.01' })
  const changed: TradingEvent = {
    ...{ kind: 'alert', eventMs: 1, level: 'info', code: 'LIMIT_CHANGED', scope: 'global', message: 'm' },
  }
  await writeLog(db, [asked], 1)
  assert.deepEqual(await db.query('select param from limits'), [])
  await writeLog(db, [asked, changed], 2)
  assert.deepEqual(await db.query('select param, value, seq::integer from limits'), [
    { param: 'C05.share', value: '0.01', seq: 2 },
  ])
})

test('an order that the venue never had ends, and a fill of it that comes late is booked all the same', async () => {
  await writeLog(
    db,
    [
      approved,
      { kind: 'submitting', ...about },
      { kind: 'unknown', ...about, reason: 'no answer' },
      { kind: 'notPlaced', ...about, reason: 'not found' },
      fill('late', '0.5'),
    ],
    1,
  )
  assert.deepEqual(await db.query('select state, filled::text from orders'), [
    { state: 'notPlaced', filled: '0.000000000000' },
  ])
  assert.deepEqual(await db.query('select trade_id from fills'), [{ trade_id: 'late' }])
  assert.deepEqual(await db.query('select quantity::text from positions'), [{ quantity: '0.500000000000' }])
})
