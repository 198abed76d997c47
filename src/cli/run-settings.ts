import type { ParseArgsOptionsConfig } from 'node:util'
import { digest } from '../adapters/system/digest.ts'
import { loadStrategy } from '../adapters/system/strategy-file.ts'
import { money } from '../domain/decimal.ts'
import { CdbError } from '../domain/errors.ts'
import type { Instrument } from '../domain/instrument.ts'
import { parseDuration, parseParams } from '../domain/param.ts'
import { parseLimits } from '../engine/controls.ts'
import type { EngineConfig } from '../engine/engine.ts'
import { paperVenueParams } from '../engine/paper-venue/paper-venue.ts'
import { regimeParams } from '../engine/regime.ts'
import { sizingParams } from '../engine/sizing.ts'
import type { CliArgs } from './command.ts'
import { flagOption, pairsOption, textOption } from './command.ts'

type Pairs = Readonly<Record<string, string>>

/** What a person asked of a run, as written: plain JSON, so that it can be stored and sent to a worker. */
export type RunSettings = Readonly<{
  strategy: string
  params: Pairs
  limits: Pairs
  sizing: Pairs
  venue: Pairs
  regime: Pairs
  cash: string
  seed: number
  short: boolean
  /** As a duration; null leaves latches and halts to people. */
  operator: string | null
}>

/** The account that paper orders are booked on, in backtest and in `cdb up` alike. */
const ACCOUNT = 'paper'
const SEED_MAX = Number.MAX_SAFE_INTEGER

/** Options shared by every command that runs a strategy. */
export const runOptions: ParseArgsOptionsConfig = {
  strategy: { type: 'string', default: 'momentum' },
  param: { type: 'string', multiple: true },
  limit: { type: 'string', multiple: true },
  sizing: { type: 'string', multiple: true },
  venue: { type: 'string', multiple: true },
  regime: { type: 'string', multiple: true },
  cash: { type: 'string', default: '10000' },
  seed: { type: 'string', default: '1' },
  short: { type: 'boolean' },
  operator: { type: 'string' },
}

export const runOptionsHelp = `\
  --strategy NAME|FILE  built-in strategy (see: cdb strategies) or a strategy file (default: momentum)
  --param KEY=VALUE     parameter of the strategy; repeat for more
  --limit ID.KEY=VALUE  limit of a risk control, for example C05.share=0.02 (see: cdb controls)
  --sizing KEY=VALUE    size and protection of entries: ${sizingParams.map(({ name }) => name).join(', ')}
  --venue KEY=VALUE     paper venue: fees, latency, slippage
  --regime KEY=VALUE    regime classifier and allocation by regime
  --cash AMOUNT         cash at the start, in the quote asset (default: 10000)
  --seed N              seed of latency and slippage (default: 1)
  --short               the account may sell what it does not hold
  --operator DURATION   lift latches and halts this long after they fell, as a person would (default: never)
`

/**
 * Throws CDB_USAGE or CDB_DECIMAL_INVALID on what cannot be read; parameters are checked by engineConfigOf.
 */
export function runSettingsOf(args: CliArgs): RunSettings {
  const seedText = textOption(args, 'seed') ?? '1'
  const seed = /^\d{1,16}$/.test(seedText) ? Number(seedText) : Number.NaN
  if (!(seed <= SEED_MAX)) {
    throw new CdbError('CDB_USAGE', `--seed ${seedText} is not a whole number`, {
      mend: `use 0 to ${SEED_MAX}`,
    })
  }
  const cash = textOption(args, 'cash') ?? '10000'
  if (money(cash) <= 0n)
    throw new CdbError('CDB_USAGE', `--cash ${cash} is not above zero`, { mend: 'use --cash 10000' })
  return {
    strategy: textOption(args, 'strategy') ?? 'momentum',
    params: pairsOption(args, 'param'),
    limits: pairsOption(args, 'limit'),
    sizing: pairsOption(args, 'sizing'),
    venue: pairsOption(args, 'venue'),
    regime: pairsOption(args, 'regime'),
    cash,
    seed,
    short: flagOption(args, 'short'),
    operator: textOption(args, 'operator') ?? null,
  }
}

/** Loads the strategy and checks every parameter. Throws what parseParams and loadStrategy throw. */
export async function engineConfigOf(settings: RunSettings, instrument: Instrument): Promise<EngineConfig> {
  const strategy = await loadStrategy(settings.strategy)
  return {
    instrument,
    account: ACCOUNT,
    cash: money(settings.cash),
    short: settings.short,
    seed: settings.seed,
    strategy,
    params: parseParams(`strategy ${strategy.name}`, strategy.params, settings.params),
    regime: parseParams('regime', regimeParams, settings.regime),
    sizing: parseParams('sizing', sizingParams, settings.sizing),
    limits: parseLimits(settings.limits),
    venue: parseParams('paper venue', paperVenueParams, settings.venue),
    operatorMs: operatorMsOf(settings.operator),
    digest,
  }
}

function operatorMsOf(written: string | null): number | null {
  if (written === null) return null
  const ms = parseDuration(written)
  if (ms === undefined || ms <= 0) {
    throw new CdbError('CDB_USAGE', `--operator ${written} is not a duration`, {
      mend: 'use for example --operator 1d',
    })
  }
  return ms
}
