import { existsSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { MarketFiles } from '../adapters/recording/open.ts'
import { renderReport } from '../adapters/report/html.ts'
import { watchSource } from '../adapters/system/watchdog.ts'
import type { Watchdog } from '../adapters/system/watchdog.ts'
import { CdbError } from '../domain/errors.ts'
import { runBacktest } from '../engine/backtest.ts'
import { createCurve, pointsOf } from '../engine/curve.ts'
import type { EngineConfig } from '../engine/engine.ts'
import { sliceSource } from '../engine/market-slice.ts'
import type { TimeRange } from '../engine/market-slice.ts'
import { drawPrices } from '../engine/price-curve.ts'
import { summarize } from '../engine/run-summary.ts'
import type { RunSummary } from '../engine/run-summary.ts'
import type { Tally } from '../engine/tally.ts'
import { runReport } from './backtest-report.ts'
import { commandLineOf } from './command-line.ts'
import type { Terminal } from './command.ts'
import { spanFigure, timeFigure } from '../adapters/report/figures.ts'
import { createProgress, progressBar } from './progress.ts'
import { engineConfigOf } from './run-settings.ts'
import type { RunSettings } from './run-settings.ts'

export type OnePlan = Readonly<{
  settings: RunSettings
  range: TimeRange
  json: boolean
  paths: readonly string[]
  /** Words of the command line beside files and settings that decide the run: --from, --to, --instrument. */
  more: readonly string[]
  html: string | null
  /** Watches a strategy of a person's own; null for the built-in ones. */
  watchdog: Watchdog | null
}>

/** Fills and round trips on a page; of more, the newest. */
const ROWS_MAX = 2_000
const CURVE_POINTS_MAX = 4_096

/** One backtest: runs, reports, and writes the page that was asked for. */
export async function runOne(terminal: Terminal, files: MarketFiles, plan: OnePlan): Promise<void> {
  const { settings, range, html, watchdog } = plan
  if (html !== null) checkFolder(html)
  watchdog?.beat()
  const config = await engineConfigOf(settings, files.instrument)
  const prices = createCurve(CURVE_POINTS_MAX)
  const sliced = range.fromMs === -Infinity && range.toMs === Infinity ? files : sliceSource(files, range)
  const drawn = html === null ? sliced : drawPrices(sliced, prices)
  const source = watchdog === null ? drawn : watchSource(drawn, watchdog)
  const progress = createProgress(terminal.stderr)
  const startMs = performance.now()
  const { engine, tally, complete } = await runBacktest(config, source, {
    signal: terminal.signal,
    ...(html === null ? {} : { keptMax: ROWS_MAX }),
    async onBatch({ events }) {
      const { bytesRead, bytesTotal } = files.progress()
      progress.update(`${progressBar(bytesRead, bytesTotal)}  ${events.toLocaleString('en-US')} events`)
      // Lets a signal be heard: a loop of ready promises alone would never come to it.
      await setImmediate()
    },
  }).finally(() => {
    progress.end()
  })
  if (!complete) throw new CdbError('CDB_INTERRUPTED', 'the backtest was interrupted; nothing is reported')
  const summary = summarize({ tally, engine, config, elapsedMs: performance.now() - startMs })
  if (html !== null) {
    const page = renderReport({
      ...{ summary, instrument: config.instrument, tally },
      prices: pointsOf(prices),
      commandLine: commandLineOf('backtest', plan),
      settings: settingRows(config, settings),
    })
    writePage(html, page)
  }
  warnOfGaps(terminal.stderr, tally)
  terminal.stdout.write(
    plan.json ? jsonOf(summary, files, tally) : runReport(summary, config.instrument.quote),
  )
}

function jsonOf(summary: RunSummary, files: MarketFiles, tally: Tally): string {
  const gapList = tally.keptGaps.map(({ eventMs, gapMs }) => ({ fromMs: eventMs - gapMs, toMs: eventMs }))
  return `${JSON.stringify({ ...summary, gapList, badRows: files.badRowCount() })}\n`
}

const GAPS_SHOWN_MAX = 5

function warnOfGaps(stderr: NodeJS.WritableStream, tally: Tally): void {
  const { gaps } = tally.market
  if (gaps === 0) return
  const shown = tally.keptGaps.slice(0, GAPS_SHOWN_MAX)
  const lines = shown.map(
    ({ eventMs, gapMs }) =>
      `  ${timeFigure(eventMs - gapMs)} to ${timeFigure(eventMs)} UTC (${spanFigure(gapMs)})\n`,
  )
  const more = gaps > shown.length ? `  and ${gaps - shown.length} more\n` : ''
  stderr.write(
    `cdb: warning: data is missing in ${gaps} places, nothing was bridged\n${lines.join('')}${more}`,
  )
}

function checkFolder(path: string): void {
  if (existsSync(dirname(resolve(path)))) return
  throw new CdbError('CDB_FILE_MISSING', `the folder of ${path} is not there`, {
    mend: 'make it, or name another',
  })
}

function writePage(path: string, page: string): void {
  try {
    writeFileSync(path, page)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new CdbError('CDB_FILE_UNREADABLE', `the page ${path} cannot be written: ${reason}`, {
      cause: error,
    })
  }
}

/** What the run was set to, by name: everything that decides it. */
function settingRows(config: EngineConfig, settings: RunSettings): readonly (readonly [string, string])[] {
  const given = (group: string, pairs: Readonly<Record<string, string>>): [string, string][] =>
    Object.entries(pairs).map(([key, value]) => [`${group} ${key}`, value])
  return [
    ['strategy', settings.strategy],
    ['description', config.strategy.description],
    ['cash', `${settings.cash} ${config.instrument.quote}`],
    ['seed', String(settings.seed)],
    ['short allowed', settings.short ? 'yes' : 'no'],
    ['operator', settings.operator ?? 'none: latches and halts stay'],
    ...given('limit', settings.limits),
    ...given('sizing', settings.sizing),
    ...given('venue', settings.venue),
    ...given('regime', settings.regime),
  ]
}
