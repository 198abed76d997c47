import { CdbError } from '../../domain/errors.ts'
import { controls } from '../../engine/controls.ts'
import type { CliCommand } from '../command.ts'
import { controlOptions, controlOptionsHelp, databaseHelp, parseScope, personOf } from '../control-options.ts'
import { requiredOption } from '../control-options.ts'
import type { CommandRequest } from '../control-log.ts'
import { answerHelp, sendJudged } from '../risk-answer.ts'

const latching = controls.filter(({ latch }) => latch !== null)

export const unlatch: CliCommand = {
  name: 'unlatch',
  summary: 'lift the latch of a control that has fallen',
  help: `Usage: cdb unlatch CONTROL --scope SCOPE --reason TEXT [OPTIONS]

A control that latches denies from then on, until a person has looked. Which has fallen, and in which scope, is told
by its alert. These do: ${latching.map(({ id }) => id).join(', ')}.

${answerHelp}
Options:
  --scope SCOPE    strategy:X or instrument:X; required
${controlOptionsHelp}
${databaseHelp}
Exit codes: 0 done, 1 failed or refused by risk, 2 wrong usage.

Examples:
  cdb unlatch C16 --scope strategy:momentum --reason "losses looked at"
`,
  options: { ...controlOptions, scope: { type: 'string' } },
  run(terminal, args) {
    const [written = '', ...more] = args.positionals
    const control = latching.find(({ id, code }) => [id, code].includes(written.toUpperCase()))
    if (control === undefined || more.length > 0) {
      throw new CdbError('CDB_USAGE', `"${written}" is not a control that latches`, {
        mend: `use one of ${latching.map(({ id }) => id).join(', ')}`,
      })
    }
    const order: CommandRequest = {
      action: 'unlatch',
      subject: control.id,
      ...personOf('unlatch', args),
      scope: parseScope(requiredOption('unlatch', args, 'scope')),
    }
    // Risk says nothing when it does as it is told.
    const silence = `${control.id} is lifted in ${order.scope}, unless risk is not running`
    return sendJudged(terminal, args, { command: 'unlatch', order, silence })
  },
}
