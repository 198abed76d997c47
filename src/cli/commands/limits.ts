import { textAt } from '../../adapters/postgres/sql.ts'
import { CdbError } from '../../domain/errors.ts'
import { parseParam } from '../../domain/param.ts'
import { limitKeys, limitSpecOf } from '../../engine/controls.ts'
import type { LimitEntry } from '../../engine/controls.ts'
import type { CliArgs, CliCommand, Terminal } from '../command.ts'
import { exitCodes, flagOption, textOption } from '../command.ts'
import { withControlLog } from '../control-log.ts'
import { controlOptions, controlOptionsHelp, databaseHelp, personOf } from '../control-options.ts'
import type { CommandRequest } from '../control-log.ts'
import { answerHelp, sendJudged } from '../risk-answer.ts'
import { textTable } from '../text-table.ts'

export const limits: CliCommand = {
  name: 'limits',
  summary: 'list the limits of the running account, or change one',
  help: `Usage: cdb limits [list] [--json]
       cdb limits set ID.KEY=VALUE --reason TEXT [OPTIONS]

Lists the limits as they stand in the database, or sets one. One person tightens a limit; to loosen it takes two
(C30). What the limits mean: cdb controls.

${answerHelp}
Options:
  --approver NAME  the second person
${controlOptionsHelp}
${databaseHelp}
Exit codes: 0 done, 1 failed or refused by risk, 2 wrong usage.

Examples:
  cdb limits
  cdb limits set C12.accountMax=5 --reason "thin market"
  cdb limits set C05.share=0.02 --reason "wide spreads" --actor ada --approver bob
`,
  options: { ...controlOptions, approver: { type: 'string' } },
  run(terminal, args) {
    const [word = 'list', pair, ...more] = args.positionals
    if (word === 'list' && pair === undefined) return list(terminal, flagOption(args, 'json'))
    if (word === 'set' && pair !== undefined && more.length === 0) return set(terminal, args, pair)
    throw new CdbError('CDB_USAGE', 'limits lists, or sets one limit', {
      mend: 'use: cdb limits, or cdb limits set ID.KEY=VALUE --reason TEXT',
    })
  },
}

async function list(terminal: Terminal, isJson: boolean): Promise<number> {
  const stored = await withControlLog(process.env, 'limits', ({ db }) =>
    db.query('select param, value, seq from limits'),
  )
  const rows = stored
    .map((row) => ({ key: textAt(row, 'param'), value: textAt(row, 'value'), seq: Number(row['seq']) }))
    .sort((a, b) => limitKeys.indexOf(a.key) - limitKeys.indexOf(b.key))
    .map((row) => ({ ...row, ...described(row.key) }))
  if (isJson) terminal.stdout.write(`${JSON.stringify(rows)}\n`)
  else {
    const cells = rows.map(({ key, value, unit, seq, meaning }) => [key, value, unit, String(seq), meaning])
    terminal.stdout.write(
      `${textTable([['limit', 'value', 'unit', 'entry', 'meaning'], ...cells]).join('\n')}\n`,
    )
  }
  return exitCodes.ok
}

function described(key: string): Readonly<{ unit: string; min: string; max: string; meaning: string }> {
  const entry = limitSpecOf(key)
  if (entry === null) return { unit: '', min: '', max: '', meaning: '' }
  const { unit, min, max, meaning } = entry.spec
  return { unit, min, max, meaning }
}

function set(terminal: Terminal, args: CliArgs, pair: string): Promise<number> {
  const at = pair.indexOf('=')
  const subject = at < 0 ? pair : pair.slice(0, at)
  const value = at < 0 ? '' : pair.slice(at + 1)
  const { control, spec } = requireLimit(subject)
  parseParam(control.id, spec, value)
  const order: CommandRequest = {
    action: 'setLimit',
    scope: 'global',
    ...{ subject, value },
    ...personOf('limits', args),
    approver: textOption(args, 'approver') ?? '',
  }
  const silence = `${subject} is to become ${value}; risk has not answered yet`
  return sendJudged(terminal, args, { command: 'limits', order, silence })
}

function requireLimit(key: string): LimitEntry {
  const entry = limitSpecOf(key)
  if (entry !== null) return entry
  throw new CdbError('CDB_USAGE', `there is no limit "${key.slice(0, 60)}"`, { mend: 'see: cdb limits' })
}
