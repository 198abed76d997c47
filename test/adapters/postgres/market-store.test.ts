import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { openPostgres } from '../../../src/adapters/postgres/connection.ts'
import type { PostgresSettings } from '../../../src/adapters/postgres/connection.ts'
import { createLeaseStore } from '../../../src/adapters/postgres/lease-store.ts'
import { openMarketStore } from '../../../src/adapters/postgres/market-store.ts'
import type { SqlDatabase } from '../../../src/adapters/postgres/sql.ts'
import { openTradingLog } from '../../../src/adapters/postgres/trading-log.ts'
import { digest } from '../../../src/adapters/system/digest.ts'
import { CdbError } from '../../../src/domain/errors.ts'
import type { Candle } from '../../../src/domain/market.ts'
import type { MarketStore } from '../../../src/engine/market-store.ts'
import type { NumberedTrade } from '../../../src/engine/trade-order.ts'
import { bitcoin, START_MS, tradeAt } from '../../engine/scenario.ts'
import { markAt } from '../../engine/risk/feed.ts'
import { startPostgres } from '../../servers/postgres.ts'
import type { PostgresServer } from '../../servers/postgres.ts'
import { run } from './stored-log.ts'
import { emptied } from './stored-trading.ts'

let server: PostgresServer
let db: SqlDatabase
let settings: PostgresSettings
let store: MarketStore
const opened: MarketStore[] = []
before(async () => {
  server = await startPostgres()
  settings = { url: server.url, passwordFile: null, applicationName: 'test', poolMax: 2 }
  db = await openPostgres(settings)
})
beforeEach(async () => {
  await emptied(db)
  store = await open()
})
after(async () => {
  for (const each of opened) await each.close()
  await db.close()
  await server.remove()
})

async function open(): Promise<MarketStore> {
  const next = await openMarketStore(settings, bitcoin.id)
  opened.push(next)
  return next
}

const trade = (tradeId: number, eventMs = tradeId * 1_000): NumberedTrade => ({
  ...tradeAt(tradeId, eventMs, 100.25 + tradeId),
  tradeId,
})
const trades = (fromId: number, toId: number): readonly NumberedTrade[] =>
  Array.from({ length: toId - fromId + 1 }, (_, index) => trade(fromId + index))
const candle: Candle = {
  ...{ kind: 'candle', eventMs: START_MS + 60_000, intervalMs: 60_000 },
  ...{ open: 1.5, high: 3, low: 1, close: 2.25, volume: 0.1 },
}

const storedIds = async (): Promise<readonly number[]> =>
  (await db.query('select trade_id from trades order by trade_id')).map((row) => Number(row['trade_id']))

async function refusal(doing: Promise<unknown>): Promise<string> {
  const error: unknown = await doing.then(
    () => null,
    (reason: unknown) => reason,
  )
  return error instanceof CdbError ? error.code : String(error)
}

test('rows are stored as they are, and the place moves with them', async () => {
  assert.equal(await store.position(), null)
  const unknownSide = { ...trade(3), aggressor: null }
  const written = await store.write({
    position: '7-0',
    trades: [trade(1), trade(2), unknownSide],
    candles: [candle],
  })
  assert.equal(written, 4)
  assert.equal(await store.position(), '7-0')
  assert.deepEqual(await store.openTrades(60_000), [trade(1), trade(2), unknownSide])
  const [row] = await db.query('select * from candles')
  assert.deepEqual(row, {
    ...{ instrument: bitcoin.id, interval_ms: '60000', open_ms: String(START_MS) },
    ...{ open: 1.5, high: 3, low: 1, close: 2.25, volume: 0.1 },
  })
})

test('what is written again is stored once', async () => {
  await store.position()
  await store.write({ position: '1', trades: trades(1, 5), candles: [candle] })
  const again = await store.write({ position: '2', trades: trades(3, 8), candles: [candle] })
  assert.equal(again, 3)
  const disordered = [trade(10), trade(9), trade(10)]
  assert.equal(await store.write({ position: '3', trades: disordered, candles: [] }), 2)
  assert.deepEqual(await storedIds(), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
})

test('rows that others have stored meanwhile are no error', async () => {
  await store.position()
  await db.query(`insert into trades values ($1, 4, 0, 1, 1, '')`, [bitcoin.id])
  assert.equal(await store.write({ position: '1', trades: trades(1, 5), candles: [] }), 4)
  assert.equal(await store.position(), '1')
})

test('of two writers one is refused, with all that it brought', async () => {
  const other = await open()
  await store.position()
  await other.position()
  const results = await Promise.allSettled([
    store.write({ position: 'a', trades: trades(1, 3), candles: [] }),
    other.write({ position: 'b', trades: trades(11, 13), candles: [] }),
  ])
  assert.deepEqual(results.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
  assert.equal((await storedIds()).length, 3)
  const late = results[0].status === 'rejected' ? store : other
  assert.equal(await refusal(late.write({ position: 'c', trades: [], candles: [] })), 'CDB_LOG_CONFLICT')
  await late.position()
  await late.write({ position: 'c', trades: trades(21, 21), candles: [] })
})

/** Candles are written after the trades and before the commit: whoever writes one dies. */
const DEADLY = `
  create function die() returns trigger language plpgsql as $body$
  begin
    perform pg_terminate_backend(pg_backend_pid());
    return new;
  end
  $body$;
  create trigger die before insert on candles for each row execute function die();`

test('a crash between the copy and the commit leaves nothing, and the same again stores all', async () => {
  await store.position()
  await store.write({ position: '1', trades: trades(1, 3), candles: [] })
  await db.script(DEADLY)
  const rows = { position: '2', trades: trades(4, 6), candles: [candle] }
  assert.equal(await refusal(store.write(rows)), 'CDB_DATABASE_UNREACHABLE')
  assert.deepEqual(await storedIds(), [1, 2, 3])
  await db.script('drop trigger die on candles')
  const next = await open()
  assert.equal(await next.position(), '1')
  assert.equal(await next.write(rows), 4)
  assert.deepEqual(await storedIds(), [1, 2, 3, 4, 5, 6])
})

test('what was written survives a kill of the server, and writing goes on after it', async () => {
  await store.position()
  await store.write({ position: '1', trades: trades(1, 3), candles: [] })
  await server.stop('immediate')
  const rows = { position: '2', trades: trades(4, 6), candles: [] }
  assert.equal(await refusal(store.write(rows)), 'CDB_DATABASE_UNREACHABLE')
  await server.start()
  assert.equal(await store.write(rows), 3)
  assert.deepEqual(await storedIds(), [1, 2, 3, 4, 5, 6])
})

test('an open candle is found with the trade before it', async () => {
  await store.position()
  assert.deepEqual(await store.openTrades(60_000), [])
  await store.write({ position: '1', trades: trades(50, 70), candles: [] })
  const ids = (await store.openTrades(60_000)).map(({ tradeId }) => tradeId)
  assert.deepEqual(ids, [59, ...Array.from({ length: 11 }, (_, index) => 60 + index)])
})

test('equity is cash and position at the last mark, and unknown without one', async () => {
  const log = await openTradingLog({ db, run, digest })
  assert.equal(await store.saveEquity(START_MS), true, 'nothing is held')
  await db.query(
    `insert into positions values ('paper', $1, 0.5, 20000, 0, 0), ('paper', 'OTHER.BINANCE', 7, 7, 0, 0)`,
    [bitcoin.id],
  )
  assert.equal(await store.saveEquity(START_MS + 60_000), false, 'what is held has no price')
  const lease = await createLeaseStore(db).acquire('signal', 0, 'test')
  const drafts = ['50000', '48000.5'].map((at) => ({ event: markAt(0, at), causeSeq: 0, marketSeq: 0 }))
  await log.commit({ writer: 'signal', lease, cursor: null, drafts })
  assert.equal(await store.saveEquity(START_MS + 60_000), true)
  assert.equal(await store.saveEquity(START_MS + 60_000), true, 'a minute that was saved is left as it is')
  const rows = await db.query(
    `select event_ms, equity::text as equity, cash::text as cash, position_value::text as position_value, log_seq
     from equity order by event_ms`,
  )
  assert.deepEqual(rows, [
    {
      ...{ event_ms: String(START_MS), equity: '10000.000000000000', cash: '10000.000000000000' },
      ...{ position_value: '0.000000000000', log_seq: '0' },
    },
    {
      ...{ event_ms: String(START_MS + 60_000), equity: '34000.250000000000', cash: '10000.000000000000' },
      ...{ position_value: '24000.250000000000', log_seq: '2' },
    },
  ])
})

test('the cursor of the log goes forward only', async () => {
  const log = await openTradingLog({ db, run, digest })
  await store.moveLogCursor(5)
  await store.moveLogCursor(3)
  assert.equal(await log.cursor('db-writer'), 5)
})

test('the day that was reported is remembered', async () => {
  assert.equal(await store.reportedDay(), null)
  await store.noteReported('2024-01-01')
  await store.noteReported('2024-01-02')
  assert.equal(await store.reportedDay(), '2024-01-02')
  assert.equal(await store.position(), null, 'which is another place than that of the stream')
})
