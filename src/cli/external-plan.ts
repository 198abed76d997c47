import { join } from 'node:path'
import { formatDecimal } from '../domain/decimal.ts'
import { CdbError } from '../domain/errors.ts'
import type { CliArgs } from './command.ts'
import { flagOption, textOption } from './command.ts'
import { runOptions, runSettingsOf } from './run-settings.ts'
import type { RunSettings } from './run-settings.ts'
import { parseServiceSettings } from './service-settings.ts'
import type { Environment } from './service-settings.ts'

/** What `cdb up --external` starts. */
export type ExternalPlan = Readonly<{
  /** Of the services. */
  environment: Environment
  /** Arguments of `cdb venue` without the port; null where the venue is somebody else's. */
  venueArgv: readonly string[] | null
  folder: string
}>

/** Options that have no meaning beside --external. */
const EMBEDDED_ONLY = ['sim', 'recording', 'operator'] as const

/**
 * Settings of the services from the command line and the environment; what the command line sets wins. Throws
 * CDB_USAGE and CDB_CONFIG_INVALID.
 */
export function externalPlanOf(args: CliArgs, environment: Environment): ExternalPlan {
  for (const name of EMBEDDED_ONLY) {
    if (args.values[name] === undefined) continue
    throw new CdbError('CDB_USAGE', `--${name} is for one process, not for --external`)
  }
  if (textOption(args, 'speed') !== '1') {
    throw new CdbError('CDB_USAGE', '--speed is for one process: services run in real time')
  }
  const settings = runSettingsOf(args)
  const folder = textOption(args, 'data') ?? 'cdb-data'
  const services: Environment = {
    ...environment,
    ...given(args, settings, environment),
    CDB_HEALTH_PORT: '0',
  }
  const { instrument, cash } = parseServiceSettings(services, null)
  const hasVenue = services['CDB_VENUE_URL'] !== undefined && services['CDB_VENUE_URL'] !== ''
  const venue = Object.entries(settings.venue).flatMap(([key, value]) => ['--venue', `${key}=${value}`])
  return {
    environment: services,
    venueArgv: hasVenue
      ? null
      : [
          ...[
            'venue',
            '--instrument',
            instrument.id,
            '--seed',
            String(settings.seed),
            '--cash',
            formatDecimal(cash),
          ],
          ...['--state', join(folder, 'venue.jsonl'), ...venue],
        ],
    folder,
  }
}

type Given = Record<string, string>

function given(args: CliArgs, settings: RunSettings, environment: Environment): Given {
  const values: Given = {}
  const put = (name: string, value: string | undefined, preset?: string | boolean): void => {
    const isSet = (environment[name] ?? '') !== ''
    // A default of the command line does not stand against what the environment says.
    if (value !== undefined && value !== '' && !(value === preset && isSet)) values[name] = value
  }
  put('DATABASE_URL', textOption(args, 'database-url'))
  put('REDIS_URL', textOption(args, 'redis-url'))
  put('CDB_INSTRUMENT', textOption(args, 'instrument'))
  put('CDB_STRATEGY', settings.strategy, presetOf('strategy'))
  put('CDB_CASH', settings.cash, presetOf('cash'))
  put('CDB_PARAMS', pairsText(settings.params))
  put('CDB_LIMITS', pairsText(settings.limits))
  put('CDB_SIZING', pairsText(settings.sizing))
  put('CDB_REGIME', pairsText(settings.regime))
  if (flagOption(args, 'short')) put('CDB_SHORT', 'true')
  return values
}

const pairsText = (pairs: Readonly<Record<string, string>>): string =>
  Object.entries(pairs)
    .map(([key, value]) => `${key}=${value}`)
    .join(',')

function presetOf(name: string): string | undefined {
  const preset = runOptions[name]?.default
  return typeof preset === 'string' ? preset : undefined
}
