import { rm } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { roles } from '../src/engine/lease.ts'
import type { Role } from '../src/engine/lease.ts'
import { startCluster } from '../test/chaos/cluster.ts'
import { judge } from '../test/chaos/verdict.ts'
import { machineLine, median } from './services/figures.ts'
import { residentMemory } from './services/resident-memory.ts'

/*
 * Resident memory of the services over a long time: one of each on PostgreSQL and Redis, a market of many
 * trades, orders all the while. It is flat when the last quarter takes what the second took. Usage:
 *   node bench/soak.ts [--minutes 60] [--rate 5000] [--period 1s] [--seed 1] [--json]
 */
export type SoakOptions = Readonly<{
  minutes: number
  /** Trades a second of the market. */
  rate: number
  /** Between a wish and the next, as a duration. */
  period: string
  seed: number
  /** Hears of every sample. */
  onSample?: (line: string) => void
}>

export type SoakBench = Readonly<{
  /** Trades that were stored, a second. */
  tradesPerSecond: number
  orders: number
  memory: Readonly<Record<Role, RoleMemory>>
  lost: number
  doubled: number
  violations: readonly string[]
}>

/** In MiB; quarters are medians of the samples of a quarter of the time. */
export type RoleMemory = Readonly<{ quarters: readonly number[]; max: number }>

const SAMPLES = 240
const QUARTERS = 4

export async function benchSoak(options: SoakOptions): Promise<SoakBench> {
  const { minutes, rate, period, seed, onSample } = options
  const cluster = await startCluster({
    ...{ seed, rate, period, replicas: 1, isDirect: true },
    restartMs: () => 500,
  })
  try {
    const samples = new Map<Role, number[]>(roles.map((role) => [role, []]))
    for (let index = 0; index < SAMPLES; index++) {
      await sleep((minutes * 60_000) / SAMPLES)
      for (const role of roles) samples.get(role)?.push(residentMemory(cluster, role))
      const now = roles.map((role) => `${role} ${samples.get(role)?.at(-1) ?? 0}`)
      onSample?.(`${Math.round(((index + 1) / SAMPLES) * 100)} %, MiB: ${now.join(', ')}`)
    }
    const [row] = await cluster.db.query('select count(*) as count from trades')
    const { orders, lost, doubled, violations } = await judge(cluster)
    const memoryOf = (role: Role): RoleMemory => summaryOf(samples.get(role) ?? [])
    return {
      tradesPerSecond: Math.round(Number(row?.['count']) / (minutes * 60)),
      memory: {
        ...{ ws: memoryOf('ws'), signal: memoryOf('signal'), risk: memoryOf('risk') },
        ...{ execution: memoryOf('execution'), 'db-writer': memoryOf('db-writer') },
      },
      ...{ orders, lost, doubled, violations },
    }
  } finally {
    await cluster.stop()
    await rm(cluster.logFolder, { recursive: true, force: true })
  }
}

function summaryOf(samples: readonly number[]): RoleMemory {
  const quarter = samples.length / QUARTERS
  const quarters = Array.from({ length: QUARTERS }, (_, index) =>
    median(samples.slice(index * quarter, (index + 1) * quarter)),
  )
  return { quarters, max: Math.max(...samples) }
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '60' },
      rate: { type: 'string', default: '5000' },
      period: { type: 'string', default: '1s' },
      seed: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
    },
  })
  const options = {
    ...{ minutes: Number(values.minutes), rate: Number(values.rate) },
    ...{ period: values.period, seed: Number(values.seed) },
  }
  const result = await benchSoak({ ...options, onSample: (line) => process.stderr.write(`${line}\n`) })
  process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : report(result, options))
}

function report(result: SoakBench, { minutes, seed }: SoakOptions): string {
  const { tradesPerSecond, orders, lost, doubled, violations } = result
  const lines = roles.map((role) => {
    const { quarters, max } = result.memory[role]
    return `  ${role.padEnd(10)} ${quarters.map((mib) => `${mib} MiB`).join(', ')}, at most ${max} MiB`
  })
  return [
    `${minutes} min, ${tradesPerSecond} trades/s stored, ${orders} orders, seed ${seed}`,
    'resident memory, median of each quarter of the time:',
    ...lines,
    `${lost} lost, ${doubled} doubled, ${violations.length} violations`,
    machineLine(),
    '',
  ].join('\n')
}
