import { setTimeout as sleep } from 'node:timers/promises'
import type { Role } from '../../src/engine/lease.ts'
import type { Random } from '../../src/engine/random.ts'
import type { Cluster } from './cluster.ts'

/** What rows act on. */
export type RowContext = Readonly<{
  cluster: Cluster
  random: Random
  /** A replica was killed or stopped: the failover of its role is measured from here. */
  lost(role: Role, isLeader: boolean): void
}>

/** One line of the fault matrix: injects, waits and takes the fault away again; says what it has done. */
export type Row = Readonly<{
  /** Of reliability's fault matrix. */
  row: number
  title: string
  /** Whether it takes so long or so much that a campaign does it seldom. */
  isHeavy?: boolean
  inject(context: RowContext): Promise<string>
}>

/** Kills the replica that leads, or any when none does. */
export async function killLeader(context: RowContext, role: Role): Promise<string> {
  const { cluster, lost, random } = context
  const members = cluster.membersOf(role)
  const leader = await cluster.leaderOf(role)
  const chosen = leader ?? members[Math.floor(random() * members.length)]
  if (chosen === undefined) return `${role}: none runs`
  lost(role, leader !== null)
  chosen.kill()
  return `kill -9 of ${chosen.name}${leader === null ? '' : ', the leader'}`
}

const POLL_MS = 5

/** Waits for the next entry of a kind on the log; false when none came within the time. */
export async function nextEntry({ cluster }: RowContext, kind: string, withinMs: number): Promise<boolean> {
  const newest = async (): Promise<number> => {
    const [row] = await cluster.db.query(
      "select coalesce(max(seq), 0) as seq from event_log where role = 'trading' and kind = $1",
      [kind],
    )
    return Number(row?.['seq'])
  }
  const startSeq = await newest()
  const endMs = performance.now() + withinMs
  while (performance.now() < endMs) {
    if ((await newest()) > startSeq) return true
    await sleep(POLL_MS)
  }
  return false
}

/** Kills the leader of a role as soon as an entry of a kind is on the log. */
export async function killAfter(context: RowContext, kind: string, role: Role): Promise<string> {
  const isThere = await nextEntry(context, kind, 15_000)
  const done = await killLeader(context, role)
  return isThere ? `${done}, at the next ${kind}` : `${done}; no ${kind} came before`
}

/** Arms a fault of the venue. */
export async function venueFault(
  { cluster }: RowContext,
  fault: Readonly<Record<string, unknown>>,
): Promise<void> {
  const response = await fetch(`${cluster.venueUrl}/sim/faults`, {
    method: 'POST',
    body: JSON.stringify(fault),
  })
  if (!response.ok) throw new Error(`the venue refused the fault: ${await response.text()}`)
}

/** Stops a replica for a time, as a long pause would. */
export async function pauseLeader(context: RowContext, role: Role, ms: number): Promise<string> {
  const leader = await context.cluster.leaderOf(role)
  if (leader === null) return `${role}: none leads`
  if (ms > 10_000) context.lost(role, true)
  leader.signal('SIGSTOP')
  await sleep(ms)
  leader.signal('SIGCONT')
  return `${leader.name} paused for ${ms} ms`
}
