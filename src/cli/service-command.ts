import type { Role } from '../engine/lease.ts'
import type { CliCommand } from './command.ts'
import { textOption } from './command.ts'
import { requireNoArguments } from './control-options.ts'
import { healthPorts, runService } from './service-process.ts'
import type { ServiceProcess } from './service-process.ts'
import { parseServiceSettings } from './service-settings.ts'

type Service = Readonly<{
  role: Role
  summary: string
  /** A few full lines for its help. */
  about: string
  live: ServiceProcess['live']
}>

/** The command that runs one replica of a service. */
export const serviceCommand = ({ role, summary, about, live }: Service): CliCommand => ({
  name: role,
  summary,
  help: `Usage: cdb ${role} [--config FILE]

${about}

Run two or more: one works, the others stand by and take over. SIGTERM hands over at once. Settings come from the
environment, and from the file where the environment is silent; docs/reference/configuration.md lists them. It needs
DATABASE_URL and REDIS_URL. Health, status and metrics are on port ${healthPorts[role]} (CDB_HEALTH_PORT).

Options:
  --config FILE  settings as one JSON object, by the same names

Exit codes: 0 stopped as told, 1 failed, 2 wrong usage or settings, 70 a fault of the program.

Examples:
  cdb ${role}
  cdb ${role} --config services.json
`,
  options: { config: { type: 'string' } },
  run(terminal, args) {
    requireNoArguments(role, args)
    const settings = parseServiceSettings(process.env, textOption(args, 'config') ?? null)
    return runService({ role, settings, terminal, live })
  },
})
