import { parseArgs } from 'node:util'
import { roles } from '../src/engine/lease.ts'
import { machineLine, ratioOf, timesLine } from './services/figures.ts'
import { benchPipeline } from './services/pipeline.ts'
import type { PipelineBench } from './services/pipeline.ts'
import { benchStore } from './services/store.ts'
import type { StoreBench } from './services/store.ts'
import { benchStream } from './services/stream.ts'
import type { StreamBench } from './services/stream.ts'

/*
 * What the services carry, each part against the best that the same server does in the same run: market
 * data to Redis against redis-benchmark, rows to PostgreSQL against COPY; then two of each service under as
 * many signals as they can decide, with kills and takeovers. Usage:
 *   node bench/throughput.ts [--trades 200000] [--seconds 20] [--rate 2000] [--kills 20] [--seed 1] [--json]
 */
export type ThroughputBench = Readonly<{ stream: StreamBench; store: StoreBench; pipeline: PipelineBench }>

export type ThroughputOptions = Readonly<{
  trades: number
  seconds: number
  rate: number
  kills: number
  seed: number
}>

export async function benchThroughput(options: ThroughputOptions): Promise<ThroughputBench> {
  const stream = await benchStream(options.trades)
  const store = await benchStore(options.trades)
  return { stream, store, pipeline: await benchPipeline({ ...options, takeoversOf: roles }) }
}

function report({ stream, store, pipeline }: ThroughputBench): string {
  const published = Object.entries(stream.publish).map(([size, rate]) => {
    const ratio = ratioOf(rate, stream.benchmark)
    return `ws -> Redis, batches of ${size}: ${rate} trades/s, ${ratio} times redis-benchmark's entries`
  })
  const memory = Object.entries(pipeline.memory).map(([role, mib]) => `${role} ${mib}`)
  return [
    ...published,
    `redis-benchmark XADD -P 16: ${stream.benchmark} entries/s`,
    `db-writer: ${store.write} trades/s, ${ratioOf(store.write, store.copy)} of COPY's ${store.copy} rows/s`,
    `decisions ${pipeline.decisions}/s, approvals ${pipeline.approvals}/s, POSTs ${pipeline.posts}/s`,
    timesLine('kill commit under load', pipeline.kill),
    timesLine('takeover after kill -9', pipeline.takeoverKill),
    timesLine('takeover after SIGTERM', pipeline.takeoverTerm),
    `memory, MiB: ${memory.join(', ')}`,
    `${pipeline.lost} lost, ${pipeline.doubled} doubled, ${pipeline.violations.length} violations`,
    ...pipeline.violations,
    machineLine(),
    '',
  ].join('\n')
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      trades: { type: 'string', default: '200000' },
      seconds: { type: 'string', default: '20' },
      rate: { type: 'string', default: '2000' },
      kills: { type: 'string', default: '20' },
      seed: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
    },
  })
  const result = await benchThroughput({
    trades: Number(values.trades),
    seconds: Number(values.seconds),
    rate: Number(values.rate),
    kills: Number(values.kills),
    seed: Number(values.seed),
  })
  process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : report(result))
}
