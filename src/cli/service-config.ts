import type { RunRecord } from '../adapters/postgres/run.ts'
import { digest } from '../adapters/system/digest.ts'
import { loadStrategy } from '../adapters/system/strategy-file.ts'
import { formatDecimal } from '../domain/decimal.ts'
import { orderTypes } from '../domain/order.ts'
import { parseParams } from '../domain/param.ts'
import { parseLimits } from '../engine/controls.ts'
import { paperVenueParams, takerFeeOf } from '../engine/paper-venue/paper-venue.ts'
import { regimeParams } from '../engine/regime.ts'
import type { RiskConfig } from '../engine/risk.ts'
import type { SignalConfig } from '../engine/signal.ts'
import { sizingParams } from '../engine/sizing.ts'
import { writtenLimits } from './run-log.ts'
import type { ServiceSettings } from './service-settings.ts'

/** What the settings make of the steps of signal and risk, and of the run that the database holds. */
export type ServiceConfig = Readonly<{
  signal: SignalConfig
  risk: RiskConfig
  run: RunRecord
  approvalAgeMsMax: number
}>

/** Loads the strategy and checks every parameter. Throws what parseParams and loadStrategy throw. */
export async function serviceConfigOf(settings: ServiceSettings): Promise<ServiceConfig> {
  const { account, instrument, cash, short } = settings
  const strategy = await loadStrategy(settings.strategy)
  const limits = parseLimits(settings.limits)
  const sizing = parseParams('sizing', sizingParams, settings.sizing)
  return {
    signal: {
      ...{ instrument, account, strategy },
      params: parseParams(`strategy ${strategy.name}`, strategy.params, settings.params),
      regime: parseParams('regime', regimeParams, settings.regime),
    },
    risk: {
      ...{ account, cash, instruments: [instrument], limits, sizing, digest },
      permissions: [
        { strategy: strategy.name, instrument: instrument.id, account, types: orderTypes, short },
      ],
      takerFee: takerFeeOf(parseParams('paper venue', paperVenueParams, {})),
    },
    run: {
      ...{ account, instrument, cash, sourcePath: '' },
      limits: writtenLimits(limits),
      identity: identityOf(settings, strategy.name),
    },
    approvalAgeMsMax: Number(limits['C21']?.['age'] ?? 2_000),
  }
}

/**
 * What risk's decisions follow from besides the log: a replica with other settings would decide otherwise.
 * The strategy's parameters are not in it, since what a strategy wished is on the log.
 */
const identityOf = (settings: ServiceSettings, strategy: string): RunRecord['identity'] => ({
  kind: 'services',
  strategy,
  short: settings.short,
  cash: formatDecimal(settings.cash),
  limits: settings.limits,
  sizing: settings.sizing,
})
