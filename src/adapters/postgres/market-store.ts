import { finished } from 'node:stream/promises'
import pg from 'pg'
import type { PoolClient } from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { CdbError } from '../../domain/errors.ts'
import type { InstrumentId } from '../../domain/instrument.ts'
import type { Candle, Side } from '../../domain/market.ts'
import type { MarketRows, MarketStore } from '../../engine/market-store.ts'
import type { NumberedTrade } from '../../engine/trade-order.ts'
import { openPostgres, poolConfigOf } from './connection.ts'
import type { PostgresSettings } from './connection.ts'
import { readDailyFigures } from './daily-report.ts'
import { deleteTradesBefore } from './retention.ts'
import { operatingErrorOf } from './sql-error.ts'
import { numberAt, textAt } from './sql.ts'
import type { Row, Sql } from './sql.ts'

/** Names of places in `market_cursor`. */
const CONSUMER = 'db-writer'
const REPORTS = 'daily-report'
const UNIQUE_VIOLATION = '23505'

type Place = {
  /** Where this writer left the position; null while there is none. */
  position: string | null
  /** The greatest trade id stored; rows beyond it can be no repeats. */
  tradeId: number
}

/** Stores market data of one instrument. Throws as openPostgres does. */
export async function openMarketStore(
  settings: PostgresSettings,
  instrument: InstrumentId,
): Promise<MarketStore> {
  const db = await openPostgres(settings)
  // COPY needs a connection of the driver itself.
  const pool = new pg.Pool({ ...poolConfigOf(settings), max: 1 })
  pool.on('error', () => undefined)
  const place: Place = { position: null, tradeId: -1 }
  return {
    async position() {
      place.position = await readPlace(db, CONSUMER, instrument)
      place.tradeId = await newestTradeId(db, instrument)
      return place.position
    },
    write: (rows) => write(pool, instrument, place, rows),
    openTrades: (intervalMs) => readOpenTrades(db, instrument, intervalMs),
    saveEquity: (eventMs) => saveEquity(db, eventMs),
    async moveLogCursor(seq) {
      await db.statement('update cursor set seq = $2 where consumer = $1 and p = 0 and seq < $2', [
        CONSUMER,
        seq,
      ])
    },
    deleteTrades: (beforeMs, countMax) => deleteTradesBefore(db, instrument, beforeMs, countMax),
    reportedDay: () => readPlace(db, REPORTS, instrument),
    async noteReported(day) {
      await db.statement(
        `insert into market_cursor (consumer, instrument, position) values ($1, $2, $3)
         on conflict (consumer, instrument) do update set position = excluded.position`,
        [REPORTS, instrument, day],
      )
    },
    dailyFigures: (dayMs) => readDailyFigures(db, instrument, dayMs),
    async close() {
      await Promise.all([db.close(), pool.end()])
    },
  }
}

async function readPlace(db: Sql, consumer: string, instrument: InstrumentId): Promise<string | null> {
  const [row] = await db.query('select position from market_cursor where consumer = $1 and instrument = $2', [
    consumer,
    instrument,
  ])
  return row === undefined ? null : textAt(row, 'position')
}

async function newestTradeId(db: Sql, instrument: InstrumentId): Promise<number> {
  const [row] = await db.query('select coalesce(max(trade_id), -1) as id from trades where instrument = $1', [
    instrument,
  ])
  return row === undefined ? -1 : numberAt(row, 'id')
}

/**
 * Copies rows that cannot be repeats straight into the table, which is twice as fast as sifting them; where
 * some are repeats after all, does it again with care.
 */
async function write(
  pool: pg.Pool,
  instrument: InstrumentId,
  place: Place,
  rows: MarketRows,
): Promise<number> {
  const ids = rows.trades.map(({ tradeId }) => tradeId)
  const isFresh = ids.every((id, index) => id > (index === 0 ? place.tradeId : (ids[index - 1] ?? id)))
  let client: PoolClient
  try {
    client = await pool.connect()
  } catch (error) {
    throw operatingErrorOf(error, 'the database')
  }
  let isBroken = true
  // The query that is under way fails as well; a client in use has nobody else to hear this.
  const ignored = (): void => undefined
  client.on('error', ignored)
  try {
    let count = isFresh ? await tryInTransaction(client, instrument, place, rows, copyTrades) : null
    count ??= await tryInTransaction(client, instrument, place, rows, insertTrades)
    if (count === null) throw new CdbError('CDB_LOG_CONFLICT', 'trades could not be stored beside others')
    isBroken = false
    place.position = rows.position
    place.tradeId = ids.reduce((most, id) => Math.max(most, id), place.tradeId)
    return count
  } catch (error) {
    throw operatingErrorOf(error, 'the database')
  } finally {
    client.off('error', ignored)
    client.release(isBroken)
  }
}

type TradeWriter = (
  client: PoolClient,
  instrument: InstrumentId,
  trades: readonly NumberedTrade[],
) => Promise<number>

/** Null when a row was there already. */
async function tryInTransaction(
  client: PoolClient,
  instrument: InstrumentId,
  place: Place,
  { position, trades, candles }: MarketRows,
  writeTrades: TradeWriter,
): Promise<number | null> {
  await client.query('begin')
  try {
    // First, so that of two writers one waits here and is then refused.
    await movePlace(client, instrument, place.position, position)
    const count = trades.length === 0 ? 0 : await writeTrades(client, instrument, trades)
    const candleCount = candles.length === 0 ? 0 : await insertCandles(client, instrument, candles)
    await client.query('commit')
    return count + candleCount
  } catch (error) {
    await client.query('rollback').catch(() => undefined)
    if (error instanceof pg.DatabaseError && error.code === UNIQUE_VIOLATION) return null
    throw error
  }
}

async function movePlace(
  client: PoolClient,
  instrument: InstrumentId,
  from: string | null,
  to: string,
): Promise<void> {
  const { rowCount } =
    from === null
      ? await client.query(
          `insert into market_cursor (consumer, instrument, position) values ($1, $2, $3)
           on conflict (consumer, instrument) do nothing`,
          [CONSUMER, instrument, to],
        )
      : await client.query(
          'update market_cursor set position = $3 where consumer = $1 and instrument = $2 and position = $4',
          [CONSUMER, instrument, to, from],
        )
  if (rowCount === 1) return
  throw new CdbError('CDB_LOG_CONFLICT', `another writer has moved the place in ${instrument}`)
}

/** Text of COPY: columns by tabs; neither an id nor a side holds what would have to be escaped. */
async function copyTrades(
  client: PoolClient,
  instrument: InstrumentId,
  trades: readonly NumberedTrade[],
): Promise<number> {
  const stream = client.query(
    copyFrom('copy trades (instrument, trade_id, event_ms, price, quantity, aggressor) from stdin'),
  )
  let text = ''
  for (const { tradeId, eventMs, price, quantity, aggressor } of trades) {
    text += `${instrument}\t${tradeId}\t${eventMs}\t${price}\t${quantity}\t${aggressor ?? ''}\n`
  }
  stream.end(text)
  await finished(stream)
  return stream.rowCount
}

async function insertTrades(
  client: PoolClient,
  instrument: InstrumentId,
  trades: readonly NumberedTrade[],
): Promise<number> {
  const { rowCount } = await client.query(
    `insert into trades (instrument, trade_id, event_ms, price, quantity, aggressor)
     select $1, * from unnest($2::bigint[], $3::bigint[], $4::double precision[], $5::double precision[], $6::text[])
     on conflict (instrument, trade_id) do nothing`,
    [
      instrument,
      arrayText(trades.map(({ tradeId }) => tradeId)),
      arrayText(trades.map(({ eventMs }) => eventMs)),
      arrayText(trades.map(({ price }) => price)),
      arrayText(trades.map(({ quantity }) => quantity)),
      arrayText(trades.map(({ aggressor }) => `"${aggressor ?? ''}"`)),
    ],
  )
  return rowCount ?? 0
}

const arrayText = (values: readonly (string | number)[]): string => `{${values.join(',')}}`

async function insertCandles(
  client: PoolClient,
  instrument: InstrumentId,
  candles: readonly Candle[],
): Promise<number> {
  const rows = candles.map(({ eventMs, intervalMs, open, high, low, close, volume }) => ({
    ...{ instrument, interval_ms: intervalMs, open_ms: eventMs - intervalMs },
    ...{ open, high, low, close, volume },
  }))
  const { rowCount } = await client.query(
    `insert into candles select * from json_populate_recordset(null::candles, $1::json)
     on conflict (instrument, interval_ms, open_ms) do nothing`,
    [JSON.stringify(rows)],
  )
  return rowCount ?? 0
}

async function readOpenTrades(
  db: Sql,
  instrument: InstrumentId,
  intervalMs: number,
): Promise<readonly NumberedTrade[]> {
  const rows = await db.query(
    `with newest as (
       select event_ms - event_ms % $2::bigint as open_ms from trades
       where instrument = $1 order by event_ms desc limit 1),
     before as (
       select trades.* from trades, newest where instrument = $1 and event_ms < open_ms
       order by event_ms desc, trade_id desc limit 1)
     select * from before
     union all
     select trades.* from trades, newest where instrument = $1 and event_ms >= open_ms
     order by trade_id`,
    [instrument, intervalMs],
  )
  return rows.map(tradeOf)
}

const tradeOf = (row: Row): NumberedTrade => ({
  kind: 'trade',
  tradeId: numberAt(row, 'trade_id'),
  eventMs: numberAt(row, 'event_ms'),
  price: numberAt(row, 'price'),
  quantity: numberAt(row, 'quantity'),
  aggressor: sideOf(textAt(row, 'aggressor')),
})

const sideOf = (text: string): Side | null => (text === 'buy' || text === 'sell' ? text : null)

/** All in one statement, so that cash, position and place in the log are of one moment. */
async function saveEquity(db: Sql, eventMs: number): Promise<boolean> {
  const rows = await db.query(
    `with valued as (
       select run.account, cash.amount as cash, partition.next_seq - 1 as log_seq,
         round(coalesce(held.quantity * (mark.payload::json ->> 'price')::numeric, 0), 12) as position_value
       from run
       join cash on cash.account = run.account and cash.asset = run.quote_asset
       join partition on partition.role = 'trading' and partition.p = 0
       left join positions as held on held.account = run.account and held.instrument = run.instrument
       left join lateral (
         select payload from event_log where role = 'trading' and p = 0 and kind = 'mark'
         order by seq desc limit 1) as mark on true
       where mark.payload is not null or coalesce(held.quantity, 0) = 0),
     saved as (
       insert into equity (account, event_ms, equity, cash, position_value, log_seq)
       select account, $1::bigint, cash + position_value, cash, position_value, log_seq from valued
       on conflict (account, event_ms) do nothing)
     select count(*) as count from valued`,
    [eventMs],
  )
  return Number(rows[0]?.['count'] ?? 0) > 0
}
