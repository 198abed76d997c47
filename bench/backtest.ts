import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openMarketFiles } from '../src/adapters/recording/open.ts'
import { engineConfigOf } from '../src/cli/run-settings.ts'
import type { RunSettings } from '../src/cli/run-settings.ts'
import { runBacktest } from '../src/engine/backtest.ts'
import { summarize } from '../src/engine/run-summary.ts'
import type { RunSummary } from '../src/engine/run-summary.ts'
import type { TapeColumns } from '../src/engine/tape.ts'
import { writeSyntheticRecording } from './synthetic.ts'

/*
 * Speed of a backtest: momentum, every risk control and the paper venue over a recording of synthetic trades,
 * as trades a second and as the ratio to a bare loop that sums price x quantity over the same columns. Usage:
 *   node bench/backtest.ts [--trades 5000000] [--seed 1] [--json]
 */
export type BacktestBenchOptions = Readonly<{ trades: number; seed: number }>

export type BacktestBench = Readonly<{
  trades: number
  seed: number
  tradesPerSecond: number
  bareTradesPerSecond: number
  /** Time of the backtest / time of the bare loop. */
  ratioToBare: number
  rssMegabytesStart: number
  rssMegabytesEnd: number
  summary: RunSummary
}>

/** Latches are lifted a minute after they fell, so that the whole run trades; limits are the defaults. */
const SETTINGS: RunSettings = {
  strategy: 'momentum',
  params: { lookback: '5m', threshold: '0.3' },
  limits: {},
  sizing: {},
  venue: {},
  regime: {},
  cash: '50000',
  seed: 1,
  short: false,
  operator: '1m',
}

export async function benchBacktest({ trades, seed }: BacktestBenchOptions): Promise<BacktestBench> {
  const folder = await mkdtemp(join(tmpdir(), 'cdb-bench-'))
  try {
    const path = join(folder, 'trades.arrow')
    await writeSyntheticRecording(path, { trades, seed })
    const rssMegabytesStart = rssMegabytes()
    const files = await openMarketFiles([path], { reuse: true })
    const config = await engineConfigOf({ ...SETTINGS, seed }, files.instrument)
    const startMs = performance.now()
    const { engine, tally } = await runBacktest(config, files)
    const elapsedMs = performance.now() - startMs
    const rssMegabytesEnd = rssMegabytes()
    const summary = summarize({ tally, engine, config, elapsedMs })
    const bareMs = await bareLoopMs(path)
    return {
      ...{ trades, seed, tradesPerSecond: summary.tradesPerSecond },
      bareTradesPerSecond: Math.round((trades / bareMs) * 1000),
      ratioToBare: elapsedMs / bareMs,
      ...{ rssMegabytesStart, rssMegabytesEnd, summary },
    }
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** The least that any program does: look at each price and quantity once. Best of three, reading left out. */
async function bareLoopMs(path: string): Promise<number> {
  const pieces: TapeColumns[] = []
  const files = await openMarketFiles([path])
  for (let piece = await files.readColumns(); piece !== null; piece = await files.readColumns())
    pieces.push(piece)
  return Math.min(...[1, 2, 3].map(() => timed(() => bareSum(pieces))))
}

function bareSum(pieces: readonly TapeColumns[]): number {
  let sum = 0
  for (const { price, quantity } of pieces) {
    for (let row = 0; row < price.length; row++) sum += (price[row] ?? 0) * (quantity[row] ?? 0)
  }
  return sum
}

function timed(run: () => number): number {
  const startMs = performance.now()
  const sum = run()
  const elapsedMs = performance.now() - startMs
  // A sum that is used cannot be optimized away.
  return Number.isFinite(sum) ? elapsedMs : Number.NaN
}

const rssMegabytes = (): number => Math.round(process.memoryUsage().rss / 1e6)

function report(bench: BacktestBench): string {
  const { summary } = bench
  const [cpu] = cpus()
  const count = (value: number): string => value.toLocaleString('en-US')
  return [
    `backtest of ${count(bench.trades)} synthetic trades, seed ${bench.seed}`,
    `  speed         ${count(bench.tradesPerSecond)} trades/s on one core`,
    `  bare loop     ${count(bench.bareTradesPerSecond)} trades/s`,
    `  ratio         the backtest takes ${bench.ratioToBare.toFixed(1)} times as long as the bare loop`,
    `  memory        ${bench.rssMegabytesStart} MB before, ${bench.rssMegabytesEnd} MB after`,
    `  signals       ${count(summary.signals)}, of which ${count(summary.denied)} denied`,
    `  orders        ${count(summary.orders)}, with ${count(summary.fills)} fills`,
    `  denied by     ${JSON.stringify(summary.deniedByCode)}`,
    `  settings      ${JSON.stringify(SETTINGS)}`,
    `  journal hash  ${summary.journalHash}`,
    `  machine       ${cpu?.model ?? 'unknown'}, Node.js ${process.versions.node}`,
    `  date          ${new Date().toISOString().slice(0, 10)}`,
    '',
  ].join('\n')
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      trades: { type: 'string', default: '5000000' },
      seed: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
    },
  })
  const bench = await benchBacktest({ trades: Number(values.trades), seed: Number(values.seed) })
  process.stdout.write(values.json ? `${JSON.stringify(bench)}\n` : report(bench))
}
