import { CdbError } from '../domain/errors.ts'
import { parseParams } from '../domain/param.ts'
import type { ParamValues } from '../domain/param.ts'
import type { Control, Limits, LimitSpec } from './control.ts'
import { balance } from './controls/balance.ts'
import { clock } from './controls/clock.ts'
import { dataFreshness } from './controls/data-freshness.ts'
import { duplicate } from './controls/duplicate.ts'
import { limitChange } from './controls/limit-change.ts'
import { lossLimit } from './controls/loss-limit.ts'
import { messageRate } from './controls/message-rate.ts'
import { openOrders } from './controls/open-orders.ts'
import { orderLifetime } from './controls/order-lifetime.ts'
import { orderNumbers } from './controls/order-numbers.ts'
import { orderSize } from './controls/order-size.ts'
import { orderValue } from './controls/order-value.ts'
import { override } from './controls/override.ts'
import { periodCollar } from './controls/period-collar.ts'
import { permission } from './controls/permission.ts'
import { positionSize } from './controls/position-size.ts'
import { priceCollar } from './controls/price-collar.ts'
import { reconciliation } from './controls/reconciliation.ts'
import { rejectStorm } from './controls/reject-storm.ts'
import { repeatedExecution } from './controls/repeated-execution.ts'
import { selfMatch } from './controls/self-match.ts'
import { signalAge } from './controls/signal-age.ts'
import { slippage } from './controls/slippage.ts'
import { tradingState } from './controls/trading-state.ts'
import { turnover } from './controls/turnover.ts'
import { unknownOrders } from './controls/unknown-orders.ts'
import { venueFilters } from './controls/venue-filters.ts'

/**
 * Every control that judges an order, in the order of evaluation; the first breach denies the order.
 */
export const controls: readonly Control[] = [
  tradingState,
  permission,
  duplicate,
  priceCollar,
  periodCollar,
  orderValue,
  orderSize,
  venueFilters,
  balance,
  messageRate,
  openOrders,
  positionSize,
  turnover,
  lossLimit,
  repeatedExecution,
  rejectStorm,
  dataFreshness,
  clock,
  selfMatch,
  signalAge,
  slippage,
  reconciliation,
  unknownOrders,
  orderLifetime,
  orderNumbers,
  override,
  limitChange,
]

/** A limit by its key. */
export type LimitEntry = Readonly<{ control: Control; spec: LimitSpec }>

/** The control and the setting that a key such as `C05.share` names; null when there is none. */
export function limitSpecOf(key: string): LimitEntry | null {
  for (const control of controls) {
    const spec = control.params.find(({ name }) => key === `${control.id}.${name}`)
    if (spec !== undefined) return { control, spec }
  }
  return null
}

/** Every key that a limit can be set by, in order. */
export const limitKeys: readonly string[] = controls.flatMap(({ id, params }) =>
  params.map(({ name }) => `${id}.${name}`),
)

/**
 * The limits of every control: those given by key (`C05.share`), the defaults for the rest.
 * Throws CDB_PARAM_UNKNOWN, CDB_PARAM_INVALID or CDB_PARAM_RANGE.
 */
export function parseLimits(given: Readonly<Record<string, string>>): Limits {
  const byControl = new Map<string, Record<string, string>>()
  for (const [key, written] of Object.entries(given)) {
    const entry = limitSpecOf(key)
    if (entry === null) throw unknownLimit(key)
    const settings = byControl.get(entry.control.id) ?? {}
    settings[entry.spec.name] = written
    byControl.set(entry.control.id, settings)
  }
  const limits: Record<string, ParamValues> = {}
  for (const { id, params } of controls) limits[id] = parseParams(id, params, byControl.get(id) ?? {})
  return limits
}

/** Lists the settings of the control where that part of the key is right, else all of them. */
function unknownLimit(key: string): CdbError {
  const id = key.slice(0, Math.max(0, key.indexOf('.')))
  const ofControl = limitKeys.filter((known) => known.startsWith(`${id}.`))
  return new CdbError('CDB_PARAM_UNKNOWN', `there is no limit "${key.slice(0, 60)}"`, {
    mend: `use one of ${(ofControl.length > 0 ? ofControl : limitKeys).join(', ')}`,
  })
}
