import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { auditData } from '../../../src/adapters/postgres/audit-data.ts'
import type { VenueLedger } from '../../../src/adapters/postgres/audit-venue.ts'
import { openMemoryPglite } from '../../../src/adapters/postgres/pglite.ts'
import type { SqlDatabase } from '../../../src/adapters/postgres/sql.ts'
import { digest } from '../../../src/adapters/system/digest.ts'
import { formatDecimal } from '../../../src/domain/decimal.ts'
import type { Mark, TradingEvent } from '../../../src/domain/event.ts'
import type { Fill } from '../../../src/domain/execution-report.ts'
import type { Draft } from '../../../src/engine/trading-log.ts'
import { command } from '../../engine/controls/facts.ts'
import { enterLong, exitLong, runScenario, scripted, tradeAt } from '../../engine/scenario.ts'
import { emptied, writeTrading } from './stored-trading.ts'

let db: SqlDatabase
before(async () => {
  db = await openMemoryPglite()
})
after(() => db.close())

const strategy = scripted({ 10: enterLong, 60: exitLong, 120: enterLong })
const tape = Array.from({ length: 150 }, (_, index) => tradeAt(index + 1, index * 500, 50_000 + (index % 9)))
const { engine, entries } = runScenario({ strategy }, tape)
const drafts: readonly Draft[] = entries.map(({ event, causeSeq, marketSeq }) => ({
  event,
  causeSeq,
  marketSeq,
}))

const indexOf = (kind: TradingEvent['kind'], from = 0): number =>
  drafts.findIndex(({ event }, index) => index >= from && event.kind === kind)
const approvedAt = indexOf('approved')
const submittingAt = indexOf('submitting')

/** The drafts with the event at an index replaced. */
const replaced = (at: number, event: TradingEvent): readonly Draft[] =>
  drafts.map((draft, index) => (index === at ? { ...draft, event } : draft))

const first = drafts[submittingAt]?.event
assert(first?.kind === 'submitting')
const about = {
  ...{ clientOrderId: first.clientOrderId, account: first.account, instrument: first.instrument },
  eventMs: first.eventMs,
}
/** The log as far as the first submission, with what comes after it instead. */
const goneOn = (...events: readonly TradingEvent[]): readonly Draft[] => [
  ...drafts.slice(0, submittingAt + 1),
  ...events.map((event) => ({ event, causeSeq: 0, marketSeq: 0 })),
]
const lastMark = drafts.findLast(({ event }) => event.kind === 'mark')?.event as Mark
const fill = drafts[indexOf('filled')]?.event as Fill
const markBefore = drafts.slice(0, submittingAt).findLastIndex(({ event }) => event.kind === 'mark')
const isStale = drafts.map((draft) =>
  draft.event.kind === 'mark' ? { ...draft, event: { ...draft.event, stale: true } } : draft,
)
const halt = command({ action: 'halt', scope: 'global', subject: '', eventMs: first.eventMs })

const brokenIds = async (ledger: VenueLedger | null = null): Promise<readonly string[]> =>
  (await auditData(db, digest, ledger)).filter(({ ok }) => !ok).map(({ id }) => id)

const written = async (changed: readonly Draft[], sql = ''): Promise<void> => {
  await writeTrading(db, changed)
  if (sql === '') return
  await db.script(`begin; set local session_replication_role = replica; ${sql}; commit`)
}

const MAX_MARK = `(select max(seq) from event_log where kind = 'mark')`
const FIRST_SUBMITTING = `(select min(seq) from event_log where kind = 'submitting')`

/** For each invariant that data can show, a hand that breaks it. */
const damages: Readonly<Record<string, Readonly<{ drafts?: readonly Draft[]; sql?: string }>>> = {
  I1: {
    sql: `update event_log set kind = 'submitting', payload = (select payload from event_log
      where seq = ${FIRST_SUBMITTING}) where seq = ${MAX_MARK}`,
  },
  I2: {
    sql: `update event_log set kind = 'mark', payload = (select payload from event_log where seq = ${MAX_MARK})
      where seq = ${FIRST_SUBMITTING}`,
  },
  I3: { drafts: goneOn({ ...lastMark, eventMs: first.eventMs + 120_001 }) },
  I4: { sql: 'update fills set price = price + 0.01 where seq = (select min(seq) from fills)' },
  I5: { sql: 'update cash set amount = amount - 0.000000000001' },
  I6: { sql: `update partition set next_seq = next_seq + 1 where role = 'trading'` },
  I7: {
    sql: `update event_log set epoch = 0 where seq = (select max(seq) from event_log where writer = 'risk')`,
  },
  I8: { sql: 'update risk_bucket set reserved = reserved + 1' },
  I9: { drafts: replaced(markBefore, halt) },
  I11: { sql: `update event_log set cause_seq = 0 where seq = ${approvedAt + 1}` },
  I12: { sql: `update orders set updated_seq = updated_seq + 1 where approved_seq = ${approvedAt + 1}` },
  I13: {
    drafts: goneOn(
      { kind: 'unknown', ...about, reason: 'no answer' },
      { kind: 'notPlaced', ...about, eventMs: about.eventMs + 13_999, reason: 'not found' },
    ),
  },
  I14: {
    drafts: goneOn({ kind: 'canceled', ...about, reason: 'asked' }, { ...fill, ...about }),
    sql: `update cursor set seq = (select max(seq) from event_log) where consumer = 'risk'`,
  },
  I15: { drafts: isStale },
  I16: {
    sql: `update event_log set payload = replace(payload, '"account":"paper"', '"account":"other"')
      where kind = 'filled'`,
  },
  I17: { sql: `update event_log set payload = replace(payload, 'told to', 'told at') where kind = 'signal'` },
  I18: { sql: `update limits set value = '51' where param = 'C12.accountMax'` },
}

test('the data of a run keeps every invariant, and each says what was looked at', async () => {
  await written(drafts)
  const results = await auditData(db, digest, null)
  assert.deepEqual(
    results.filter(({ ok }) => !ok),
    [],
  )
  assert.deepEqual(
    results.map(({ id }) => id),
    Array.from({ length: 18 }, (_, index) => `I${index + 1}`),
  )
  for (const { id, detail } of results) assert.match(detail, /\w.*\(\d+ checked\)$/, id)
})

for (const [id, damage] of Object.entries(damages)) {
  test(`${id} finds what breaks it`, async () => {
    await written(damage.drafts ?? drafts, damage.sql)
    const broken = await brokenIds()
    assert(broken.includes(id), `found ${broken.join(', ')}`)
  })
}

const orders = new Map<string, { posts: number; state: string; filled: bigint }>()
const trades: Fill[] = []
for (const { event } of drafts) {
  if (event.kind === 'submitting') orders.set(event.clientOrderId, { posts: 1, state: 'open', filled: 0n })
  if (!('clientOrderId' in event)) continue
  const order = orders.get(event.clientOrderId)
  if (order === undefined) continue
  if (event.kind === 'filled') {
    trades.push(event)
    order.filled += event.quantity
    if (event.leaves === 0n) order.state = 'filled'
  }
  if (event.kind === 'canceled' || event.kind === 'expired' || event.kind === 'rejected')
    order.state = event.kind
}

const ledger: VenueLedger = {
  orders: [...orders].map(([clientOrderId, order]) => ({
    clientOrderId,
    ...order,
    filled: formatDecimal(order.filled),
  })),
  trades: trades.map(({ tradeId, clientOrderId, side, price, quantity, fee, feeAsset }) => ({
    ...{ tradeId, clientOrderId, side, feeAsset },
    ...{ price: formatDecimal(price), quantity: formatDecimal(quantity), fee: formatDecimal(fee) },
  })),
  balances: {
    USDT: formatDecimal(engine.portfolio.cash),
    BTC: formatDecimal([...engine.portfolio.positions.values()][0]?.quantity ?? 0n),
  },
}

test('books that agree with the venue keep every invariant', async () => {
  await written(drafts)
  assert.deepEqual(await brokenIds(ledger), [])
})

test('what the venue has and the books do not is found, and the reverse', async () => {
  await written(drafts)
  const [order, ...others] = ledger.orders
  const [trade, ...rest] = ledger.trades
  assert(order !== undefined && trade !== undefined)
  for (const [id, changed] of [
    ['I1', { orders: [{ ...order, posts: 2 }, ...others] }],
    ['I2', { orders: [...ledger.orders, { ...order, clientOrderId: 'cdb0000' }] }],
    ['I3', { orders: [{ ...order, state: 'open' }, ...others] }],
    ['I4', { trades: rest }],
    ['I4', { trades: [...ledger.trades, { ...trade, tradeId: 'more' }] }],
    ['I4', { trades: [{ ...trade, fee: '77' }, ...rest] }],
    ['I5', { balances: { ...ledger.balances, USDT: '1' } }],
  ] as const) {
    const broken = await brokenIds({ ...ledger, ...changed })
    assert.deepEqual(
      broken.filter((found) => found === id),
      [id],
      `${id} of ${broken.join(', ')}`,
    )
  }
})

test('orders and trades of others at the venue are no business of the log', async () => {
  await written(drafts)
  const [order] = ledger.orders
  const [trade] = ledger.trades
  assert(order !== undefined && trade !== undefined)
  const foreign = {
    ...ledger,
    orders: [...ledger.orders, { ...order, clientOrderId: 'web_1' }],
    trades: [...ledger.trades, { ...trade, clientOrderId: 'web_1', tradeId: 'w' }],
  }
  assert.deepEqual(await brokenIds(foreign), [])
})

test('a database without a run of services is refused', async () => {
  await emptied(db)
  await assert.rejects(auditData(db, digest, null), { code: 'CDB_DATA_FOREIGN' })
})
