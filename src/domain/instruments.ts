import { money, price, quantity } from './decimal.ts'
import { CdbError } from './errors.ts'
import { parseInstrumentId, symbolOf, venueOf } from './instrument.ts'
import type { Instrument, InstrumentId } from './instrument.ts'

/** Quote assets by which a symbol is split, longest first where one ends another. */
const QUOTES = ['FDUSD', 'USDT', 'USDC', 'BUSD', 'EUR', 'USD', 'GBP', 'TRY', 'BTC', 'ETH', 'BNB'] as const

type Filters = Omit<Instrument, 'id' | 'symbol' | 'venue' | 'base' | 'quote'>

const filters = (tick: string, lot: string, notionalMin: string): Filters => ({
  tickSize: price(tick),
  lotSize: quantity(lot),
  quantityMin: quantity(lot),
  quantityMax: quantity('9000'),
  notionalMin: money(notionalMin),
  openOrdersMax: 200,
})

/**
 * Filters as the venues published them for these symbols; a recording may carry newer ones in its metadata.
 */
const KNOWN: Readonly<Record<string, Filters>> = {
  'BTCUSDT.BINANCE': filters('0.01', '0.00001', '5'),
  'ETHUSDT.BINANCE': filters('0.01', '0.0001', '5'),
  'BTCUSDT.MEXC': filters('0.01', '0.000001', '1'),
  'BTCUSD.COINBASE': filters('0.01', '0.00000001', '1'),
  'BTCUSDT.SIM': filters('0.01', '0.00001', '5'),
}

/**
 * For symbols we hold no filters of: fine grids, so that a backtest runs; a live venue always sends its own.
 */
const FALLBACK: Filters = { ...filters('0.00000001', '0.00000001', '1'), quantityMax: quantity('1000000000') }

/**
 * The instrument with the best filters known. Throws CDB_INSTRUMENT_INVALID when the symbol's quote asset is
 * unknown.
 */
export function instrumentOf(text: string): Instrument {
  const id = parseInstrumentId(text)
  const symbol = symbolOf(id)
  const quote = QUOTES.find((asset) => symbol.endsWith(asset) && symbol.length > asset.length)
  if (quote === undefined) {
    throw new CdbError('CDB_INSTRUMENT_INVALID', `the quote asset of ${id} is not known`, {
      mend: `use a symbol that ends in one of ${QUOTES.join(', ')}`,
    })
  }
  const base = symbol.slice(0, -quote.length)
  return { id, symbol, venue: venueOf(id), base, quote, ...(KNOWN[id] ?? FALLBACK) }
}

export const isKnownInstrument = (id: InstrumentId): boolean => id in KNOWN
