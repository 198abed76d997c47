import { rm } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { roles } from '../../src/engine/lease.ts'
import type { Role } from '../../src/engine/lease.ts'
import { startCluster } from '../../test/chaos/cluster.ts'
import type { Cluster } from '../../test/chaos/cluster.ts'
import { watchFailovers } from '../../test/chaos/failover.ts'
import { auditNow, judge } from '../../test/chaos/verdict.ts'
import { timesOf } from './figures.ts'
import type { Times } from './figures.ts'
import { residentMemory } from './resident-memory.ts'

export type PipelineOptions = Readonly<{
  seconds: number
  rate: number
  kills: number
  seed: number
  /** Whose leaders are taken away, one after another. */
  takeoversOf: readonly Role[]
}>

export type PipelineBench = Readonly<{
  /** A second, while the load lasted: signals decided, orders approved, orders sent. */
  decisions: number
  approvals: number
  posts: number
  /** Commits of kills under that load, by the command line's own word. */
  kill: Times
  /** From the end of the leader to the next lease, each role once. */
  takeoverKill: Times
  takeoverTerm: Times
  /** Resident memory after the load, in MiB, by service. */
  memory: Readonly<Record<string, number>>
  violations: readonly string[]
  lost: number
  doubled: number
}>

/** Two of each service under more signals than they can decide: a wish at every second trade. */
export async function benchPipeline(options: PipelineOptions): Promise<PipelineBench> {
  const { seconds, rate, kills, seed, takeoversOf } = options
  const cluster = await startCluster({
    seed,
    rate,
    period: '1s',
    wishTrades: 2,
    isDirect: true,
    restartMs: () => 500,
  })
  try {
    await sleep(8_000)
    const before = await countsOf(cluster)
    const startMs = performance.now()
    await sleep(seconds * 1_000)
    const after = await countsOf(cluster)
    const passed = (performance.now() - startMs) / 1_000
    const perSecond = (kind: keyof Counts): number => Math.round((after[kind] - before[kind]) / passed)
    const killMs: number[] = []
    for (let count = 0; count < kills; count++) killMs.push(await killOnce(cluster))
    const memory = Object.fromEntries(roles.map((role) => [role, residentMemory(cluster, role)]))
    const takeoverKill = await takeovers(cluster, takeoversOf, 'SIGKILL')
    const takeoverTerm = await takeovers(cluster, takeoversOf, 'SIGTERM')
    const { violations, lost, doubled } = await judge(cluster)
    const broken = (await auditNow(cluster, null)).filter(({ ok }) => !ok).map(({ id }) => id)
    return {
      decisions: perSecond('decisions'),
      approvals: perSecond('approvals'),
      posts: perSecond('posts'),
      kill: timesOf(killMs),
      ...{ takeoverKill, takeoverTerm, memory, lost, doubled },
      violations: [...violations, ...broken],
    }
  } finally {
    await cluster.stop()
    await rm(cluster.logFolder, { recursive: true, force: true })
  }
}

type Counts = Readonly<{ decisions: number; approvals: number; posts: number }>

async function countsOf({ db }: Cluster): Promise<Counts> {
  const rows = await db.query('select kind, count(*) as count from event_log group by kind')
  const of = (kind: string): number => Number(rows.find((row) => row['kind'] === kind)?.['count'] ?? 0)
  return { decisions: of('approved') + of('denied'), approvals: of('approved'), posts: of('submitting') }
}

/** A strategy that nobody runs, so that the load goes on. */
async function killOnce({ cdb }: Cluster): Promise<number> {
  const said = await cdb('kill', '--scope', 'strategy:none', '--reason', 'bench')
  return Number(/committed in ([\d.]+) ms/.exec(said)?.[1])
}

async function takeovers(cluster: Cluster, taken: readonly Role[], signal: NodeJS.Signals): Promise<Times> {
  const watch = watchFailovers(cluster.db)
  try {
    await sleep(1_000)
    for (const role of taken) {
      const leader = await cluster.leaderOf(role)
      if (leader === null) continue
      const before = watch.times().length
      watch.lost(role)
      leader.signal(signal)
      const endMs = performance.now() + 20_000
      while (watch.times().length === before && performance.now() < endMs) await sleep(20)
      // The next leader must be warm and the one that left be back.
      await sleep(2_000)
    }
    return timesOf(watch.times())
  } finally {
    watch.stop()
  }
}
