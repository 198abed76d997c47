import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

/*
 * Time from the start of the process: of `cdb --help` until it has ended, and of `cdb up --sim` on a new data
 * folder until its first signal is on the screen, and so on the log. Medians of several runs. Usage:
 *   node bench/startup.ts [--runs 5] [--json]
 */
export type StartupBenchOptions = Readonly<{ runs: number }>

export type StartupBench = Readonly<{
  runs: number
  helpMsMedian: number
  helpMsMax: number
  firstSignalMsMedian: number
  firstSignalMsMax: number
}>

const CDB = fileURLToPath(new URL('../src/cli/cdb.ts', import.meta.url))
const WAIT_MS_MAX = 60_000

export async function benchStartup({ runs }: StartupBenchOptions): Promise<StartupBench> {
  const helpMs: number[] = []
  const signalMs: number[] = []
  for (let run = 0; run < runs; run++) {
    helpMs.push(await timeOf(['--help'], null))
    signalMs.push(await firstSignalMs())
  }
  return {
    runs,
    ...{ helpMsMedian: median(helpMs), helpMsMax: Math.max(...helpMs) },
    ...{ firstSignalMsMedian: median(signalMs), firstSignalMsMax: Math.max(...signalMs) },
  }
}

async function firstSignalMs(): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'cdb-bench-'))
  try {
    return await timeOf(['up', '--sim', '--data', join(folder, 'data')], / signal /)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Milliseconds until the output has the text, or until the process has ended where it is null. */
function timeOf(argv: readonly string[], awaited: RegExp | null): Promise<number> {
  return new Promise((resolve, reject) => {
    const startMs = performance.now()
    const child = spawn(process.execPath, [CDB, ...argv], { stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    let seenMs: number | null = null
    const limit = setTimeout(() => child.kill('SIGKILL'), WAIT_MS_MAX)
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString('utf8')
        if (awaited === null || seenMs !== null || !awaited.test(output)) return
        seenMs = performance.now() - startMs
        child.kill('SIGTERM')
      })
    }
    child.on('error', reject)
    child.on('close', () => {
      clearTimeout(limit)
      if (awaited === null) resolve(performance.now() - startMs)
      else if (seenMs !== null) resolve(seenMs)
      else reject(new Error(`cdb ${argv.join(' ')} ended without ${String(awaited)}:\n${output}`))
    })
  })
}

const median = (values: readonly number[]): number =>
  values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN

function report(bench: StartupBench): string {
  const [cpu] = cpus()
  const line = (what: string, medianMs: number, maxMs: number): string =>
    `  ${what.padEnd(30)}  median ${Math.round(medianMs)} ms, at most ${Math.round(maxMs)} ms`
  return [
    `start of the process, ${bench.runs} runs`,
    line('cdb --help', bench.helpMsMedian, bench.helpMsMax),
    line('cdb up --sim to first signal', bench.firstSignalMsMedian, bench.firstSignalMsMax),
    `  machine: ${cpu?.model ?? 'unknown'}, Node.js ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}`,
    '',
  ].join('\n')
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { runs: { type: 'string', default: '5' }, json: { type: 'boolean', default: false } },
  })
  const bench = await benchStartup({ runs: Number(values.runs) })
  process.stdout.write(values.json ? `${JSON.stringify(bench)}\n` : report(bench))
}
