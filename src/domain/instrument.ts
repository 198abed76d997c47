import { absolute, formatDecimal, notional, roundDown, roundUp } from './decimal.ts'
import type { Money, Price, Quantity } from './decimal.ts'
import { CdbError } from './errors.ts'
import type { Side } from './market.ts'

declare const brand: unique symbol
/** Symbol and venue: `BTCUSDT.BINANCE`. */
export type InstrumentId = string & { readonly [brand]: 'instrumentId' }

/**
 * What is traded where, with the venue's filters. Amounts of base in Quantity, of quote in Price and Money.
 */
export type Instrument = Readonly<{
  id: InstrumentId
  symbol: string
  venue: string
  base: string
  quote: string
  tickSize: Price
  lotSize: Quantity
  quantityMin: Quantity
  quantityMax: Quantity
  notionalMin: Money
  /** The venue's own ceiling of resting orders (Binance MAX_NUM_ORDERS). */
  openOrdersMax: number
}>

const ID = /^([A-Z0-9]{2,20})\.([A-Z][A-Z0-9_]{1,19})$/

/** Throws CDB_INSTRUMENT_INVALID unless the text is SYMBOL.VENUE. */
export function parseInstrumentId(text: string): InstrumentId {
  if (!ID.test(text)) {
    throw new CdbError('CDB_INSTRUMENT_INVALID', `"${text}" is not an instrument id`, {
      mend: 'write SYMBOL.VENUE in capitals, for example BTCUSDT.BINANCE',
    })
  }
  return text as InstrumentId
}

export const symbolOf = (id: InstrumentId): string => id.slice(0, id.indexOf('.'))
export const venueOf = (id: InstrumentId): string => id.slice(id.indexOf('.') + 1)

/**
 * The nearest price on the tick grid that is no better for us than asked: a buy is not raised, a sell not
 * lowered.
 */
export const conformPrice = (instrument: Instrument, side: Side, wanted: Price): Price =>
  side === 'buy' ? roundDown(wanted, instrument.tickSize) : roundUp(wanted, instrument.tickSize)

/** The largest quantity on the lot grid that is no larger than wanted. */
export const conformQuantity = (instrument: Instrument, wanted: Quantity): Quantity =>
  roundDown(wanted, instrument.lotSize)

export type FilterBreach = Readonly<{ filter: string; value: string; limit: string }>

/**
 * Checks an order against the venue's filters; null when it conforms. A market order is valued at
 * `reference`. Source: Binance spot API, filters PRICE_FILTER, LOT_SIZE, NOTIONAL.
 */
export function checkFilters(
  instrument: Instrument,
  order: Readonly<{ quantity: Quantity; prices: readonly Price[]; reference: Price }>,
): FilterBreach | null {
  const { tickSize, lotSize, quantityMin, quantityMax, notionalMin } = instrument
  for (const limit of order.prices) {
    if (limit <= 0n) return breach('priceMin', limit, 0n)
    if (limit % tickSize !== 0n) return breach('tickSize', limit, tickSize)
  }
  if (order.quantity % lotSize !== 0n) return breach('lotSize', order.quantity, lotSize)
  if (order.quantity < quantityMin || order.quantity <= 0n) {
    return breach('quantityMin', order.quantity, quantityMin)
  }
  if (order.quantity > quantityMax) return breach('quantityMax', order.quantity, quantityMax)
  const value = absolute(notional(order.prices[0] ?? order.reference, order.quantity))
  if (value < notionalMin) return breach('notionalMin', value, notionalMin)
  return null
}

const breach = (filter: string, value: bigint, limit: bigint): FilterBreach => ({
  filter,
  value: formatDecimal(value),
  limit: formatDecimal(limit),
})
