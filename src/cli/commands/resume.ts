import type { CliCommand } from '../command.ts'
import { exitCodes, flagOption } from '../command.ts'
import { sendCommand, withControlLog } from '../control-log.ts'
import { controlOptions, controlOptionsHelp, databaseHelp, parseScope, personOf } from '../control-options.ts'
import { requiredOption, requireNoArguments } from '../control-options.ts'

export const resume: CliCommand = {
  name: 'resume',
  summary: 'let orders through again after a kill',
  help: `Usage: cdb resume --scope SCOPE --reason TEXT [OPTIONS]

Makes one scope active again, as it was killed; other scopes stay as they are. Losses are measured anew from here.
Before: the reason of the halt, and "cdb audit data".

Options:
  --scope SCOPE    global, venue:X, account:X, strategy:X or instrument:X; required
${controlOptionsHelp}
${databaseHelp}
Exit codes: 0 done, 1 failed, 2 wrong usage.

Examples:
  cdb resume --scope global --reason "feed mended"
  cdb resume --scope strategy:momentum --reason "parameters mended" --actor ada
`,
  options: { ...controlOptions, scope: { type: 'string' } },
  async run(terminal, args) {
    requireNoArguments('resume', args)
    const scope = parseScope(requiredOption('resume', args, 'scope'))
    const person = personOf('resume', args)
    const sent = await withControlLog(process.env, 'resume', ({ log }) =>
      sendCommand(log, { action: 'resume', scope, ...person }),
    )
    const words = `resume ${scope}: entry ${sent.seq}, committed in ${sent.commitMs.toFixed(1)} ms\n`
    const data = { action: 'resume', scope, ...person, ...sent }
    terminal.stdout.write(flagOption(args, 'json') ? `${JSON.stringify(data)}\n` : words)
    return exitCodes.ok
  },
}
