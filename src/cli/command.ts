import type { ParseArgsOptionsConfig } from 'node:util'
import { parseArgs } from 'node:util'
import { CdbError } from '../domain/errors.ts'

/** Exit codes, the same for every command; docs/reference/cli.md lists them, by test. */
export const exitCodes = {
  ok: 0,
  /** An operating error: one line `CODE: message` on stderr, with its mend. */
  failed: 1,
  usage: 2,
  /** Done, but rows of the input were bad and left out. */
  badRows: 3,
  /** A check that was asked for found a difference. */
  mismatch: 4,
  /** A broken invariant: a fault of ours. */
  internal: 70,
} as const

/**
 * Where a command reads and writes; tests pass their own. Data goes to stdout, words for people to stderr.
 */
export type Terminal = Readonly<{
  stdout: NodeJS.WritableStream
  stderr: NodeJS.WritableStream
  isTTY: boolean
  /** Aborted on the first SIGINT or SIGTERM. */
  signal: AbortSignal
}>

export type CliCommand = Readonly<{
  name: string
  /** One line for the list of commands. */
  summary: string
  /** Everything `cdb NAME --help` prints: usage, options with defaults, examples. */
  help: string
  options: ParseArgsOptionsConfig
  run(terminal: Terminal, args: CliArgs): Promise<number>
}>

export type CliArgs = Readonly<{
  positionals: readonly string[]
  values: Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>
}>

/** Parses a command's arguments. Throws CDB_USAGE with the command's help named. */
export function parseCliArgs(command: CliCommand, argv: readonly string[]): CliArgs {
  try {
    const parsed = parseArgs({
      args: [...argv],
      options: command.options,
      allowPositionals: true,
      strict: true,
    })
    return { positionals: parsed.positionals, values: parsed.values }
  } catch (error) {
    const message = error instanceof Error ? error.message.split('. ')[0] : String(error)
    throw new CdbError('CDB_USAGE', message ?? 'bad arguments', {
      mend: `see: cdb ${command.name} --help`,
      cause: error,
    })
  }
}

export function textOption(args: CliArgs, name: string): string | undefined {
  const value = args.values[name]
  return typeof value === 'string' ? value : undefined
}

export const flagOption = (args: CliArgs, name: string): boolean => args.values[name] === true

/**
 * Repeated `--name key=value` options as a record. Throws CDB_USAGE on one without `=` and on a repeated key.
 */
export function pairsOption(args: CliArgs, name: string): Readonly<Record<string, string>> {
  const pairs: Record<string, string> = {}
  for (const item of listOption(args, name)) {
    const at = item.indexOf('=')
    const key = item.slice(0, at)
    if (at < 1 || Object.hasOwn(pairs, key)) {
      const problem = at < 1 ? 'is not key=value' : 'is given twice'
      throw new CdbError('CDB_USAGE', `--${name} ${item} ${problem}`, {
        mend: `write --${name} key=value, once a key`,
      })
    }
    pairs[key] = item.slice(at + 1)
  }
  return pairs
}

export function listOption(args: CliArgs, name: string): readonly string[] {
  const value = args.values[name]
  const items = Array.isArray(value) ? value : value === undefined ? [] : [value]
  return items.map(String)
}
