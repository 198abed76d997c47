import { LEASE_MS } from '../../engine/lease.ts'
import type { LeaseStore } from '../../engine/lease.ts'
import { numberAt } from './sql.ts'
import type { SqlDatabase } from './sql.ts'

const UNTIL = `clock_timestamp() + interval '${LEASE_MS} milliseconds'`

/**
 * Leases as rows, timed by the clock of the database alone. A row is locked only when its lease is over, so
 * that those who stand by do not hold up its owner; the condition is judged again once the lock is had.
 */
export function createLeaseStore(db: SqlDatabase): LeaseStore {
  return {
    async acquire(role, partition, owner) {
      const [row] = await db.query(
        `insert into partition (role, p, next_seq, owner, epoch, lease_until)
         select $1, $2, 1, $3, 1, ${UNTIL}
         where not exists (
           select from partition where role = $1 and p = $2 and lease_until >= clock_timestamp())
         on conflict (role, p) do update
           set owner = excluded.owner, epoch = partition.epoch + 1, lease_until = ${UNTIL}
           where partition.lease_until < clock_timestamp()
         returning epoch`,
        [role, partition, owner],
      )
      return row === undefined ? null : { role, partition, owner, epoch: numberAt(row, 'epoch') }
    },
    async renew({ role, partition, owner, epoch }) {
      const rows = await db.query(
        `update partition set lease_until = ${UNTIL}
         where role = $1 and p = $2 and owner = $3 and epoch = $4 returning epoch`,
        [role, partition, owner, epoch],
      )
      return rows.length > 0
    },
    async release({ role, partition, owner, epoch }) {
      await db.query(
        `update partition set lease_until = '-infinity'
         where role = $1 and p = $2 and owner = $3 and epoch = $4`,
        [role, partition, owner, epoch],
      )
    },
  }
}
