import { money, price, quantity } from '../../domain/decimal.ts'
import type { Money } from '../../domain/decimal.ts'
import { assert } from '../../domain/errors.ts'
import { alertLevels } from '../../domain/event.ts'
import type { InstrumentId } from '../../domain/instrument.ts'
import type { DailyAlert, DailyFigures, DailyFill } from '../../engine/daily-report.ts'
import { numberAt, textAt } from './sql.ts'
import type { Row, Sql } from './sql.ts'

const DAY_MS = 86_400_000
/**
 * Entries carry the venue's time and snapshots ours: the part of the log that is searched is this much
 * wider.
 */
const MARGIN_MS = 300_000
const FILLS_MAX = 500
const ALERTS_MAX = 200

type Day = Readonly<{
  account: string
  instrument: InstrumentId
  fromMs: number
  toMs: number
  /** The part of the log that the day is in. */
  afterSeq: number
  toSeq: number
}>

/** Figures of the day of UTC that begins at dayMs, for the account and instrument of the run. */
export async function readDailyFigures(
  db: Sql,
  instrument: InstrumentId,
  dayMs: number,
): Promise<DailyFigures> {
  const [run] = await db.query('select account, quote_asset from run')
  assert(run !== undefined, 'a report is made of a run')
  const day = await dayOf(db, textAt(run, 'account'), instrument, dayMs)
  const counts = await readCounts(db, day)
  return {
    day: new Date(dayMs).toISOString().slice(0, 10),
    account: day.account,
    instrument,
    quote: textAt(run, 'quote_asset'),
    ...(await readFills(db, day)),
    ...(await readEquity(db, day)),
    ...(await readPosition(db, day)),
    signals: sumOf(counts, 'signal'),
    approved: sumOf(counts, 'approved'),
    denials: counts
      .filter(({ kind }) => kind === 'denied')
      .map(({ code, count }) => ({ code, count }))
      .sort((left, right) => right.count - left.count || left.code.localeCompare(right.code)),
    ...(await readAlerts(db, day)),
  }
}

/** The log has no index by time; snapshots of equity say where in it a day begins and ends. */
async function dayOf(db: Sql, account: string, instrument: InstrumentId, fromMs: number): Promise<Day> {
  const toMs = fromMs + DAY_MS
  const [row] = await db.query(
    `select
       coalesce((select log_seq from equity where account = $1 and event_ms <= $2
         order by event_ms desc limit 1), 0) as after_seq,
       coalesce((select log_seq from equity where account = $1 and event_ms >= $3
         order by event_ms limit 1), 9007199254740991) as to_seq`,
    [account, fromMs - MARGIN_MS, toMs + MARGIN_MS],
  )
  const [afterSeq, toSeq] = row === undefined ? [0, 0] : [numberAt(row, 'after_seq'), numberAt(row, 'to_seq')]
  return { account, instrument, fromMs, toMs, afterSeq, toSeq }
}

const paramsOf = ({ afterSeq, toSeq, fromMs, toMs }: Day): readonly number[] => [
  afterSeq,
  toSeq,
  fromMs,
  toMs,
]

/** Entries of the day: parameters 1 to 4 are those of paramsOf. */
const ENTRIES = `select kind, seq, payload::json as event from event_log
  where role = 'trading' and p = 0 and seq > $1 and seq <= $2`
const IN_DAY = `(event ->> 'eventMs')::bigint >= $3 and (event ->> 'eventMs')::bigint < $4`

type KindCount = Readonly<{ kind: string; code: string; count: number }>

async function readCounts(db: Sql, day: Day): Promise<readonly KindCount[]> {
  const rows = await db.query(
    `select kind, coalesce(event ->> 'code', '') as code, count(*) as count
     from (${ENTRIES} and kind in ('signal', 'approved', 'denied')) as entries
     where ${IN_DAY} group by 1, 2`,
    paramsOf(day),
  )
  return rows.map((row) => ({
    kind: textAt(row, 'kind'),
    code: textAt(row, 'code'),
    count: numberAt(row, 'count'),
  }))
}

const sumOf = (counts: readonly KindCount[], kind: string): number =>
  counts.filter((each) => each.kind === kind).reduce((sum, { count }) => sum + count, 0)

async function readAlerts(db: Sql, day: Day): Promise<Pick<DailyFigures, 'alerts' | 'alertCount'>> {
  const rows = await db.query(
    `select seq, event ->> 'eventMs' as event_ms, event ->> 'level' as level, event ->> 'code' as code,
       event ->> 'message' as message, count(*) over () as total
     from (${ENTRIES} and kind = 'alert') as entries where ${IN_DAY} order by seq desc limit ${ALERTS_MAX}`,
    paramsOf(day),
  )
  const alerts = rows.toReversed().map((row): DailyAlert => ({
    eventMs: numberAt(row, 'event_ms'),
    level: alertLevels.find((level) => level === row['level']) ?? 'critical',
    code: textAt(row, 'code'),
    message: textAt(row, 'message'),
  }))
  return { alerts, alertCount: totalOf(rows) }
}

const totalOf = (rows: readonly Row[]): number => Number(rows[0]?.['total'] ?? 0)

async function readFills(
  db: Sql,
  { account, instrument, fromMs, toMs }: Day,
): Promise<Pick<DailyFigures, 'fills' | 'fillCount' | 'turnover' | 'fees'>> {
  const params = [account, instrument, fromMs, toMs]
  const ofDay = 'fills.account = $1 and fills.instrument = $2 and event_ms >= $3 and event_ms < $4'
  const rows = await db.query(
    `select seq, event_ms, fills.side, fills.price::text as price, fills.quantity::text as quantity,
       fee::text as fee, fee_asset, liquidity, strategy, count(*) over () as total
     from fills join orders using (client_order_id) where ${ofDay} order by seq desc limit ${FILLS_MAX}`,
    params,
  )
  const fees = await db.query(
    `select fee_asset, sum(fee)::text as fee from fills where ${ofDay} group by 1 order by 1`,
    params,
  )
  const [sum] = await db.query(
    `select coalesce(sum(round(price * quantity, 12)), 0)::text as turnover from fills where ${ofDay}`,
    params,
  )
  return {
    fills: rows.toReversed().map(fillOf),
    fillCount: totalOf(rows),
    turnover: money(sum === undefined ? '0' : textAt(sum, 'turnover')),
    fees: fees.map((row) => ({ asset: textAt(row, 'fee_asset'), amount: money(textAt(row, 'fee')) })),
  }
}

const fillOf = (row: Row): DailyFill => ({
  eventMs: numberAt(row, 'event_ms'),
  side: row['side'] === 'buy' ? 'buy' : 'sell',
  price: price(textAt(row, 'price')),
  quantity: quantity(textAt(row, 'quantity')),
  fee: money(textAt(row, 'fee')),
  feeAsset: textAt(row, 'fee_asset'),
  liquidity: row['liquidity'] === 'maker' ? 'maker' : 'taker',
  strategy: textAt(row, 'strategy'),
})

async function readEquity(
  db: Sql,
  { account, fromMs, toMs }: Day,
): Promise<Pick<DailyFigures, 'equityStart' | 'equityEnd'>> {
  const [row] = await db.query(
    `select
       (select equity::text from equity where account = $1 and event_ms >= $2 and event_ms <= $3
         order by event_ms limit 1) as first,
       (select equity::text from equity where account = $1 and event_ms >= $2 and event_ms <= $3
         order by event_ms desc limit 1) as last`,
    [account, fromMs, toMs],
  )
  const amountAt = (column: string): Money | null =>
    row === undefined || row[column] === null ? null : money(textAt(row, column))
  return { equityStart: amountAt('first'), equityEnd: amountAt('last') }
}

async function readPosition(
  db: Sql,
  { account, instrument }: Day,
): Promise<Pick<DailyFigures, 'position' | 'realizedPnl'>> {
  const [row] = await db.query(
    `select quantity::text as quantity, realized_pnl::text as realized_pnl from positions
     where account = $1 and instrument = $2`,
    [account, instrument],
  )
  return {
    position: quantity(row === undefined ? '0' : textAt(row, 'quantity')),
    realizedPnl: money(row === undefined ? '0' : textAt(row, 'realized_pnl')),
  }
}
