import { CdbError } from '../domain/errors.ts'
import { LEASE_MARGIN_MS, LEASE_MS, RENEW_MS } from './lease.ts'
import type { Lease, Role } from './lease.ts'
import type { ServiceBase } from './service.ts'

/** Whether this process may act for its role. */
export type Leadership = Readonly<{
  /** The lease while acting is allowed; null before it is had and whenever its end is too near. */
  current(): Lease | null
  /** The lease once it is had; null when the service is told to stop before. */
  gained(): Promise<Lease | null>
}>

/** A standby asks this often. */
const RETRY_MS = 500

type State = {
  lease: Lease | null
  /** Monotonic time after which nothing may be done under the lease. */
  deadlineMs: number
  readonly waiting: ((lease: Lease | null) => void)[]
  /** Why the lease could not be kept. */
  failure: Error | null
}

/**
 * Runs a service's work beside the keeping of its lease: acquires, renews, and when the work has returned
 * hands the lease over at once. The work gets a signal that is aborted when the service is told to stop or
 * the lease is lost; it then finishes what is in hand and returns, and the lease is renewed until it has.
 * The local deadline counts from the start of each renewal on the monotonic clock, so a pause of the
 * process cannot stretch it. Throws CDB_FENCED when the lease has passed to another process, and what the
 * work throws.
 */
export async function runLed(
  base: ServiceBase,
  role: Role,
  work: (leadership: Leadership, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const state: State = { lease: null, deadlineMs: -Infinity, waiting: [], failure: null }
  const stop = new AbortController()
  const abort = (): void => {
    stop.abort()
    settle(state, null)
  }
  base.signal.addEventListener('abort', abort, { once: true })
  if (base.signal.aborted) abort()
  const keeping = new AbortController()
  const kept = keep(base, role, state, keeping.signal).catch((error: unknown) => {
    state.failure = error instanceof Error ? error : new Error(String(error))
    abort()
  })
  try {
    await work(leadershipOf(base, state, stop.signal), stop.signal)
    if (state.failure !== null) throw state.failure
  } finally {
    keeping.abort()
    base.signal.removeEventListener('abort', abort)
    await kept
    await handOver(base, state)
  }
}

const leadershipOf = ({ clock }: ServiceBase, state: State, signal: AbortSignal): Leadership => ({
  current: () => (clock.monotonicMs() < state.deadlineMs ? state.lease : null),
  gained: () =>
    state.lease !== null || signal.aborted
      ? Promise.resolve(state.lease)
      : new Promise((resolve) => state.waiting.push(resolve)),
})

async function keep(base: ServiceBase, role: Role, state: State, signal: AbortSignal): Promise<void> {
  const { clock, telemetry } = base
  while (!signal.aborted) {
    const startMs = clock.monotonicMs()
    let waitMs = RETRY_MS
    try {
      await acquireOrRenew(base, role, state, startMs)
      if (state.lease !== null) waitMs = RENEW_MS
      telemetry.ready('lease store', '')
    } catch (error) {
      if (!(error instanceof CdbError) || error.code !== 'CDB_DATABASE_UNREACHABLE') throw error
      telemetry.ready('lease store', error.message)
    }
    await clock.sleep(waitMs, signal)
  }
}

async function acquireOrRenew(base: ServiceBase, role: Role, state: State, startMs: number): Promise<void> {
  const { leases, owner, partition, telemetry } = base
  if (state.lease === null) {
    const lease = await leases.acquire(role, partition, owner)
    if (lease === null) return
    state.lease = lease
    state.deadlineMs = startMs + LEASE_MS - LEASE_MARGIN_MS
    telemetry.count('lease_takeovers_total')
    telemetry.set('lease_held', 1)
    telemetry.log('info', 'leads', { role, partition, epoch: lease.epoch })
    settle(state, lease)
    return
  }
  if (await leases.renew(state.lease)) {
    state.deadlineMs = startMs + LEASE_MS - LEASE_MARGIN_MS
    return
  }
  state.deadlineMs = -Infinity
  throw new CdbError('CDB_FENCED', `the lease of ${role} ${partition} has passed to another process`)
}

function settle(state: State, lease: Lease | null): void {
  for (const resolve of state.waiting.splice(0)) resolve(lease)
}

/** Best effort: a lease that cannot be handed over ends by itself. */
async function handOver({ leases, telemetry }: ServiceBase, state: State): Promise<void> {
  const { lease } = state
  state.deadlineMs = -Infinity
  telemetry.set('lease_held', 0)
  if (lease === null) return
  try {
    await leases.release(lease)
  } catch (error) {
    telemetry.log('warn', 'the lease could not be handed over', { error: String(error) })
  }
}
