import type { Lease, LeaseStore, Role } from '../../engine/lease.ts'
import { LEASE_MS } from '../../engine/lease.ts'

/** Leases in memory, for simulation: the same rules as the rows of the database. */
export type MemoryLeaseStore = LeaseStore &
  Readonly<{
    /** Whether a commit under this lease may happen now. */
    holds(lease: Lease): boolean
  }>

type Held = Readonly<{ owner: string; epoch: number; untilMs: number }>

/** `nowMs` is the clock of the store. */
export function createMemoryLeaseStore(nowMs: () => number): MemoryLeaseStore {
  const held = new Map<string, Held>()
  const keyOf = ({ role, partition }: Readonly<{ role: Role; partition: number }>): string =>
    `${role}/${partition}`
  const ofLease = (lease: Lease): Held | null => {
    const row = held.get(keyOf(lease))
    return row !== undefined && row.owner === lease.owner && row.epoch === lease.epoch ? row : null
  }
  const extend = (lease: Lease, untilMs: number): void => {
    held.set(keyOf(lease), { owner: lease.owner, epoch: lease.epoch, untilMs })
  }
  return {
    acquire(role, partition, owner) {
      const row = held.get(keyOf({ role, partition }))
      if (row !== undefined && row.untilMs >= nowMs()) return Promise.resolve(null)
      const lease: Lease = { role, partition, owner, epoch: (row?.epoch ?? 0) + 1 }
      extend(lease, nowMs() + LEASE_MS)
      return Promise.resolve(lease)
    },
    renew(lease) {
      if (ofLease(lease) === null) return Promise.resolve(false)
      extend(lease, nowMs() + LEASE_MS)
      return Promise.resolve(true)
    },
    release(lease) {
      if (ofLease(lease) !== null) extend(lease, -Infinity)
      return Promise.resolve()
    },
    holds(lease) {
      const row = ofLease(lease)
      return row !== null && row.untilMs > nowMs()
    },
  }
}
