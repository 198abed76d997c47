import type { Clock } from './clock.ts'
import type { LeaseStore } from './lease.ts'
import type { Telemetry } from './telemetry.ts'

/** What every service is given. */
export type ServiceBase = Readonly<{
  /** Names this process among the replicas; a new one at every start. */
  owner: string
  partition: number
  leases: LeaseStore
  clock: Clock
  telemetry: Telemetry
  /** Aborted: finish what is in hand, hand the lease over and return. */
  signal: AbortSignal
}>
