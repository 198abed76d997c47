import { notional, shareCeil } from '../../domain/decimal.ts'
import type { Money, Price, Quantity, Ratio } from '../../domain/decimal.ts'
import type { Fill } from '../../domain/execution-report.ts'
import type { Instrument } from '../../domain/instrument.ts'
import type { Side } from '../../domain/market.ts'
import type { PaperVenueSettings } from './params.ts'

export type Fee = Pick<Fill, 'fee' | 'feeAsset'>

/**
 * The fee of a fill, rounded up at 1e-12. With feeIn=base a buy pays out of what it bought, as spot venues
 * do.
 */
export function feeOf(
  settings: PaperVenueSettings,
  instrument: Instrument,
  fill: Readonly<{ side: Side; price: Price; quantity: Quantity; liquidity: Fill['liquidity'] }>,
): Fee {
  const rate = fill.liquidity === 'maker' ? settings.makerFee : settings.takerFee
  if (settings.feeIn === 'base' && fill.side === 'buy') {
    return { fee: shareCeil(fill.quantity, rate), feeAsset: instrument.base }
  }
  return { fee: shareCeil(notional(fill.price, fill.quantity), rate), feeAsset: instrument.quote }
}

/** The higher of both rates: what a reservation must hold back, as it is not known yet which will apply. */
export const feeRateMax = (settings: PaperVenueSettings): Ratio =>
  settings.makerFee > settings.takerFee ? settings.makerFee : settings.takerFee

/** Price x quantity and its fee, rounded up: what a buy costs at most. */
export function costWithFee(settings: PaperVenueSettings, at: Price, amount: Quantity): Money {
  const value = shareCeil(amount, at as bigint as Ratio) as bigint as Money
  return (value + shareCeil(value, feeRateMax(settings))) as Money
}
