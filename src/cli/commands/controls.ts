import { CdbError } from '../../domain/errors.ts'
import { formatParam } from '../../domain/param.ts'
import type { Control, LimitSpec } from '../../engine/control.ts'
import { controls as allControls, parseLimits } from '../../engine/controls.ts'
import type { Limits } from '../../engine/control.ts'
import type { CliCommand } from '../command.ts'
import { exitCodes, flagOption, pairsOption } from '../command.ts'
import { textTable, wrapText } from '../text-table.ts'

export const controls: CliCommand = {
  name: 'controls',
  summary: 'list every risk control with its limits and meaning',
  help: `Usage: cdb controls [ID] [--limit ID.KEY=VALUE ...] [--json]

Lists the risk controls in the order in which they judge an order; the first breach denies it. For each: its id
and the code that denials carry, what it denies and why, and its limits with value, unit and bounds.

Options:
  --limit ID.KEY=VALUE  show the value that a run with this option would have
  --json                print data instead of text

Examples:
  cdb controls
  cdb controls C05
  cdb controls --limit C05.share=0.02 --json
`,
  options: { limit: { type: 'string', multiple: true }, json: { type: 'boolean' } },
  run(terminal, args) {
    const [id, ...more] = args.positionals
    if (more.length > 0) throw new CdbError('CDB_USAGE', 'give one id, or none for all controls')
    const chosen = id === undefined ? allControls : [controlOf(id)]
    const limits = parseLimits(pairsOption(args, 'limit'))
    const text = flagOption(args, 'json')
      ? JSON.stringify(chosen.map((control) => controlData(control, limits)))
      : chosen.map((control) => describe(control, limits)).join('\n\n')
    terminal.stdout.write(`${text}\n`)
    return Promise.resolve(exitCodes.ok)
  },
}

function controlOf(id: string): Control {
  const control = allControls.find(
    (known) => known.id === id.toUpperCase() || known.code === id.toUpperCase(),
  )
  if (control !== undefined) return control
  const ids = allControls.map((known) => known.id).join(', ')
  throw new CdbError('CDB_USAGE', `there is no control "${id}"`, { mend: `use one of ${ids}` })
}

const valueOf = (control: Control, spec: LimitSpec, limits: Limits): string =>
  formatParam(spec, limits[control.id]?.[spec.name] ?? spec.default)

const controlData = (control: Control, limits: Limits): unknown => ({
  ...{ id: control.id, code: control.code, title: control.title, meaning: control.meaning },
  ...{ applies: control.applies, overridable: control.overridable, latch: control.latch },
  limits: control.params.map((spec) => ({
    key: `${control.id}.${spec.name}`,
    value: valueOf(control, spec, limits),
    ...{ type: spec.type, unit: spec.unit, default: spec.default, min: spec.min, max: spec.max },
    ...{ looser: spec.looser, meaning: spec.meaning },
  })),
})

const WIDTH = 100

function describe(control: Control, limits: Limits): string {
  const rows = control.params.map((spec) => [
    `${control.id}.${spec.name}`,
    valueOf(control, spec, limits),
    spec.min === '' && spec.max === '' ? '' : `${spec.min} to ${spec.max}`,
    spec.unit,
    spec.meaning,
  ])
  const scope = control.applies === 'all' ? 'judges every order' : 'judges orders that add risk'
  const latch = control.latch === null ? '' : `, latches the ${control.latch} until a person lifts it`
  const override = control.overridable ? ', two people may override it' : ''
  const head = ['limit', 'value', 'bounds', 'unit', 'meaning']
  return [
    `${control.id}  ${control.code}  ${control.title}`,
    ...wrapText(control.meaning, WIDTH - 2).map((line) => `  ${line}`),
    `  (${scope}${latch}${override})`,
    ...(rows.length === 0 ? [] : textTable([head, ...rows]).map((line) => `    ${line}`)),
  ].join('\n')
}
