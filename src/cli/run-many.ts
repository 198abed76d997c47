import { setImmediate } from 'node:timers/promises'
import type { MarketFiles } from '../adapters/recording/open.ts'
import type { Watchdog } from '../adapters/system/watchdog.ts'
import { CdbError } from '../domain/errors.ts'
import type { TimeRange } from '../engine/market-slice.ts'
import type { TapeColumns } from '../engine/tape.ts'
import { gridReport, walkForwardReport } from './backtest-report.ts'
import type { Terminal } from './command.ts'
import { combinationsOf, compareRuns } from './grid.ts'
import type { Grid, Pairs, SortKey } from './grid.ts'
import { createProgress, progressBar } from './progress.ts'
import type { Progress } from './progress.ts'
import { createRunPool } from './run-pool.ts'
import { engineConfigOf } from './run-settings.ts'
import type { RunSettings } from './run-settings.ts'
import { readSharedTape } from './shared-tape.ts'
import { walkForward } from './walk-forward.ts'

export type ManyPlan = Readonly<{
  settings: RunSettings
  range: TimeRange
  json: boolean
  grid: Grid
  sortKey: SortKey
  workers: number | undefined
  /** Watches a strategy of a person's own while it is checked; the pool watches its runs. */
  watchdog: Watchdog | null
}>

/** Every combination of a grid, best first. */
export async function runGrid(terminal: Terminal, files: MarketFiles, plan: ManyPlan): Promise<void> {
  const { settings, range, grid, sortKey } = plan
  const combinations = combinationsOf(grid)
  await checkCombinations(plan, combinations, files)
  const progress = createProgress(terminal.stderr)
  const columns = await loadTape(terminal, files, progress)
  const pool = createRunPool({ instrument: files.instrument, columns }, poolOptions(terminal, plan))
  try {
    const jobs = combinations.map((params) => ({ settings: withParams(settings, params), range }))
    const results = await pool.run(jobs, (done) => {
      progress.update(`${progressBar(done, jobs.length)}  ${done} of ${jobs.length} runs`)
    })
    const runs = results.map(({ summary }) => summary).sort(compareRuns(sortKey))
    progress.end()
    terminal.stdout.write(
      plan.json ? `${JSON.stringify(runs)}\n` : gridReport(runs, Object.keys(grid), sortKey),
    )
  } finally {
    progress.end()
    await pool.close()
  }
}

/** Parameters chosen on one part and traded on the next, over the whole span. */
export async function runWalkForward(
  terminal: Terminal,
  files: MarketFiles,
  plan: ManyPlan & Readonly<{ folds: number }>,
): Promise<void> {
  const combinations = combinationsOf(plan.grid)
  await checkCombinations(plan, combinations, files)
  const progress = createProgress(terminal.stderr)
  const columns = await loadTape(terminal, files, progress)
  const pool = createRunPool({ instrument: files.instrument, columns }, poolOptions(terminal, plan))
  try {
    const { settings, folds, sortKey } = plan
    const result = await walkForward(
      pool,
      { settings, combinations, folds, sortKey, ...spanOf(columns, plan.range) },
      (done, total) => {
        progress.update(`${progressBar(done, total)}  ${done} of ${total} runs`)
      },
    )
    progress.end()
    const { quote } = files.instrument
    terminal.stdout.write(plan.json ? `${JSON.stringify(result)}\n` : walkForwardReport(result, quote))
  } finally {
    progress.end()
    await pool.close()
  }
}

const withParams = (settings: RunSettings, params: Pairs): RunSettings => ({
  ...settings,
  params: { ...settings.params, ...params },
})

/** Every combination is checked before the first run: a bound met after an hour would waste it. */
async function checkCombinations(
  plan: ManyPlan,
  combinations: readonly Pairs[],
  files: MarketFiles,
): Promise<void> {
  for (const params of combinations) {
    plan.watchdog?.beat()
    await engineConfigOf(withParams(plan.settings, params), files.instrument)
  }
  plan.watchdog?.rest()
}

const poolOptions = (
  terminal: Terminal,
  { workers }: ManyPlan,
): Readonly<{ signal: AbortSignal; workers?: number }> => ({
  signal: terminal.signal,
  ...(workers === undefined ? {} : { workers }),
})

function loadTape(terminal: Terminal, files: MarketFiles, progress: Progress): Promise<TapeColumns> {
  return readSharedTape(files, async () => {
    const { bytesRead, bytesTotal } = files.progress()
    progress.update(`${progressBar(bytesRead, bytesTotal)}  reading`)
    if (terminal.signal.aborted)
      throw new CdbError('CDB_INTERRUPTED', 'the runs were interrupted while reading')
    await setImmediate()
  })
}

function spanOf({ eventMs }: TapeColumns, range: TimeRange): Readonly<{ firstMs: number; lastMs: number }> {
  let firstMs = Infinity
  let lastMs = -Infinity
  for (const atMs of eventMs) {
    if (atMs < range.fromMs || atMs >= range.toMs) continue
    if (atMs < firstMs) firstMs = atMs
    if (atMs > lastMs) lastMs = atMs
  }
  if (firstMs < lastMs) return { firstMs, lastMs }
  throw new CdbError('CDB_USAGE', 'there is no data in the span to walk through', {
    mend: 'widen --from and --to',
  })
}
