import { setTimeout as sleep } from 'node:timers/promises'
import { auditData } from '../../src/adapters/postgres/audit-data.ts'
import type { InvariantResult } from '../../src/adapters/postgres/audit-findings.ts'
import { parseVenueLedger } from '../../src/adapters/postgres/audit-venue.ts'
import type { VenueLedger } from '../../src/adapters/postgres/audit-venue.ts'
import { digest } from '../../src/adapters/system/digest.ts'
import type { Cluster } from './cluster.ts'

export type Verdict = Readonly<{
  orders: number
  fills: number
  /** Trades of the venue that are not booked, and fills that are no trade of the venue. */
  lost: number
  /** Client order ids that arrived at the venue more than once. */
  doubled: number
  violations: readonly string[]
}>

const QUIET_MS_MAX = 120_000

/** Halts everything, waits until no order is open or in doubt, and compares books, log and venue. */
export async function judge(cluster: Cluster): Promise<Verdict> {
  await fetch(`${cluster.venueUrl}/sim/faults`, { method: 'DELETE' })
  await retry(() => cluster.cdb('kill', '--reason', 'the run is over', '--actor', 'chaos'))
  const isQuiet = await quiet(cluster)
  const text = await (await fetch(`${cluster.venueUrl}/sim/ledger`)).text()
  const ledger = parseVenueLedger(text)
  const results = await auditNow(cluster, ledger)
  const violations = results.filter(({ ok }) => !ok).map(({ id, detail }) => `${id}: ${detail}`)
  if (!isQuiet) violations.push(`I3: orders were still open ${QUIET_MS_MAX / 1_000} s after the faults`)
  const fills = await cluster.db.query('select trade_id from fills')
  const booked = new Set(fills.map((row) => String(row['trade_id'])))
  const traded = new Set(ledger.trades.map(({ tradeId }) => tradeId))
  const lost =
    [...traded].filter((id) => !booked.has(id)).length + [...booked].filter((id) => !traded.has(id)).length
  const doubled = ledger.orders.filter(({ posts }) => posts > 1).length
  const [row] = await cluster.db.query('select count(*) as count from orders')
  return { orders: Number(row?.['count']), fills: booked.size, lost, doubled, violations }
}

/** The invariants as they stand, once the database answers. */
export const auditNow = (cluster: Cluster, ledger: VenueLedger | null): Promise<readonly InvariantResult[]> =>
  retry(() => auditData(cluster.db, digest, ledger))

async function quiet({ db }: Cluster): Promise<boolean> {
  const endMs = performance.now() + QUIET_MS_MAX
  let calm = 0
  while (performance.now() < endMs) {
    const [row] = await db.query('select count(*) as open from open_orders').catch(() => [])
    calm = row !== undefined && Number(row['open']) === 0 ? calm + 1 : 0
    if (calm >= 5) return true
    await sleep(1_000)
  }
  return false
}

async function retry<T>(task: () => Promise<T>): Promise<T> {
  for (let count = 1; ; count++) {
    try {
      return await task()
    } catch (error) {
      if (count === 20) throw error
      await sleep(1_000)
    }
  }
}
