import { absolute, formatDecimal, money, ratio, shareFloor } from '../domain/decimal.ts'
import type { Instrument } from '../domain/instrument.ts'
import type { OrderDesk } from './order-desk.ts'
import type { VenueBalance } from './venue-gateway.ts'
import type { ClockOffset } from './venue-news.ts'

export const OFFSET_MS_MAX = 250
export const UNCERTAINTY_MS_MAX = 100

/** C19: how far the clock is off; empty while it is right. */
export function clockFault({ offsetMs, uncertaintyMs }: ClockOffset): string {
  if (Math.abs(offsetMs) > OFFSET_MS_MAX) return `the clock is ${Math.round(-offsetMs)} ms ahead of the venue`
  if (uncertaintyMs > UNCERTAINTY_MS_MAX)
    return `the venue's time is known to ${Math.round(uncertaintyMs)} ms only`
  return ''
}

/** What the account held before the first fill, by asset. */
export type OpeningBalances = ReadonlyMap<string, bigint>

/** What of a balance the fills do not explain: the opening balance, when nothing else has moved it. */
export function unexplainedBalances(
  desk: OrderDesk,
  { base, quote }: Instrument,
  balances: readonly VenueBalance[],
): OpeningBalances {
  const totalOf = (wanted: string): bigint => balances.find(({ asset }) => asset === wanted)?.total ?? 0n
  return new Map([
    [base, totalOf(base) - desk.netBase],
    [quote, totalOf(quote) - desk.netQuote],
  ])
}

/** The least order value's hundredth: no difference of this size is worth a halt. */
const DUST_SHARE = ratio('0.01')

/** Balances that differ from the opening ones by more than dust, with how. */
export function balanceDifferences(
  instrument: Instrument,
  opening: OpeningBalances,
  unexplained: OpeningBalances,
): ReadonlyMap<string, string> {
  const differences = new Map<string, string>()
  for (const [asset, found] of unexplained) {
    const dust =
      asset === instrument.base ? instrument.lotSize : shareFloor(instrument.notionalMin, DUST_SHARE)
    const difference = found - (opening.get(asset) ?? money('0'))
    if (absolute(difference) > dust) {
      const sign = difference > 0n ? 'more' : 'less'
      differences.set(asset, `${formatDecimal(absolute(difference))} ${sign} than the fills explain`)
    }
  }
  return differences
}
