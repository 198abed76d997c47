import { existsSync } from 'node:fs'
import { openMarketFiles } from '../../adapters/recording/open.ts'
import type { MarketFiles } from '../../adapters/recording/open.ts'
import { isStrategyFile } from '../../adapters/system/strategy-file.ts'
import { startWatchdog } from '../../adapters/system/watchdog.ts'
import { CdbError } from '../../domain/errors.ts'
import type { CliArgs, CliCommand } from '../command.ts'
import { exitCodes, flagOption, listOption, textOption } from '../command.ts'
import { parseGrid, parseSortKey } from '../grid.ts'
import { runOptions, runOptionsHelp, runSettingsOf } from '../run-settings.ts'
import { runGrid, runWalkForward } from '../run-many.ts'
import { runOne } from '../run-one.ts'
import { rangeOptions, timeRangeOf } from '../time-range.ts'

export const backtest: CliCommand = {
  name: 'backtest',
  summary: 'run a strategy over a recording and report',
  help: `Usage: cdb backtest FILE... [OPTIONS]

Runs the engine (strategy, risk, paper venue, ledger) over recorded market data and reports. Files may be recordings
or any market data that "cdb import" reads, of one instrument; they are read in order of time.

Options:
  --instrument ID       instrument of files that do not name theirs, for example BTCUSDT.BINANCE
  --from TIME, --to TIME  only this part: UTC date, date and time, or epoch ms; --to is exclusive
${runOptionsHelp}  --grid KEY=V1,V2 ...  run every combination of parameter values over all cores, and compare
  --sort FIGURE         what the runs of a grid are sorted by (default: sharpe)
  --walk-forward N      choose parameters by the grid on a part of the data and trade the next part, N times;
                        only what was traded is reported
  --workers N           threads of a grid or walk-forward (default: all cores)
  --html OUT.html       write a page with the figures, curves, fills and settings; it needs no network
  --json                print one JSON object (a grid: one array)

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 done but rows of the input were bad and left out.

Examples:
  cdb backtest btcusdt.arrow --strategy momentum
  cdb backtest btcusdt.arrow --param lookback=2m --limit C05.share=0.02 --html report.html
  cdb backtest *_trade.zip --strategy moving-average-cross --cash 50000 --json
  cdb backtest btcusdt.arrow --strategy ./mine.ts --seed 7
  cdb backtest btcusdt.arrow --grid lookback=5m,15m threshold=0.1,0.2 --sort totalReturn
  cdb backtest btcusdt.arrow --grid lookback=1m,5m,15m --walk-forward 4
`,
  options: {
    ...runOptions,
    ...rangeOptions,
    instrument: { type: 'string' },
    grid: { type: 'string', multiple: true },
    sort: { type: 'string' },
    'walk-forward': { type: 'string' },
    workers: { type: 'string' },
    html: { type: 'string' },
    json: { type: 'boolean' },
  },
  async run(terminal, args) {
    const { paths, gridTexts } = splitPositionals(args)
    const plan = {
      settings: runSettingsOf(args),
      range: timeRangeOf(args),
      json: flagOption(args, 'json'),
      grid: parseGrid(gridTexts),
      sortKey: parseSortKey(textOption(args, 'sort') ?? 'sharpe'),
      workers: countOption(args, 'workers', WORKERS_MAX),
    }
    const folds = countOption(args, 'walk-forward', FOLDS_MAX)
    const html = textOption(args, 'html')
    const many = folds !== undefined || gridTexts.length > 0
    if (many && html !== undefined) {
      throw new CdbError('CDB_USAGE', '--html is of one run', { mend: 'leave out --grid and --walk-forward' })
    }
    const instrument = textOption(args, 'instrument')
    // Runs of many keep the columns; one run is done with each batch before it reads the next.
    const reading = { reuse: !many, ...(instrument === undefined ? {} : { instrument }) }
    const files = await openMarketFiles(paths, reading)
    const { strategy } = plan.settings
    const watchdog = isStrategyFile(strategy) ? startWatchdog(`strategy ${strategy}`) : null
    try {
      if (folds !== undefined) await runWalkForward(terminal, files, { ...plan, folds, watchdog })
      else if (many) await runGrid(terminal, files, { ...plan, watchdog })
      else {
        const more = moreWords(args)
        await runOne(terminal, files, { ...plan, paths, more, watchdog, html: html ?? null })
      }
    } finally {
      await watchdog?.close()
      await files.close()
    }
    return warnOfRows(terminal.stderr, files) ? exitCodes.badRows : exitCodes.ok
  },
}

const WORKERS_MAX = 256
const FOLDS_MAX = 100

/**
 * `--grid a=1,2 b=3,4`: a shell gives the second pair as an argument of its own; it is no file, so it is of
 * the grid.
 */
function splitPositionals(
  args: CliArgs,
): Readonly<{ paths: readonly string[]; gridTexts: readonly string[] }> {
  const grid = listOption(args, 'grid')
  const isPair = (text: string): boolean => grid.length > 0 && /^\w+=/.test(text) && !existsSync(text)
  const paths = args.positionals.filter((text) => !isPair(text))
  if (paths.length === 0) {
    throw new CdbError('CDB_USAGE', 'backtest needs a file of market data', {
      mend: 'see: cdb backtest --help',
    })
  }
  return { paths, gridTexts: [...grid, ...args.positionals.filter(isPair)] }
}

const moreWords = (args: CliArgs): readonly string[] =>
  ['instrument', 'from', 'to'].flatMap((name) => {
    const value = textOption(args, name)
    return value === undefined ? [] : [`--${name}`, value]
  })

function countOption(args: CliArgs, name: string, max: number): number | undefined {
  const text = textOption(args, name)
  if (text === undefined) return undefined
  const count = /^\d{1,4}$/.test(text) ? Number(text) : 0
  if (count >= 1 && count <= max) return count
  throw new CdbError('CDB_USAGE', `--${name} ${text} is not a count`, { mend: `use 1 to ${max}` })
}

/** Tells which rows were left out; true when there were any. */
function warnOfRows(stderr: NodeJS.WritableStream, files: MarketFiles): boolean {
  const count = files.badRowCount()
  if (count === 0) return false
  const listed = files.badRows.map(({ file, line, reason }) => `  ${file}:${line}: ${reason}\n`)
  const more = count > listed.length ? `  and ${count - listed.length} more\n` : ''
  stderr.write(`cdb: CDB_ROWS_BAD: ${count} rows were left out\n${listed.join('')}${more}`)
  return true
}
