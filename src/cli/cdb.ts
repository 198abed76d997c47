#!/usr/bin/env node
import { CdbError } from '../domain/errors.ts'
import type { CliCommand, Terminal } from './command.ts'
import { exitCodes, parseCliArgs } from './command.ts'

/** Each command is one file, loaded only when called, so that help and version start at once. */
export const commands: Readonly<
  Record<string, Readonly<{ summary: string; load: () => Promise<CliCommand> }>>
> = {
  up: {
    summary: 'run the whole system in this process: market data, strategy, risk, paper venue, ledger',
    load: async () => (await import('./commands/up.ts')).up,
  },
  ws: {
    summary: 'service: market data of the venue to the wire',
    load: async () => (await import('./commands/ws.ts')).ws,
  },
  signal: {
    summary: 'service: signals of the strategy to the trading log',
    load: async () => (await import('./commands/signal.ts')).signal,
  },
  risk: {
    summary: 'service: judges every signal, approves or denies',
    load: async () => (await import('./commands/risk.ts')).risk,
  },
  execution: {
    summary: 'service: sends approved orders to the venue, each once, and books what becomes of them',
    load: async () => (await import('./commands/execution.ts')).execution,
  },
  'db-writer': {
    summary: 'service: stores market data and equity, keeps the wire whole, writes daily reports',
    load: async () => (await import('./commands/db-writer.ts')).dbWriter,
  },
  venue: {
    summary: 'run a simulated venue that speaks the wire protocol of Binance spot',
    load: async () => (await import('./commands/venue.ts')).venue,
  },
  migrate: {
    summary: 'bring the database of the services to the schema of this version',
    load: async () => (await import('./commands/migrate.ts')).migrate,
  },
  'redis-acl': {
    summary: 'write the file of users that Redis gives each service its rights by',
    load: async () => (await import('./commands/redis-acl.ts')).redisAcl,
  },
  audit: {
    summary: 'check manifests of Kubernetes, or that the data of the services keeps every invariant',
    load: async () => (await import('./commands/audit.ts')).audit,
  },
  kill: {
    summary: 'stop new orders now, and cancel open ones',
    load: async () => (await import('./commands/kill.ts')).kill,
  },
  resume: {
    summary: 'let orders through again after a kill',
    load: async () => (await import('./commands/resume.ts')).resume,
  },
  limits: {
    summary: 'list the limits of the running account, or change one',
    load: async () => (await import('./commands/limits.ts')).limits,
  },
  override: {
    summary: 'let one denied decision through, by two people',
    load: async () => (await import('./commands/override.ts')).override,
  },
  unlatch: {
    summary: 'lift the latch of a control that has fallen',
    load: async () => (await import('./commands/unlatch.ts')).unlatch,
  },
  backtest: {
    summary: 'run a strategy over a recording and report',
    load: async () => (await import('./commands/backtest.ts')).backtest,
  },
  import: {
    summary: 'turn market data files into a recording',
    load: async () => (await import('./commands/import.ts')).importCommand,
  },
  inspect: {
    summary: 'tell what is in a recording or market data file',
    load: async () => (await import('./commands/inspect.ts')).inspect,
  },
  strategies: {
    summary: 'list the built-in strategies and their parameters',
    load: async () => (await import('./commands/strategies.ts')).strategies,
  },
  controls: {
    summary: 'list every risk control with its limits and meaning',
    load: async () => (await import('./commands/controls.ts')).controls,
  },
  replay: {
    summary: 'derive every decision of a run again and compare it with the log',
    load: async () => (await import('./commands/replay.ts')).replay,
  },
  doctor: {
    summary: 'check this machine and a data folder',
    load: async () => (await import('./commands/doctor.ts')).doctor,
  },
  version: {
    summary: 'print the version',
    load: async () => (await import('./commands/version.ts')).version,
  },
}

function overview(): string {
  const width = Math.max(...Object.keys(commands).map((name) => name.length))
  const lines = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`)
  return `Usage: cdb COMMAND [OPTIONS]

Claire de Binare: one deterministic engine for backtest, paper and live crypto trading.

Commands:
${lines.join('\n')}

Run "cdb COMMAND --help" for options and examples.
`
}

/** Runs one command line; returns the exit code. Never throws: every failure is a line on stderr. */
export async function runCli(argv: readonly string[], terminal: Terminal): Promise<number> {
  const [name, ...rest] = argv
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    terminal.stdout.write(overview())
    return exitCodes.ok
  }
  try {
    const entry = Object.hasOwn(commands, name === '--version' ? 'version' : name)
      ? commands[name === '--version' ? 'version' : name]
      : undefined
    if (entry === undefined) {
      throw new CdbError('CDB_USAGE', `there is no command "${name}"`, { mend: 'see: cdb --help' })
    }
    const command = await entry.load()
    if (rest.includes('--help') || rest.includes('-h')) {
      terminal.stdout.write(command.help)
      return exitCodes.ok
    }
    return await command.run(terminal, parseCliArgs(command, rest))
  } catch (error) {
    return reportError(error, terminal)
  }
}

/** What was asked for cannot be meant: nothing was begun. */
const usageCodes: readonly string[] = ['CDB_USAGE', 'CDB_CONFIG_INVALID']

function reportError(error: unknown, terminal: Terminal): number {
  if (error instanceof CdbError) {
    const mend = error.mend === '' ? '' : `\n  mend: ${error.mend}`
    terminal.stderr.write(`cdb: ${error.code}: ${error.message}${mend}\n`)
    return usageCodes.includes(error.code) ? exitCodes.usage : exitCodes.failed
  }
  terminal.stderr.write(`cdb: internal error: ${error instanceof Error ? error.stack : String(error)}\n`)
  return exitCodes.internal
}

if (import.meta.main) {
  const controller = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => {
      controller.abort()
    })
  }
  // Whoever was started by a supervisor (cdb up --external) ends with it, also when that was killed.
  process.once('disconnect', () => {
    controller.abort()
  })
  process.channel?.unref()
  process.exitCode = await runCli(process.argv.slice(2), {
    stdout: process.stdout,
    stderr: process.stderr,
    isTTY: process.stdout.isTTY,
    signal: controller.signal,
  })
}
