import { CdbError } from '../../domain/errors.ts'
import type { CliCommand } from '../command.ts'
import {
  controlOptions,
  controlOptionsHelp,
  databaseHelp,
  personOf,
  requiredOption,
} from '../control-options.ts'
import type { CommandRequest } from '../control-log.ts'
import { answerHelp, sendJudged } from '../risk-answer.ts'

export const override: CliCommand = {
  name: 'override',
  summary: 'let one denied decision through, by two people',
  help: `Usage: cdb override SLOT --approver NAME --reason TEXT [OPTIONS]

Has risk judge a decision that it has just denied once more, without the controls that two people may override (C29).
The slot is told by the denial, on the log and in the log lines of risk.

${answerHelp}
Options:
  --approver NAME  the second person; required
${controlOptionsHelp}
${databaseHelp}
Exit codes: 0 done, 1 failed or refused by risk, 2 wrong usage.

Examples:
  cdb override momentum/paper/BTCUSDT.SIM/t4711 --actor ada --approver bob --reason "seen, is right"
`,
  options: { ...controlOptions, approver: { type: 'string' } },
  run(terminal, args) {
    const [subject, ...more] = args.positionals
    if (subject === undefined || more.length > 0) {
      throw new CdbError('CDB_USAGE', 'override needs one slot', { mend: 'see: cdb override --help' })
    }
    const order: CommandRequest = {
      action: 'override',
      scope: 'global',
      subject,
      ...personOf('override', args),
      approver: requiredOption('override', args, 'approver'),
    }
    const silence = 'risk has not answered yet'
    return sendJudged(terminal, args, { command: 'override', order, silence })
  },
}
