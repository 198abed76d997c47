import { paced } from '../../adapters/system/pace.ts'
import { isStrategyFile } from '../../adapters/system/strategy-file.ts'
import { startWatchdog, watchSource } from '../../adapters/system/watchdog.ts'
import type { Watchdog } from '../../adapters/system/watchdog.ts'
import { CdbError } from '../../domain/errors.ts'
import type { EngineConfig } from '../../engine/engine.ts'
import type { EventLog, MarketSource } from '../../engine/ports.ts'
import { summarize } from '../../engine/run-summary.ts'
import type { RunSummary } from '../../engine/run-summary.ts'
import { createTally, endTally, tallyEntry, tallyMarket } from '../../engine/tally.ts'
import { runEmbedded } from '../../services/embedded.ts'
import { runReport } from '../backtest-report.ts'
import type { CliArgs, CliCommand, Terminal } from '../command.ts'
import { exitCodes, flagOption, textOption } from '../command.ts'
import { KEYS_HELP, readKeys } from '../keys.ts'
import { createLiveView } from '../live-view.ts'
import { createProgress, progressBar } from '../progress.ts'
import { openRunLog, runRecordOf } from '../run-log.ts'
import { engineConfigOf, runOptions, runOptionsHelp, runSettingsOf } from '../run-settings.ts'
import type { RunSettings } from '../run-settings.ts'
import { openRecording, openSimulation } from '../run-source.ts'
import type { RunSource } from '../run-source.ts'

export const up: CliCommand = {
  name: 'up',
  summary: 'run the whole system in this process: market data, strategy, risk, paper venue, ledger',
  help: `Usage: cdb up [--sim | --recording FILE | --external] [OPTIONS]

Runs market data, strategy, risk, paper venue and ledger in this one process, and keeps everything in a data folder.
Ctrl-C finishes what is in hand and ends; the next start goes on where the last one stopped, also after a crash.
A run at any speed writes the same log as "cdb backtest" over the same data.

Options:
  --sim                 a simulated market (default); its first 15 minutes come at once, whatever the speed
  --recording FILE      market data from a file, as if it were live
  --instrument ID       instrument of the simulated market (default: BTCUSDT.BINANCE), or of a file that names none
  --speed N             market seconds in a second, or max (default: 1)
  --for SECONDS         end after this long
  --data DIR            the data folder (default: cdb-data)
${runOptionsHelp}  --json                print the summary at the end as one JSON object
  --external            run the five services as processes of their own, on a PostgreSQL and a Redis that are there, and
                        a simulated venue unless CDB_VENUE_URL names one; other settings come from the environment
  --database-url URL    with --external (default: DATABASE_URL)
  --redis-url URL       with --external (default: REDIS_URL)

On a terminal: h halts, c halts and cancels open orders, r only reduces, g goes on, q quits.

Exit codes: 0 ended as asked (time, end of the recording, Ctrl-C), 1 failed, 2 wrong usage.

Examples:
  cdb up
  cdb up --sim --speed 60 --for 30 --json
  cdb up --recording btcusdt.arrow --speed max --data btc --strategy breakout
  cdb up --external --database-url postgres://cdb@localhost:5432/cdb --redis-url redis://localhost:6379
`,
  options: {
    ...runOptions,
    sim: { type: 'boolean' },
    recording: { type: 'string' },
    instrument: { type: 'string' },
    speed: { type: 'string', default: '1' },
    for: { type: 'string' },
    data: { type: 'string', default: 'cdb-data' },
    json: { type: 'boolean' },
    external: { type: 'boolean' },
    'database-url': { type: 'string' },
    'redis-url': { type: 'string' },
  },
  async run(terminal, args) {
    const plan = planOf(args)
    if (flagOption(args, 'external')) {
      // Loaded only here: whoever runs in one process needs no client of a server.
      return (await import('../external.ts')).runExternal(terminal, args, plan.forMs)
    }
    for (const name of ['database-url', 'redis-url']) {
      if (textOption(args, name) !== undefined) {
        throw new CdbError('CDB_USAGE', `--${name} is for --external`)
      }
    }
    const dog = isStrategyFile(plan.settings.strategy)
      ? startWatchdog(`strategy ${plan.settings.strategy}`)
      : null
    const market = await openSource(args, plan.settings)
    try {
      dog?.beat()
      const config = await engineConfigOf(plan.settings, market.source.instrument)
      dog?.rest()
      const log = await openRunLog(plan.folder, runRecordOf(plan.settings, market, config))
      try {
        const summary = await runSession(terminal, { plan, config, market, log, dog })
        report(terminal, summary, config.instrument.quote, plan.json)
      } finally {
        await log.close()
      }
    } finally {
      await market.source.close()
      await dog?.close()
    }
    return exitCodes.ok
  },
}

type Plan = Readonly<{
  settings: RunSettings
  /** Infinity is as fast as it goes. */
  speed: number
  forMs: number | null
  folder: string
  json: boolean
}>

const FOR_SECONDS_MAX = 2_000_000

function planOf(args: CliArgs): Plan {
  const [extra] = args.positionals
  if (extra !== undefined) {
    throw new CdbError('CDB_USAGE', `up takes no argument "${extra}"`, {
      mend: 'a file is given by --recording',
    })
  }
  const speedText = textOption(args, 'speed') ?? '1'
  const speed = speedText === 'max' ? Infinity : plainNumber(speedText)
  if (speed === null || speed <= 0) {
    throw new CdbError('CDB_USAGE', `--speed ${speedText} is not a speed`, {
      mend: 'use a number above 0, or max',
    })
  }
  const forText = textOption(args, 'for')
  const seconds = forText === undefined ? null : plainNumber(forText)
  if (forText !== undefined && (seconds === null || seconds <= 0 || seconds > FOR_SECONDS_MAX)) {
    throw new CdbError('CDB_USAGE', `--for ${forText} is not a number of seconds`, {
      mend: `use a number above 0, at most ${FOR_SECONDS_MAX}`,
    })
  }
  return {
    settings: runSettingsOf(args),
    speed,
    forMs: seconds === null ? null : seconds * 1000,
    folder: textOption(args, 'data') ?? 'cdb-data',
    json: flagOption(args, 'json'),
  }
}

const plainNumber = (text: string): number | null =>
  /^\d{1,9}(\.\d{1,9})?$/.test(text) ? Number(text) : null

const SIM_INSTRUMENT = 'BTCUSDT.BINANCE'

async function openSource(args: CliArgs, { seed }: RunSettings): Promise<RunSource> {
  const recording = textOption(args, 'recording')
  const instrument = textOption(args, 'instrument')
  if (recording === undefined) return openSimulation(instrument ?? SIM_INSTRUMENT, seed)
  if (flagOption(args, 'sim')) {
    throw new CdbError('CDB_USAGE', '--sim and --recording are two sources', { mend: 'give one of them' })
  }
  return openRecording(recording, instrument)
}

type Session = Readonly<{
  plan: Plan
  config: EngineConfig
  market: RunSource
  log: EventLog
  dog: Watchdog | null
}>

async function runSession(terminal: Terminal, session: Session): Promise<RunSummary> {
  const { plan, config, market, log, dog } = session
  const { stderr } = terminal
  const tally = createTally({ instrument: config.instrument, equityStart: config.cash })
  const stop = new AbortController()
  const signal = AbortSignal.any([terminal.signal, stop.signal])
  const onTerminal = terminal.isTTY && process.stdin.isTTY
  const keys = onTerminal
    ? readKeys(process.stdin, () => {
        stop.abort()
      })
    : null
  const progress = createProgress(stderr)
  const view = createLiveView({
    ...{ stderr, tally, isTTY: terminal.isTTY && (stderr as Readonly<{ isTTY?: boolean }>).isTTY === true },
    speed: Number.isFinite(plan.speed) ? `${plan.speed}x` : 'max',
    keys: keys === null ? '' : KEYS_HELP,
  })
  let timer: NodeJS.Timeout | undefined
  const startMs = performance.now()
  const source = dog === null ? market.source : watchSource(market.source, dog)
  try {
    const { engine } = await runEmbedded({
      ...{ config, source, log, signal },
      pace: (rest) => paceOf(rest, session, signal),
      ...(keys === null ? {} : { takeCommands: keys.take }),
      onMarket(event) {
        tallyMarket(tally, event)
        view.onMarket(event)
      },
      onEntry(entry) {
        tallyEntry(tally, entry)
      },
      onProgress({ marketSeq, marketSeqEnd }) {
        progress.update(
          `${progressBar(marketSeq, marketSeqEnd)}  deriving the log again, ${marketSeq} events`,
        )
      },
      onReady({ journal, marketSeq }) {
        progress.end()
        const from =
          journal.seq === 0 ? 'a new run' : `going on after ${journal.seq} log entries, ${marketSeq()} events`
        view.say(`cdb: ${config.strategy.name} on ${config.instrument.id}, data in ${plan.folder}: ${from}`)
        if (plan.forMs !== null)
          timer = setTimeout(() => {
            stop.abort()
          }, plan.forMs)
      },
      onBatch: (entries, engineNow) => {
        view.onCommitted(entries, engineNow)
      },
    })
    endTally(tally)
    return summarize({ tally, engine, config, elapsedMs: performance.now() - startMs })
  } finally {
    clearTimeout(timer)
    keys?.close()
    view.end()
  }
}

const paceOf = (rest: MarketSource, { plan, market }: Session, signal: AbortSignal): MarketSource =>
  Number.isFinite(plan.speed)
    ? paced(rest, { speed: plan.speed, signal, freeUntilMs: market.freeUntilMs })
    : rest

function report(terminal: Terminal, summary: RunSummary, quote: string, json: boolean): void {
  terminal.stdout.write(json ? `${JSON.stringify(summary)}\n` : runReport(summary, quote))
}
