/** What can be led: one process at a time acts for a role and partition, the others stand by. */
export const roles = ['ws', 'signal', 'risk', 'execution', 'db-writer'] as const
export type Role = (typeof roles)[number]

/**
 * The right to act for a role and partition, until it is taken over. The epoch grows with every owner, so
 * that what an owner of old still writes is known and refused.
 */
export type Lease = Readonly<{ role: Role; partition: number; owner: string; epoch: number }>

/** A lease lasts this long from each renewal, by the clock of the store. */
export const LEASE_MS = 10_000
export const RENEW_MS = 3_000
/** An owner stops acting this long before its lease ends. */
export const LEASE_MARGIN_MS = 2_000

/** Leases as rows of the database. Every call throws CDB_DATABASE_UNREACHABLE where it cannot be had. */
export interface LeaseStore {
  /** The lease with the next epoch; null while another owner's has not ended. */
  acquire(role: Role, partition: number, owner: string): Promise<Lease | null>
  /** False when it is no longer this owner's. */
  renew(lease: Lease): Promise<boolean>
  /** Ends it now, so that a standby need not wait. Does nothing when it is no longer this owner's. */
  release(lease: Lease): Promise<void>
}
