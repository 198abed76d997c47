import { formatDecimal, parseDecimal } from '../../domain/decimal.ts'
import { positionOf } from '../../engine/portfolio.ts'
import type { Digest } from '../../engine/ports.ts'
import type { AuditFindings } from './audit-findings.ts'
import { takesFromBuckets } from './audit-log.ts'
import type { LogFold } from './audit-log.ts'
import { numberAt, textAt } from './sql.ts'
import type { Row, Sql } from './sql.ts'

/** An order that waits for an answer longer than this, by the time of the log, is stuck. */
const ANSWER_MS_MAX = 120_000
/** Every order that a halt found open gets its cancel within this. */
const CANCEL_MS_MAX = 10_000

/** What the whole log must have come to, once all of it has been read. */
export function auditEnd(fold: LogFold, findings: AuditFindings, riskSeq: number): void {
  const waiting = ['approved', 'submitting', 'unknown', 'cancelPending']
  for (const { request, state, updatedMs } of fold.orders.values()) {
    const waitedMs = fold.newestMs - updatedMs
    const isStuck = waiting.includes(state) && waitedMs > ANSWER_MS_MAX
    findings.check('I3', !isStuck, () => `order ${request.clientOrderId} is ${state} for ${waitedMs} ms`)
  }
  for (const { id, command } of fold.toCancel) {
    const isOver = fold.newestMs - command.eventMs > CANCEL_MS_MAX
    const isCanceled = fold.canceling.has(id) || !fold.ledger.has(id)
    findings.check('I9', isCanceled || !isOver, () => `order ${id} got no cancel after ${command.id}`)
  }
  for (const seq of fold.lateFills) {
    const isTold = fold.lateAlerts.has(seq) || seq > riskSeq
    findings.check('I14', isTold, () => `the late fill in entry ${seq} was not told as LATE_EVIDENCE`)
  }
}

/** Compares the tables with what follows from the log. */
export async function auditTables(
  db: Sql,
  digest: Digest,
  fold: LogFold,
  findings: AuditFindings,
): Promise<void> {
  await auditOrders(db, fold, findings)
  await auditFills(db, fold, findings)
  await auditBooks(db, fold, findings)
  await auditBuckets(db, fold, findings)
  await auditSettings(db, fold, findings)
  await auditPlaces(db, fold, findings)
  await auditSnapshots(db, digest, findings)
}

async function auditOrders(db: Sql, fold: LogFold, findings: AuditFindings): Promise<void> {
  const rows = await db.query(
    `select client_order_id, slot, state, filled::text as filled, quantity::text as quantity, account,
       approved_seq, updated_seq, overridden from orders`,
  )
  findings.check(
    'I12',
    rows.length === fold.orders.size,
    () => `${rows.length} orders, ${fold.orders.size} on the log`,
  )
  const byId = new Map(rows.map((row) => [textAt(row, 'client_order_id'), row]))
  for (const [id, order] of fold.orders) {
    const row = byId.get(id)
    const told = [
      order.request.slot,
      order.state,
      order.filled,
      order.request.quantity,
      order.request.account,
    ]
    const kept =
      row === undefined
        ? []
        : [
            textAt(row, 'slot'),
            textAt(row, 'state'),
            exactAt(row, 'filled'),
            exactAt(row, 'quantity'),
            textAt(row, 'account'),
          ]
    const isSame =
      row !== undefined &&
      told.every((value, index) => value === kept[index]) &&
      numberAt(row, 'approved_seq') === order.approvedSeq &&
      numberAt(row, 'updated_seq') === order.updatedSeq &&
      row['overridden'] === order.isOverridden
    findings.check('I12', isSame, () => `order ${id} is ${kept.join(' ')} and on the log ${told.join(' ')}`)
  }
}

const exactAt = (row: Row, column: string): bigint => parseDecimal(textAt(row, column))

async function auditFills(db: Sql, fold: LogFold, findings: AuditFindings): Promise<void> {
  const rows = await db.query(
    `select account, instrument, trade_id, client_order_id, side, price::text as price,
       quantity::text as quantity, fee::text as fee, fee_asset from fills`,
  )
  findings.check(
    'I4',
    rows.length === fold.fills.size,
    () => `${rows.length} fills, ${fold.fills.size} on the log`,
  )
  for (const row of rows) {
    const id = textAt(row, 'trade_id')
    const fill = fold.fills.get(`${textAt(row, 'account')}/${textAt(row, 'instrument')}/${id}`)
    const isSame =
      fill !== undefined &&
      fill.clientOrderId === textAt(row, 'client_order_id') &&
      fill.side === textAt(row, 'side') &&
      fill.price === exactAt(row, 'price') &&
      fill.quantity === exactAt(row, 'quantity') &&
      fill.fee === exactAt(row, 'fee') &&
      fill.feeAsset === textAt(row, 'fee_asset')
    findings.check('I4', isSame, () => `the fill of trade ${id} is not as on the log`)
  }
}

/**
 * I5: positions and cash are the sums of the fills; the statements of the embedded audit say the same in
 * SQL.
 */
async function auditBooks(db: Sql, fold: LogFold, findings: AuditFindings): Promise<void> {
  const { portfolio, run } = fold
  const position = positionOf(portfolio, run.instrument.id)
  const rows = await db.query(
    `select instrument, quantity::text as quantity, cost::text as cost, realized_pnl::text as realized_pnl
     from positions`,
  )
  const held = rows.find((row) => textAt(row, 'instrument') === run.instrument.id)
  const kept = held === undefined ? 0n : exactAt(held, 'quantity')
  findings.check(
    'I5',
    kept === position.quantity,
    () => `the position is ${formatDecimal(kept)}, and by the fills ${formatDecimal(position.quantity)}`,
  )
  if (held !== undefined) {
    const isSame =
      exactAt(held, 'cost') === position.cost && exactAt(held, 'realized_pnl') === position.realizedPnl
    findings.check('I12', isSame, () => 'cost or profit of the position is not as the log has it')
  }
  findings.check('I5', rows.length <= 1, () => `there are ${rows.length} positions in one instrument`)
  const [cash] = await db.query('select amount::text as amount, fees::text as fees from cash')
  const amount = cash === undefined ? 0n : exactAt(cash, 'amount')
  findings.check(
    'I5',
    amount === portfolio.cash,
    () => `cash is ${formatDecimal(amount)}, and by the fills ${formatDecimal(portfolio.cash)}`,
  )
  const isPaid = cash !== undefined && exactAt(cash, 'fees') === portfolio.fees
  findings.check('I5', isPaid, () => 'the fees in quote are not those of the fills')
  for (const row of await db.query('select asset, amount::text as amount from fees')) {
    const asset = textAt(row, 'asset')
    const isSame = exactAt(row, 'amount') === (portfolio.feesByAsset.get(asset) ?? 0n)
    findings.check('I5', isSame, () => `the fees in ${asset} are not those of the fills`)
  }
}

async function auditBuckets(db: Sql, fold: LogFold, findings: AuditFindings): Promise<void> {
  const working = ['accepted', 'partiallyFilled', 'cancelPending']
  const taking = [...fold.orders.values()].filter(takesFromBuckets)
  const used = taking.filter(({ state }) => working.includes(state)).length
  const reserved = taking.length - used
  const rows = await db.query(
    `select scope, trunc(lim) as lim, trunc(reserved) as reserved, trunc(used) as used,
       risk_bucket.lim < risk_bucket.reserved + risk_bucket.used as is_above from risk_bucket`,
  )
  findings.check('I8', rows.length === 2, () => `there are ${rows.length} buckets of open orders`)
  for (const row of rows) {
    const scope = textAt(row, 'scope')
    const isSame = numberAt(row, 'reserved') === reserved && numberAt(row, 'used') === used
    findings.check(
      'I8',
      isSame,
      () =>
        `the bucket of ${scope} is not ${reserved} + ${used}: ${textAt(row, 'reserved')} + ${textAt(row, 'used')}`,
    )
    const key = scope.startsWith('account:') ? 'C12.accountMax' : 'C12.instrumentMax'
    const lim = Number(fold.limits.get(key))
    findings.check(
      'I8',
      numberAt(row, 'lim') === lim,
      () => `the bucket of ${scope} has limit ${textAt(row, 'lim')}, ordered is ${lim}`,
    )
    const isLowered = fold.limits.get(key) !== fold.run.limits.get(key)
    findings.check(
      'I8',
      row['is_above'] !== true || isLowered,
      () => `the bucket of ${scope} is above its limit`,
    )
  }
}

/** Kill states and limits are what people ordered, and nothing else. */
async function auditSettings(db: Sql, fold: LogFold, findings: AuditFindings): Promise<void> {
  const kept = new Map<string, string>()
  for (const row of await db.query('select scope, state, actor from kill')) {
    if (textAt(row, 'state') !== 'active') kept.set(textAt(row, 'scope'), textAt(row, 'state'))
    findings.check(
      'I18',
      textAt(row, 'actor') !== '',
      () => `the state of ${textAt(row, 'scope')} has no actor`,
    )
  }
  for (const scope of new Set([...kept.keys(), ...fold.states.keys()])) {
    const isSame = kept.get(scope) === fold.states.get(scope)
    findings.check(
      'I12',
      isSame,
      () => `${scope} is ${kept.get(scope) ?? 'active'}, ordered is ${fold.states.get(scope) ?? 'active'}`,
    )
  }
  for (const row of await db.query('select param, value from limits')) {
    const param = textAt(row, 'param')
    const ordered = fold.limits.get(param)
    findings.check(
      'I18',
      textAt(row, 'value') === ordered,
      () => `the limit ${param} is ${textAt(row, 'value')}, ordered is ${ordered ?? 'none'}`,
    )
  }
}

/**
 * The log ends where its partition says, consumers are within it, and no entry is of an epoch not given
 * yet.
 */
async function auditPlaces(db: Sql, fold: LogFold, findings: AuditFindings): Promise<void> {
  const rows = await db.query('select role, p, next_seq, epoch from partition')
  const log = rows.find((row) => textAt(row, 'role') === 'trading')
  const head = log === undefined ? -1 : numberAt(log, 'next_seq') - 1
  findings.check(
    'I6',
    head === fold.head,
    () => `the log ends at entry ${fold.head}, its partition says ${head}`,
  )
  for (const [writer, epoch] of fold.epochs) {
    const lease = rows.find((row) => textAt(row, 'role') === writer && numberAt(row, 'p') === 0)
    const newest = lease === undefined ? 0 : numberAt(lease, 'epoch')
    findings.check(
      'I7',
      epoch <= newest,
      () => `${writer} wrote with epoch ${epoch}; its lease is at ${newest}`,
    )
  }
  for (const row of await db.query('select consumer, seq from cursor where p = 0')) {
    const seq = numberAt(row, 'seq')
    findings.check(
      'I6',
      seq <= fold.head,
      () => `${textAt(row, 'consumer')} is at entry ${seq} of ${fold.head}`,
    )
  }
}

async function auditSnapshots(db: Sql, digest: Digest, findings: AuditFindings): Promise<void> {
  for (const row of await db.query('select consumer, seq, state, sha256 from snapshot')) {
    const isWhole = digest(textAt(row, 'state')) === textAt(row, 'sha256')
    findings.check(
      'I12',
      isWhole,
      () => `the snapshot of ${textAt(row, 'consumer')} at ${textAt(row, 'seq')} is damaged`,
    )
  }
}
