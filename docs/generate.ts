import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { format } from 'prettier'
import { checkGroups, severities } from '../src/adapters/kubernetes/check.ts'
import { checks } from '../src/adapters/kubernetes/checks.ts'
import { criteria } from '../src/adapters/kubernetes/criteria.ts'
import { liveChecks } from '../src/adapters/kubernetes/live-checks.ts'
import { exitCodes } from '../src/cli/command.ts'
import { commands } from '../src/cli/cdb.ts'
import { settingSpecs } from '../src/cli/setting-specs.ts'
import { EVENT_VERSION, eventFields } from '../src/domain/codec.ts'
import type { Field, Fields } from '../src/domain/codec.ts'
import { errorMeanings } from '../src/domain/errors.ts'
import type { ParamSpec } from '../src/domain/param.ts'
import type { Control } from '../src/engine/control.ts'
import { controls } from '../src/engine/controls.ts'
import { paperVenueParams } from '../src/engine/paper-venue/paper-venue.ts'
import { regimeParams } from '../src/engine/regime.ts'
import { roles } from '../src/engine/lease.ts'
import { sizingParams } from '../src/engine/sizing.ts'
import { strategies } from '../src/engine/strategies.ts'

/*
 * Writes the reference documents that say what the code says, from the code: npm run docs. A test compares
 * them with the code.
 */
export const references: Readonly<Record<string, () => Promise<string>>> = {
  'errors.md': () => formatted(errorsPage()),
  'events.md': () => formatted(eventsPage()),
  'cli.md': async () => formatted(await cliPage()),
  'controls.md': () => formatted(controlsPage()),
  'strategies.md': () => formatted(strategiesPage()),
  'configuration.md': () => formatted(configurationPage()),
  'audit.md': () => formatted(auditPage()),
}

export const referencePath = (name: string): string => join(import.meta.dirname, 'reference', name)

const formatted = (text: string): Promise<string> => format(text, { parser: 'markdown', printWidth: 110 })

const GENERATED = 'Written by `npm run docs` from the code; a test compares the two.'

const page = (title: string, ...parts: readonly string[]): string =>
  `${[`# ${title}`, ...parts, GENERATED].join('\n\n')}\n`

type Row = readonly string[]

function table(head: Row, rows: readonly Row[]): string {
  const line = (cells: Row): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

const code = (text: string): string => (text === '' ? '' : `\`${text}\``)

function errorsPage(): string {
  const rows = Object.entries(errorMeanings).map(([name, meaning]) => [code(name), meaning])
  return page(
    'Errors',
    'An operating error is told on stderr as `cdb: CODE: what is wrong`, most with a line `mend:` that says what ' +
      'to do. Codes are never renamed. `CDB_USAGE` and `CDB_CONFIG_INVALID` end with exit code 2, all others ' +
      'with 1; the exit codes are in [cli.md](cli.md).',
    table(['code', 'meaning'], rows),
  )
}

function eventsPage(): string {
  const parts = Object.entries(eventFields).map(([kind, fields]) => `## ${kind}\n\n${fieldTable(fields)}`)
  return page(
    'Events',
    `Every event on the trading log is one line of JSON: \`"v":${EVENT_VERSION}\` (the version of all events), ` +
      '`"kind"`, then the fields of its kind in the order given here. A reader refuses other versions, kinds and ' +
      'fields with `CDB_EVENT_INVALID`.',
    table(
      ['type', 'written as'],
      [
        ['decimal', 'text of a plain decimal number, at most 12 digits after the point, such as `"0.01"`'],
        ['ms', 'whole milliseconds: a time since 1970-01-01 UTC, or a length of time'],
        ['flag', '`true` or `false`'],
        ['text', 'a string'],
      ],
    ),
    ...parts,
  )
}

/** Fields of a part stand under the name of the part: `order.slot`. */
const fieldTable = (fields: Fields): string =>
  table(
    ['field', 'type'],
    fieldRows(fields, '').map(([name, type]) => [code(name), type]),
  )

const fieldRows = (fields: Fields, prefix: string): readonly (readonly [string, string])[] =>
  Object.entries(fields).flatMap(([name, field]) =>
    typeof field !== 'string' && 'fields' in field
      ? fieldRows(field.fields, `${prefix}${name}.`)
      : [[`${prefix}${name}`, typeOf(field)] as const],
  )

function typeOf(field: Field): string {
  if (typeof field === 'string') return field
  if ('nullable' in field) return `${typeOf(field.nullable)} or null`
  return 'oneOf' in field ? field.oneOf.map((word) => code(`"${word}"`)).join(', ') : 'object'
}

const exitMeanings: Readonly<Record<keyof typeof exitCodes, string>> = {
  ok: 'done as asked',
  failed: 'an operating error; stderr has its code and message ([errors.md](errors.md))',
  usage: 'the command was called with options, arguments or settings that it does not have',
  badRows: 'done, but rows of the input were bad and left out',
  mismatch: 'a check that was asked for found a difference',
  internal: 'a fault of the program; stderr has the stack',
}

async function cliPage(): Promise<string> {
  const parts = await Promise.all(
    Object.entries(commands).map(async ([name, { load }]) => {
      const { help } = await load()
      return `## cdb ${name}\n\n\`\`\`text\n${help.trimEnd()}\n\`\`\``
    }),
  )
  const names = Object.entries(commands).map(([name, { summary }]) => [
    `[\`cdb ${name}\`](#cdb-${name})`,
    summary,
  ])
  const exits = Object.entries(exitCodes).map(([name, value]) => [
    String(value),
    exitMeanings[name as keyof typeof exitCodes],
  ])
  return page(
    'The command line',
    'Data goes to stdout, words for people to stderr. `--json` prints data instead of text.',
    table(['command', 'what it does'], names),
    `## Exit codes\n\n${table(['code', 'meaning'], exits)}`,
    ...parts,
  )
}

function configurationPage(): string {
  const rows = settingSpecs.map((spec) => [
    code(spec.name),
    spec.required ? 'required' : code(spec.default ?? ''),
    spec.services.length === roles.length ? 'all' : spec.services.join(', '),
    spec.meaning,
  ])
  return page(
    'Configuration',
    'Settings of the services come from the environment. `--config FILE` names a file with one JSON ' +
      'object of the same names, for what the environment does not set; an empty variable counts as not ' +
      'set. Pairs are written `key=value,key=value`. A setting that is wrong, or a variable that begins ' +
      'with `CDB_` and is none of these, ends the service at its start with `CDB_CONFIG_INVALID`, one ' +
      'line for each, and exit code 2.',
    table(['setting', 'default', 'read by', 'meaning'], rows),
    '## What must be the same everywhere',
    'Account, instrument, strategy, cash, `CDB_SHORT`, `CDB_LIMITS` and `CDB_SIZING` are written into ' +
      'the database at the first start: what risk decides follows from them. A service with others ends ' +
      'with `CDB_DATA_FOREIGN`. Limits are changed by `cdb limits`, not here. Parameters of the strategy ' +
      'and of the regime may change at any restart.',
    '## Secrets',
    'Passwords and the key of the venue belong in files, best in a mounted folder. They are read again ' +
      'when they change: the password of the database at the next connection, that of Redis at the next ' +
      'connection, the key of the venue at the next request. A new key that cannot be read is told in the' +
      ' log, and the one before stays in use.',
    '## Live',
    'Orders are real only when three settings agree: `CDB_MODE=live`, `CDB_LIVE_ACCOUNT` with the name ' +
      'in `CDB_ACCOUNT`, and `CDB_VENUE_KEY_FILE`. Everything else is paper, and paper refuses the ' +
      'addresses of venues whose orders are real.',
  )
}

function auditPage(): string {
  const all = [...checks, ...liveChecks]
  const parts = Object.entries(checkGroups).map(([letter, title]) => {
    const rows = all
      .filter(({ id }) => id.startsWith(letter))
      .map((each) => [each.id, each.severity, each.title])
    return `## ${title}\n\n${table(['check', 'severity', 'what holds when it passes'], rows)}`
  })
  return page(
    'The audit of manifests',
    `\`cdb audit k8s\` runs ${checks.length} checks over a folder; ${liveChecks.length} more ask for a cluster. ` +
      'How to use it, waive findings and read its output: [audit](../guides/audit.md).',
    `A check is of one severity: ${severities.map((each) => `\`${each}\``).join(', ')}. A finding of \`blocker\` or ` +
      '`high`, or such a check that could not be run, makes the exit code 1; with `--strict` any finding does.',
    ...parts,
    '## Acceptance criteria\n\nA criterion holds when what it is about is there, and each of its checks passed or is ' +
      `waived.\n\n${table(
        ['criterion', 'checks'],
        criteria.map(({ name, checks: ids }) => [name, ids.join(', ')]),
      )}`,
  )
}

function controlsPage(): string {
  return page(
    'Risk controls',
    'Controls judge each order in this order; the first breach denies it. Limits are set with ' +
      '`--limit ID.KEY=VALUE`, for example `--limit C05.share=0.02`; bounds are inclusive.',
    ...controls.map(controlPart),
  )
}

function controlPart(control: Control): string {
  const facts = [
    `Code \`${control.code}\``,
    control.applies === 'all' ? 'judges every order' : 'judges orders that add risk',
    control.latch === null
      ? 'no latch: each order is judged anew'
      : `latches the ${control.latch} until a person lifts it`,
    control.overridable ? 'two people may override it for one order' : 'cannot be overridden',
  ]
  const rows = control.params.map((spec) => [
    code(`${control.id}.${spec.name}`),
    ...paramCells(spec),
    spec.looser,
  ])
  const limits =
    rows.length === 0
      ? 'No limits to set.'
      : table(['limit', 'default', 'bounds', 'unit', 'meaning', 'looser'], rows)
  return `## ${control.id} ${control.title}\n\n${control.meaning}\n\n${facts.join('; ')}.\n\n${limits}`
}

const paramCells = (spec: ParamSpec): Row => [code(spec.default), boundsOf(spec), spec.unit, spec.meaning]

function boundsOf(spec: ParamSpec): string {
  if (spec.type === 'flag') return 'true or false'
  return spec.min === '' && spec.max === '' ? '' : `${spec.min} to ${spec.max}`
}

const paramTable = (specs: readonly ParamSpec[]): string =>
  specs.length === 0
    ? 'No parameters.'
    : table(
        ['parameter', 'default', 'bounds', 'unit', 'meaning'],
        specs.map((spec) => [code(spec.name), ...paramCells(spec)]),
      )

function strategiesPage(): string {
  const builtIn = Object.values(strategies).map(
    ({ name, description, params }) => `## ${name}\n\n${description}\n\n${paramTable(params)}`,
  )
  return page(
    'Strategies and the settings of a run',
    'A strategy is chosen with `--strategy NAME` and set with `--param KEY=VALUE`; bounds are inclusive. How to ' +
      'write one: [write a strategy](../guides/write-a-strategy.md). Limits of the risk controls are in ' +
      '[controls.md](controls.md).',
    ...builtIn,
    `## Sizing\n\nSize and protection of entries: \`--sizing KEY=VALUE\`.\n\n${paramTable(sizingParams)}`,
    `## Regime\n\nClassifier and allocation by regime: \`--regime KEY=VALUE\`.\n\n${paramTable(regimeParams)}`,
    '## Paper venue\n\nFees, latency and slippage: `--venue KEY=VALUE`. The models behind them are in ' +
      `[paper-venue.md](paper-venue.md).\n\n${paramTable(paperVenueParams)}`,
  )
}

if (import.meta.main) {
  for (const [name, write] of Object.entries(references)) writeFileSync(referencePath(name), await write())
}
