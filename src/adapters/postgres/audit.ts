import { numberAt } from './sql.ts'
import type { Sql } from './sql.ts'

/** A statement that must hold, and the SQL that counts where it does not. */
export type Invariant = Readonly<{ name: string; sql: string }>

/**
 * Checked by `cdb doctor` and after every crash test; docs/reference/data-folder.md lists them for use by
 * hand.
 */
export const invariants: readonly Invariant[] = [
  {
    name: 'the log is gapless and ends where its partition says',
    sql: `select count(*) as broken from partition where next_seq - 1 <>
      (select count(*) from event_log where event_log.role = partition.role and event_log.p = partition.p)
      or next_seq - 1 <> coalesce((select max(seq) from event_log
        where event_log.role = partition.role and event_log.p = partition.p), 0)`,
  },
  {
    name: 'every entry carries the hash of the one before it',
    sql: `select count(*) as broken from (
      select prev_hash, lag(hash, 1, '') over (partition by role, p order by seq) as hash_before from event_log
    ) as chain where prev_hash <> hash_before`,
  },
  {
    name: 'every approval on the log is one order, and no other order exists',
    sql: `select count(*) as broken from orders full join
      (select seq from event_log where kind = 'approved') as approvals on approvals.seq = orders.approved_seq
      where approvals.seq is null or orders.approved_seq is null`,
  },
  {
    name: 'an order was filled by what its fills sum to',
    sql: `select count(*) as broken from orders where state not in ('canceled', 'expired') and filled <>
      coalesce((select sum(quantity) from fills where fills.client_order_id = orders.client_order_id), 0)`,
  },
  {
    name: 'an order is filled exactly when nothing is left of it',
    sql: `select count(*) as broken from orders where (state = 'filled') <> (filled = quantity)`,
  },
  {
    name: 'every fill on the log is booked once, on an order that was approved before it',
    sql: `select count(*) as broken from fills left join orders using (client_order_id)
      where approved_seq is null or approved_seq >= seq
        or not exists (select from event_log where event_log.seq = fills.seq and kind = 'filled')`,
  },
  {
    name: 'a position is the sum of its fills, less fees taken in its own asset',
    sql: `select count(*) as broken from run, positions full join (
      select fills.account, fills.instrument,
        sum(case side when 'buy' then quantity else -quantity end
          - case when fee_asset = base_asset then fee else 0 end) as held
      from fills, run group by fills.account, fills.instrument
    ) as summed on summed.account = positions.account and summed.instrument = positions.instrument
    where coalesce(positions.quantity, 0) <> coalesce(summed.held, 0)`,
  },
  {
    name: 'cash is what there was at the start, less what was bought, plus what was sold, less fees in quote',
    sql: `select count(*) as broken from cash where amount <> start + coalesce((
      select sum(case side when 'buy' then -1 else 1 end * round(price * quantity, 12)
        - case when fee_asset = cash.asset then fee else 0 end)
      from fills where fills.account = cash.account), 0)`,
  },
  {
    name: 'the fee account is the sum of the fees of all fills',
    sql: `select count(*) as broken from fees where amount <>
      (select sum(fee) from fills where fills.account = fees.account and fee_asset = fees.asset)`,
  },
]

export type AuditResult = Readonly<{ name: string; broken: number }>

export async function audit(db: Sql): Promise<readonly AuditResult[]> {
  const results: AuditResult[] = []
  for (const { name, sql } of invariants) {
    const [row] = await db.query(sql)
    results.push({ name, broken: row === undefined ? 1 : numberAt(row, 'broken') })
  }
  return results
}
