import { userInfo } from 'node:os'
import type { ParseArgsOptionsConfig } from 'node:util'
import { CdbError } from '../domain/errors.ts'
import type { CliArgs } from './command.ts'
import { textOption } from './command.ts'

/** Options of every command that a person gives to the services. */
export const controlOptions: ParseArgsOptionsConfig = {
  reason: { type: 'string' },
  actor: { type: 'string' },
  json: { type: 'boolean' },
}

export const controlOptionsHelp = `\
  --reason TEXT    why; required, and kept on the log for ever
  --actor NAME     who (default: the user of this machine)
  --json           print one JSON object
`

export const databaseHelp = `\
Environment:
  DATABASE_URL            postgres://USER@HOST:5432/DATABASE
  DATABASE_PASSWORD_FILE  file with the password
`

const TEXT_MAX = 500

/** Who and why. Throws CDB_USAGE where no reason is given. */
export function personOf(command: string, args: CliArgs): Readonly<{ actor: string; reason: string }> {
  const reason = requiredOption(command, args, 'reason')
  const actor = textOption(args, 'actor') ?? userInfo().username
  // Risk halts by itself, under this name; nobody else does.
  if (actor === 'risk' || !/^[\w.@ -]{1,64}$/.test(actor)) {
    throw new CdbError('CDB_USAGE', `--actor ${actor.slice(0, 80)} is not the name of a person`, {
      mend: 'use letters, digits, blanks and . @ _ -',
    })
  }
  return { actor, reason }
}

/** Throws CDB_USAGE where it is missing, blank or too long. */
export function requiredOption(command: string, args: CliArgs, name: string): string {
  const text = textOption(args, name)?.trim() ?? ''
  if (text !== '' && text.length <= TEXT_MAX) return text
  throw new CdbError('CDB_USAGE', `${command} needs --${name}, of at most ${TEXT_MAX} characters`, {
    mend: `see: cdb ${command} --help`,
  })
}

export function requireNoArguments(command: string, args: CliArgs): void {
  const [extra] = args.positionals
  if (extra === undefined) return
  throw new CdbError('CDB_USAGE', `${command} takes no argument "${extra}"`, {
    mend: `see: cdb ${command} --help`,
  })
}

const SCOPE = /^(?:global|(?:venue|account|strategy|instrument):[^\s:]{1,80})$/

/** Throws CDB_USAGE on what is no scope. */
export function parseScope(text: string): string {
  if (SCOPE.test(text)) return text
  throw new CdbError('CDB_USAGE', `--scope ${text.slice(0, 80)} is not a scope`, {
    mend: 'use global, venue:X, account:X, strategy:X or instrument:X',
  })
}
