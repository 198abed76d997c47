import { nearestName } from '../../adapters/system/strategy-file.ts'
import { CdbError } from '../../domain/errors.ts'
import type { ParamSpec } from '../../domain/param.ts'
import { strategies as builtIn } from '../../engine/strategies.ts'
import type { StrategyDefinition } from '../../engine/strategy.ts'
import type { CliCommand } from '../command.ts'
import { exitCodes, flagOption } from '../command.ts'
import { textTable, wrapText } from '../text-table.ts'

export const strategies: CliCommand = {
  name: 'strategies',
  summary: 'list the built-in strategies and their parameters',
  help: `Usage: cdb strategies [NAME] [--json]

Lists the built-in strategies: what each does, and its parameters with unit, default, bounds and meaning.
A strategy of your own is one file, given as --strategy ./mine.ts; see examples/.

Options:
  --json  print data instead of text

Examples:
  cdb strategies
  cdb strategies momentum
  cdb strategies --json
`,
  options: { json: { type: 'boolean' } },
  run(terminal, args) {
    const [name, ...more] = args.positionals
    if (more.length > 0) throw new CdbError('CDB_USAGE', 'give one name, or none for all strategies')
    const chosen = name === undefined ? Object.values(builtIn) : [named(name)]
    const text = flagOption(args, 'json')
      ? JSON.stringify(chosen.map(({ name, description, params }) => ({ name, description, params })))
      : chosen.map(describe).join('\n\n')
    terminal.stdout.write(`${text}\n`)
    return Promise.resolve(exitCodes.ok)
  },
}

function named(name: string): StrategyDefinition {
  const definition = Object.hasOwn(builtIn, name) ? builtIn[name] : undefined
  if (definition !== undefined) return definition
  const near = nearestName(name, Object.keys(builtIn))
  throw new CdbError('CDB_STRATEGY_UNKNOWN', `there is no built-in strategy "${name}"`, {
    mend: near === null ? `use one of ${Object.keys(builtIn).join(', ')}` : `did you mean ${near}?`,
  })
}

const WIDTH = 100

function describe({ name, description, params }: StrategyDefinition): string {
  const lines = [name, ...wrapText(description, WIDTH - 2).map((line) => `  ${line}`)]
  if (params.length === 0) return [...lines, '  no parameters'].join('\n')
  return [...lines, ...textTable([PARAM_HEAD, ...params.map(paramRow)]).map((line) => `    ${line}`)].join(
    '\n',
  )
}

const PARAM_HEAD = ['parameter', 'default', 'bounds', 'unit', 'meaning']

/** A parameter's row under PARAM_HEAD. */
const paramRow = (spec: ParamSpec): readonly string[] => [
  spec.name,
  spec.default,
  spec.min === '' && spec.max === ''
    ? spec.type === 'flag'
      ? 'true, false'
      : ''
    : `${spec.min} to ${spec.max}`,
  spec.unit,
  spec.meaning,
]
