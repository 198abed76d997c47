import { setTimeout as sleep } from 'node:timers/promises'
import { roles } from '../../src/engine/lease.ts'
import { createRandom } from '../../src/engine/random.ts'
import { startCluster } from './cluster.ts'
import type { Cluster } from './cluster.ts'
import { watchFailovers } from './failover.ts'
import type { FailoverWatch } from './failover.ts'
import { killLeader } from './row.ts'
import type { Row, RowContext } from './row.ts'
import { auditNow, judge } from './verdict.ts'
import type { Verdict } from './verdict.ts'

export type CampaignOptions = Readonly<{
  seconds: number
  seed: number
  rate: number
  period: string
  /** Rows to choose from; with `inOrder` each is done once, and the time does not matter. */
  rows: readonly Row[]
  inOrder: boolean
  onTold: (line: string) => void
}>

export type CampaignResult = Verdict &
  Readonly<{
    kills: number
    faults: number
    failoverMs: Readonly<{ p50: number; p99: number; max: number }>
    crashes: readonly string[]
    seconds: number
    seed: number
    logFolder: string
  }>

/** Kills come this often, between other faults. */
const KILL_SHARE = 0.65
const HEAVY_SHARE = 0.25
const PAUSE_MS = 2_000
const PAUSE_JITTER_MS = 4_000
const WARM_UP_MS = 6_000

/** Runs two of each service under load, kills and faults, and judges what is left. */
export async function runCampaign(options: CampaignOptions): Promise<CampaignResult> {
  const random = createRandom(options.seed, 'chaos')
  const cluster = await startCluster({ ...options, restartMs: () => 500 + random() * 1_500 })
  const failovers = watchFailovers(cluster.db)
  const counts = { kills: 0, faults: 0 }
  try {
    await sleep(WARM_UP_MS)
    const context: RowContext = {
      cluster,
      random,
      lost(role, isLeader) {
        counts.kills += 1
        if (isLeader) failovers.lost(role)
      },
    }
    const startMs = performance.now()
    if (options.inOrder) await inOrder(options, context, counts)
    else await atRandom(options, context, counts)
    const seconds = Math.round((performance.now() - startMs) / 1_000)
    options.onTold('faults are over: halting, and waiting for every order to end')
    await resumeAll(cluster)
    const verdict = await judge(cluster)
    const crashes = cluster.members.flatMap((member) => member.crashes())
    const { seed } = options
    const { logFolder } = cluster
    return { ...verdict, ...counts, failoverMs: percentiles(failovers), crashes, seconds, seed, logFolder }
  } finally {
    failovers.stop()
    await cluster.stop()
  }
}

type Counts = { kills: number; faults: number }

async function atRandom(options: CampaignOptions, context: RowContext, counts: Counts): Promise<void> {
  const { random, cluster } = context
  const startMs = performance.now()
  const endMs = startMs + options.seconds * 1_000
  while (performance.now() < endMs) {
    const atS = Math.round((performance.now() - startMs) / 1_000)
    const told =
      random() < KILL_SHARE
        ? await killLeader(context, roles[Math.floor(random() * roles.length)] ?? 'risk')
        : await injectOne(options, context, counts)
    options.onTold(`${String(atS).padStart(4)} s  ${told}`)
    await sleep(PAUSE_MS + random() * PAUSE_JITTER_MS)
    await resumeAll(cluster)
  }
}

async function injectOne(options: CampaignOptions, context: RowContext, counts: Counts): Promise<string> {
  const { random } = context
  const wanted = random() < HEAVY_SHARE
  const fitting = options.rows.filter(({ isHeavy }) => (isHeavy === true) === wanted)
  const row = fitting[Math.floor(random() * fitting.length)]
  if (row === undefined) return 'no row fits'
  counts.faults += 1
  return `row ${row.row}, ${row.title}: ${await row.inject(context)}`
}

async function inOrder(options: CampaignOptions, context: RowContext, counts: Counts): Promise<void> {
  for (const row of options.rows) {
    counts.faults += 1
    const done = await row.inject(context)
    await sleep(PAUSE_MS)
    await resumeAll(context.cluster)
    const results = await auditNow(context.cluster, null)
    const broken = results.filter(({ ok }) => !ok).map(({ id, detail }) => `${id} ${detail}`)
    const verdict = broken.length === 0 ? 'the audits hold' : `BROKEN: ${broken.join('; ')}`
    options.onTold(`row ${row.row}, ${row.title}: ${done}; ${verdict}`)
  }
}

/** Stands in for the person who looks at a halt and resumes; latches are lifted too. */
async function resumeAll(cluster: Cluster): Promise<void> {
  const halted = await cluster.db.query("select scope from kill where state <> 'active'").catch(() => [])
  for (const row of halted) {
    const scope = String(row['scope'])
    await cluster.cdb('resume', '--scope', scope, '--reason', 'looked at', '--actor', 'ada').catch(() => '')
  }
}

function percentiles(failovers: FailoverWatch): CampaignResult['failoverMs'] {
  const sorted = [...failovers.times()].sort((left, right) => left - right)
  const at = (share: number): number =>
    Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0)
  return { p50: at(0.5), p99: at(0.99), max: Math.round(sorted.at(-1) ?? 0) }
}
