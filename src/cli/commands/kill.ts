import { systemClock } from '../../adapters/system/clock.ts'
import { createTelemetry } from '../../adapters/system/telemetry.ts'
import { CdbError } from '../../domain/errors.ts'
import { breakGlass } from '../break-glass.ts'
import type { CliArgs, CliCommand, Terminal } from '../command.ts'
import { exitCodes, flagOption, textOption } from '../command.ts'
import { sendCommand, withControlLog } from '../control-log.ts'
import { controlOptions, controlOptionsHelp, databaseHelp, parseScope, personOf } from '../control-options.ts'
import { requireNoArguments } from '../control-options.ts'
import { parseServiceSettings } from '../service-settings.ts'
import { openGateway } from '../venue-access.ts'

const levels = ['haltCancel', 'halt', 'reduceOnly'] as const
type Level = (typeof levels)[number]

export const kill: CliCommand = {
  name: 'kill',
  summary: 'stop new orders now, and cancel open ones',
  help: `Usage: cdb kill --reason TEXT [OPTIONS]

Writes the command on the trading log. Once it has printed its line, no further order in the scope is submitted, by
any replica. It needs PostgreSQL alone: no service and no Redis. Nothing resumes by itself (see: cdb resume).

Options:
  --scope SCOPE    global, venue:X, account:X, strategy:X or instrument:X (default: global)
  --level LEVEL    haltCancel cancels open orders too, halt does not, reduceOnly lets exits through
                   (default: haltCancel)
${controlOptionsHelp}\
  --break-glass    cancel every open order of ours straight at the venue; with CDB_VENUE_URL,
                   CDB_INSTRUMENT and CDB_VENUE_KEY_FILE, and neither database nor Redis.
                   It stops no service
  --config FILE    with --break-glass: settings as one JSON object

${databaseHelp}
Exit codes: 0 done, 1 failed, or orders are left at the venue (--break-glass), 2 wrong usage or settings.

Examples:
  cdb kill --reason "prices look wrong"
  cdb kill --level reduceOnly --scope strategy:momentum --reason "losing" --actor ada
  cdb kill --break-glass --reason "database lost"
`,
  options: {
    ...controlOptions,
    scope: { type: 'string', default: 'global' },
    level: { type: 'string', default: 'haltCancel' },
    'break-glass': { type: 'boolean' },
    config: { type: 'string' },
  },
  async run(terminal, args) {
    requireNoArguments('kill', args)
    const person = personOf('kill', args)
    const scope = parseScope(textOption(args, 'scope') ?? 'global')
    const action = parseLevel(textOption(args, 'level') ?? 'haltCancel')
    if (flagOption(args, 'break-glass')) return breakGlassNow(terminal, args)
    const sent = await withControlLog(process.env, 'kill', ({ log }) =>
      sendCommand(log, { action, scope, ...person }),
    )
    const { seq, commitMs } = sent
    const words = `${action} ${scope}: entry ${seq}, committed in ${commitMs.toFixed(1)} ms\n`
    const data = { action, scope, ...person, ...sent }
    terminal.stdout.write(flagOption(args, 'json') ? `${JSON.stringify(data)}\n` : words)
    return exitCodes.ok
  },
}

function parseLevel(text: string): Level {
  const level = levels.find((known) => known === text)
  if (level !== undefined) return level
  throw new CdbError('CDB_USAGE', `--level ${text.slice(0, 40)} is not a level`, {
    mend: `use ${levels.join(', ')}`,
  })
}

async function breakGlassNow(terminal: Terminal, args: CliArgs): Promise<number> {
  const settings = parseServiceSettings(process.env, textOption(args, 'config') ?? null, [])
  const telemetry = createTelemetry({
    ...{ service: 'kill', owner: '', level: 'warn', format: 'text' },
    write: (line) => {
      terminal.stderr.write(line)
    },
  })
  const gateway = openGateway(settings, systemClock, telemetry)
  try {
    const left = await breakGlass(gateway, settings.instrument.id, systemClock)
    const words = [
      `${left.canceled.length} canceled: ${left.canceled.join(' ')}`,
      `${left.residual.length} left: ${left.residual.join(' ')}`,
      `${left.foreign.length} not ours: ${left.foreign.join(' ')}`,
      ...(left.problem === '' ? [] : [left.problem]),
    ].map((line) => `${line.replace(/: $/, '')}\n`)
    terminal.stdout.write(flagOption(args, 'json') ? `${JSON.stringify(left)}\n` : words.join(''))
    return left.residual.length === 0 && left.problem === '' ? exitCodes.ok : exitCodes.failed
  } finally {
    await gateway.close()
  }
}
