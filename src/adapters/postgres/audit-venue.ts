import { formatDecimal, parseDecimal } from '../../domain/decimal.ts'
import { CdbError } from '../../domain/errors.ts'
import { isTerminal } from '../../domain/order.ts'
import type { ClientOrderId } from '../../domain/order.ts'
import { positionOf } from '../../engine/portfolio.ts'
import type { AuditFindings } from './audit-findings.ts'
import type { LogFold } from './audit-log.ts'

/** What a venue booked, as its ledger tells it: amounts are decimal text. */
export type VenueLedger = Readonly<{
  orders: readonly Readonly<{ clientOrderId: string; posts: number; state: string; filled: string }>[]
  trades: readonly VenueLedgerTrade[]
  balances: Readonly<Record<string, string>>
}>
type VenueLedgerTrade = Readonly<{
  tradeId: string
  clientOrderId: string
  side: string
  price: string
  quantity: string
  fee: string
  feeAsset: string
}>

/** Reads a ledger. Throws CDB_FILE_CORRUPT on anything that is none. */
export function parseVenueLedger(text: string): VenueLedger {
  let ledger: Partial<VenueLedger>
  try {
    ledger = JSON.parse(text) as Partial<VenueLedger>
  } catch (error) {
    throw new CdbError('CDB_FILE_CORRUPT', 'the venue ledger is not JSON', { cause: error })
  }
  const { orders, trades, balances } = ledger
  if (Array.isArray(orders) && Array.isArray(trades) && typeof balances === 'object') {
    return ledger as VenueLedger
  }
  throw new CdbError('CDB_FILE_CORRUPT', 'the venue ledger lacks orders, trades or balances')
}

/** Client order ids of ours begin so; the orders of others are no business of the log. */
const PREFIX = 'cdb'

/** Compares the log with the venue's books after both have come to rest. */
export function auditVenue(ledger: VenueLedger, fold: LogFold, findings: AuditFindings): void {
  for (const { clientOrderId: id, posts, state, filled } of ledger.orders) {
    if (!id.startsWith(PREFIX)) continue
    findings.check('I1', posts <= 1, () => `the venue got ${posts} posts of order ${id}`)
    findings.check('I2', fold.submitted.has(id), () => `the venue has order ${id}, which was never submitted`)
    const order = fold.orders.get(id as ClientOrderId)
    findings.check('I11', order !== undefined, () => `the venue has order ${id}, which nobody approved`)
    if (order === undefined) continue
    const isOver = state !== 'open'
    const isAgreed = isTerminal(order.state) === isOver && order.filled === parseDecimal(filled)
    findings.check(
      'I3',
      isAgreed,
      () => `order ${id} is ${order.state} here and ${state}, ${filled} filled, there`,
    )
  }
  auditTrades(ledger, fold, findings)
  auditBalances(ledger, fold, findings)
}

function auditTrades({ trades }: VenueLedger, fold: LogFold, findings: AuditFindings): void {
  const booked = new Map([...fold.fills.values()].map((fill) => [fill.tradeId, fill]))
  const ours = trades.filter(({ clientOrderId }) => clientOrderId.startsWith(PREFIX))
  for (const trade of ours) {
    const fill = booked.get(trade.tradeId)
    const isSame =
      fill !== undefined &&
      fill.clientOrderId === trade.clientOrderId &&
      fill.side === trade.side &&
      fill.price === parseDecimal(trade.price) &&
      fill.quantity === parseDecimal(trade.quantity) &&
      fill.fee === parseDecimal(trade.fee) &&
      fill.feeAsset === trade.feeAsset
    findings.check(
      'I4',
      isSame,
      () => `trade ${trade.tradeId} of order ${trade.clientOrderId} is not booked as it was`,
    )
  }
  const known = new Set(ours.map(({ tradeId }) => tradeId))
  findings.check('I4', known.size === ours.length, () => 'the venue lists a trade twice')
  for (const id of booked.keys()) {
    findings.check('I4', known.has(id), () => `fill ${id} is no trade of the venue`)
  }
}

function auditBalances({ balances }: VenueLedger, fold: LogFold, findings: AuditFindings): void {
  const { run, portfolio } = fold
  const expected = {
    [run.instrument.base]: positionOf(portfolio, run.instrument.id).quantity,
    [run.instrument.quote]: portfolio.cash,
  }
  for (const [asset, amount] of Object.entries(expected)) {
    const there = balances[asset]
    if (there === undefined) continue
    findings.check(
      'I5',
      parseDecimal(there) === amount,
      () => `the venue has ${there} ${asset}, the books ${formatDecimal(amount)}`,
    )
  }
}
