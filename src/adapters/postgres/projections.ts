import { formatDecimal, money, parseDecimal, quantity } from '../../domain/decimal.ts'
import type { Price } from '../../domain/decimal.ts'
import { assert } from '../../domain/errors.ts'
import type { Command, TradingEvent } from '../../domain/event.ts'
import type { Fill } from '../../domain/execution-report.ts'
import type { InstrumentId } from '../../domain/instrument.ts'
import type { ClientOrderId, OrderRequest, OrderState } from '../../domain/order.ts'
import type { LogEntry } from '../../engine/journal.ts'
import { applyOrderEvent } from '../../engine/order-ledger.ts'
import type { OrderLedger, OrderRecord } from '../../engine/order-ledger.ts'
import { applyFill, createPortfolio } from '../../engine/portfolio.ts'
import type { Portfolio } from '../../engine/portfolio.ts'
import { applyStateCommand } from '../../engine/trading-state.ts'
import type { ScopeStates } from '../../engine/trading-state.ts'
import { orderRow } from './order-row.ts'
import type { RunRecord } from './run.ts'
import { textAt } from './sql.ts'
import type { Row, Sql } from './sql.ts'

/**
 * Writes what entries mean into the tables: rows are read, moved by the same functions that move the engine's
 * memory, and written back, within the transaction that appends the entries.
 */
export async function project(
  tx: Sql,
  run: RunRecord,
  role: string,
  entries: readonly LogEntry[],
): Promise<void> {
  const changes = entries.filter(({ event }) => isLimitChange(event))
  // Within a commit a limit is widened before orders are booked and narrowed after them.
  await followLimits(tx, role, changes, { raiseOnly: true })
  await projectOrders(tx, entries)
  await projectFills(tx, run, entries)
  await projectCommands(tx, entries)
  await followLimits(tx, role, changes, { raiseOnly: false })
}

/** Whether the tables say anything of such an event. */
export const isProjected = (event: TradingEvent): boolean =>
  event.kind === 'approved' || 'clientOrderId' in event || event.kind === 'command' || isLimitChange(event)

/** A limit changes when risk says so: a command alone may be refused (C30). */
const isLimitChange = (event: TradingEvent): boolean =>
  event.kind === 'alert' && event.code === 'LIMIT_CHANGED'

async function followLimits(
  tx: Sql,
  role: string,
  changes: readonly LogEntry[],
  { raiseOnly }: Readonly<{ raiseOnly: boolean }>,
): Promise<void> {
  for (const { seq } of changes) await tx.query('select follow_limit($1, $2, $3)', [role, seq, raiseOnly])
}

type Changed = Readonly<{ record: OrderRecord; seq: number; isNew: boolean }>

async function projectOrders(tx: Sql, entries: readonly LogEntry[]): Promise<void> {
  const ids = new Set<ClientOrderId>()
  for (const { event } of entries) {
    if ('clientOrderId' in event) ids.add(event.clientOrderId)
    else if (event.kind === 'approved') ids.add(event.order.clientOrderId)
  }
  if (ids.size === 0) return
  const approvedSeqs = approvalsOf(entries)
  const known = [...ids].filter((id) => !approvedSeqs.has(id))
  const ledger: OrderLedger =
    known.length === 0 ? new Map<ClientOrderId, OrderRecord>() : await readOpenOrders(tx, known)
  const changes = new Map<ClientOrderId, Changed>()
  for (const { event, seq } of entries) {
    const change = applyOrderEvent(ledger, event)
    if (change === null) continue
    const id = change.after.request.clientOrderId
    const isNew = event.kind === 'approved' || changes.get(id)?.isNew === true
    changes.set(id, { record: change.after, seq, isNew })
  }
  const all = [...changes.values()]
  await insertOrders(
    tx,
    all.filter(({ isNew }) => isNew),
    { approvedSeqs, overrides: overridesOf(entries) },
  )
  await updateOrders(
    tx,
    all.filter(({ isNew }) => !isNew),
  )
}

function approvalsOf(entries: readonly LogEntry[]): ReadonlyMap<ClientOrderId, number> {
  const seqs = new Map<ClientOrderId, number>()
  for (const { event, seq } of entries)
    if (event.kind === 'approved') seqs.set(event.order.clientOrderId, seq)
  return seqs
}

type Approvals = Readonly<{
  approvedSeqs: ReadonlyMap<ClientOrderId, number>
  overrides: ReadonlySet<ClientOrderId>
}>

/** Orders that two people vouched for: what risk says beside them names the same cause. */
export function overridesOf(
  entries: readonly Readonly<{ event: TradingEvent; causeSeq: number }>[],
): ReadonlySet<ClientOrderId> {
  const causes = new Set<number>()
  for (const { event, causeSeq } of entries) {
    if (event.kind === 'alert' && event.code === 'OVERRIDDEN') causes.add(causeSeq)
  }
  const overrides = new Set<ClientOrderId>()
  for (const { event, causeSeq } of entries) {
    if (event.kind === 'approved' && causes.has(causeSeq)) overrides.add(event.order.clientOrderId)
  }
  return overrides
}

async function readOpenOrders(tx: Sql, ids: readonly ClientOrderId[]): Promise<OrderLedger> {
  const rows = await tx.query(
    `select client_order_id, slot, account, strategy, instrument, side, type, time_in_force, post_only,
       reduce_only, order_group, purpose, decided_ms, expires_ms, state, quantity::text as quantity_text,
       price::text as price_text, stop_price::text as stop_price_text,
       decision_price::text as decision_price_text, filled::text as filled_text
     from orders where client_order_id = any($1::text[])
       and state not in ('denied', 'abandoned', 'filled', 'canceled', 'expired', 'rejected', 'notPlaced')
     order by approved_seq`,
    [ids],
  )
  return new Map(rows.map((row) => [textAt(row, 'client_order_id') as ClientOrderId, recordOf(row)]))
}

const nullablePrice = (row: Row, column: string): Price | null =>
  row[column] === null ? null : (parseDecimal(textAt(row, column)) as Price)
const nullableNumber = (value: unknown): number | null => (value === null ? null : Number(value))

/** The row was written from an order that the codec admitted, so its texts are of their unions. */
function recordOf(row: Row): OrderRecord {
  const request = {
    slot: textAt(row, 'slot'),
    clientOrderId: textAt(row, 'client_order_id'),
    account: textAt(row, 'account'),
    strategy: textAt(row, 'strategy'),
    instrument: textAt(row, 'instrument'),
    side: textAt(row, 'side'),
    type: textAt(row, 'type'),
    quantity: quantity(textAt(row, 'quantity_text')),
    price: nullablePrice(row, 'price_text'),
    stopPrice: nullablePrice(row, 'stop_price_text'),
    timeInForce: textAt(row, 'time_in_force'),
    postOnly: row['post_only'] === true,
    reduceOnly: row['reduce_only'] === true,
    group: row['order_group'] === null ? null : textAt(row, 'order_group'),
    purpose: textAt(row, 'purpose'),
    decisionPrice: parseDecimal(textAt(row, 'decision_price_text')),
    decidedMs: Number(row['decided_ms']),
    expiresMs: nullableNumber(row['expires_ms']),
  } as OrderRequest
  return { request, state: textAt(row, 'state') as OrderState, filled: quantity(textAt(row, 'filled_text')) }
}

async function insertOrders(
  tx: Sql,
  changes: readonly Changed[],
  { approvedSeqs, overrides }: Approvals,
): Promise<void> {
  if (changes.length === 0) return
  const rows = changes.map(({ record, seq }) => {
    const id = record.request.clientOrderId
    const places = { approved_seq: approvedSeqs.get(id), updated_seq: seq }
    return { ...orderRow(record, overrides.has(id)), ...places }
  })
  await tx.query(insertOf('orders', rows), [JSON.stringify(rows)])
}

/** Columns are named, so that one which a later migration adds keeps its default. */
function insertOf(table: string, rows: readonly Row[]): string {
  const columns = Object.keys(rows[0] ?? {}).join(', ')
  return `insert into ${table} (${columns})
    select ${columns} from json_populate_recordset(null::${table}, $1::json)`
}

async function updateOrders(tx: Sql, changes: readonly Changed[]): Promise<void> {
  if (changes.length === 0) return
  const rows = changes.map(({ record, seq }) => ({
    client_order_id: record.request.clientOrderId,
    state: record.state,
    filled: formatDecimal(record.filled),
    updated_seq: seq,
  }))
  await tx.query(
    `update orders set state = given.state, filled = given.filled, updated_seq = given.updated_seq
     from json_to_recordset($1::json)
       as given(client_order_id text, state text, filled numeric(38,12), updated_seq bigint)
     where orders.client_order_id = given.client_order_id`,
    [JSON.stringify(rows)],
  )
}

type FillEntry = Readonly<{ fill: Fill; seq: number }>

const isFill = (event: TradingEvent): event is Fill => event.kind === 'filled'

async function projectFills(tx: Sql, run: RunRecord, entries: readonly LogEntry[]): Promise<void> {
  const heard: FillEntry[] = []
  for (const { event, seq } of entries) if (isFill(event)) heard.push({ fill: event, seq })
  if (heard.length === 0) return
  const inserted = await insertFills(tx, heard)
  const booked = heard.filter(({ seq }) => inserted.has(seq))
  const last = booked.at(-1)
  if (last === undefined) return
  const portfolio = await readPortfolio(tx, run)
  for (const { fill } of booked) {
    const isBooked = applyFill(portfolio, run.instrument, fill)
    assert(isBooked, 'a fill that was inserted is booked')
  }
  await writePortfolio(tx, run, portfolio, last.seq)
}

/**
 * Returns the entries whose fills were new: a fill that was heard before is not inserted, and moves nothing.
 */
async function insertFills(tx: Sql, heard: readonly FillEntry[]): Promise<ReadonlySet<number>> {
  const rows = heard.map(({ fill, seq }) => ({
    account: fill.account,
    instrument: fill.instrument,
    trade_id: fill.tradeId,
    client_order_id: fill.clientOrderId,
    seq,
    event_ms: fill.eventMs,
    side: fill.side,
    price: formatDecimal(fill.price),
    quantity: formatDecimal(fill.quantity),
    leaves: formatDecimal(fill.leaves),
    fee: formatDecimal(fill.fee),
    fee_asset: fill.feeAsset,
    liquidity: fill.liquidity,
  }))
  const inserted = await tx.query(
    `${insertOf('fills', rows)} on conflict (account, instrument, trade_id) do nothing returning seq`,
    [JSON.stringify(rows)],
  )
  return new Set(inserted.map((row) => Number(row['seq'])))
}

async function readPortfolio(tx: Sql, run: RunRecord): Promise<Portfolio> {
  const portfolio = createPortfolio(run.cash)
  const [cash] = await tx.query(
    'select amount::text as amount, fees::text as fees from cash where account = $1 and asset = $2 for update',
    [run.account, run.instrument.quote],
  )
  assert(cash !== undefined, 'a run has a cash row')
  portfolio.cash = money(textAt(cash, 'amount'))
  portfolio.fees = money(textAt(cash, 'fees'))
  const fees = await tx.query('select asset, amount::text as amount from fees where account = $1', [
    run.account,
  ])
  for (const row of fees) portfolio.feesByAsset.set(textAt(row, 'asset'), parseDecimal(textAt(row, 'amount')))
  const positions = await tx.query(
    `select instrument, quantity::text as quantity, cost::text as cost, realized_pnl::text as realized_pnl
     from positions where account = $1 for update`,
    [run.account],
  )
  for (const row of positions) {
    portfolio.positions.set(textAt(row, 'instrument') as InstrumentId, {
      quantity: quantity(textAt(row, 'quantity')),
      cost: money(textAt(row, 'cost')),
      realizedPnl: money(textAt(row, 'realized_pnl')),
    })
  }
  return portfolio
}

async function writePortfolio(tx: Sql, run: RunRecord, portfolio: Portfolio, seq: number): Promise<void> {
  const { account, instrument } = run
  await tx.query(
    'update cash set amount = $3, fees = $4, updated_seq = $5 where account = $1 and asset = $2',
    [account, instrument.quote, formatDecimal(portfolio.cash), formatDecimal(portfolio.fees), seq],
  )
  for (const [asset, amount] of portfolio.feesByAsset) {
    await tx.query(
      `insert into fees (account, asset, amount) values ($1, $2, $3)
       on conflict (account, asset) do update set amount = excluded.amount`,
      [account, asset, formatDecimal(amount)],
    )
  }
  for (const [id, position] of portfolio.positions) {
    const { quantity: held, cost, realizedPnl } = position
    await tx.query(
      `insert into positions (account, instrument, quantity, cost, realized_pnl, updated_seq)
       values ($1, $2, $3, $4, $5, $6)
       on conflict (account, instrument) do update set quantity = excluded.quantity, cost = excluded.cost,
         realized_pnl = excluded.realized_pnl, updated_seq = excluded.updated_seq`,
      [account, id, formatDecimal(held), formatDecimal(cost), formatDecimal(realizedPnl), seq],
    )
  }
}

async function projectCommands(tx: Sql, entries: readonly LogEntry[]): Promise<void> {
  for (const { event, seq } of entries) if (event.kind === 'command') await projectState(tx, event, seq)
}

async function projectState(tx: Sql, command: Command, seq: number): Promise<void> {
  const states: ScopeStates = new Map()
  applyStateCommand(states, command)
  const state = states.get(command.scope) ?? (command.action === 'resume' ? 'active' : null)
  if (state === null) return
  await tx.query(
    `insert into kill (scope, state, actor, reason, seq) values ($1, $2, $3, $4, $5)
     on conflict (scope) do update set state = excluded.state, actor = excluded.actor,
       reason = excluded.reason, seq = excluded.seq`,
    [command.scope, state, command.actor, command.reason, seq],
  )
}
