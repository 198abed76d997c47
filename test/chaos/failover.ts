import type { Role } from '../../src/engine/lease.ts'
import { roles } from '../../src/engine/lease.ts'
import type { SqlDatabase } from '../../src/adapters/postgres/sql.ts'

const POLL_MS = 50

/** Measures from the loss of a leader to the next lease of its role, by the database. */
export type FailoverWatch = Readonly<{
  lost(role: Role): void
  /** In ms, in the order they ended. */
  times(): readonly number[]
  stop(): void
}>

export function watchFailovers(db: SqlDatabase): FailoverWatch {
  const times: number[] = []
  const lostAt = new Map<Role, Readonly<{ ms: number; epoch: number }>>()
  const epochs = new Map<Role, number>()
  let isBusy = false
  const look = async (): Promise<void> => {
    const rows = await db.query('select role, epoch::text as epoch from partition')
    for (const row of rows) {
      const role = roles.find((each) => each === row['role'])
      if (role === undefined) continue
      const epoch = Number(row['epoch'])
      epochs.set(role, epoch)
      const lost = lostAt.get(role)
      if (lost === undefined || epoch <= lost.epoch) continue
      times.push(performance.now() - lost.ms)
      lostAt.delete(role)
    }
  }
  const timer = setInterval(() => {
    if (isBusy) return
    isBusy = true
    // While the database is away itself, the time goes on.
    void look()
      .catch(() => undefined)
      .finally(() => {
        isBusy = false
      })
  }, POLL_MS)
  return {
    lost(role) {
      if (!lostAt.has(role)) lostAt.set(role, { ms: performance.now(), epoch: epochs.get(role) ?? 0 })
    },
    times: () => times,
    stop() {
      clearInterval(timer)
    },
  }
}
