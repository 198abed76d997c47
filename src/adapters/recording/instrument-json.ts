import { formatDecimal, money, price, quantity } from '../../domain/decimal.ts'
import { parseInstrumentId } from '../../domain/instrument.ts'
import type { Instrument } from '../../domain/instrument.ts'

/** An instrument with its filters as JSON, amounts as decimal text. */
export const encodeInstrument = (instrument: Instrument): string =>
  JSON.stringify(instrument, (_key, value: unknown) =>
    typeof value === 'bigint' ? formatDecimal(value) : value,
  )

/** Throws TypeError where it is not such JSON, and CdbError where a part of it is no id or amount. */
export function decodeInstrument(text: string): Instrument {
  const fields = JSON.parse(text) as Readonly<Record<string, unknown>>
  const word = (name: string): string => {
    const value = fields[name]
    if (typeof value !== 'string') throw new TypeError(`instrument without ${name}`)
    return value
  }
  const openOrdersMax = fields['openOrdersMax']
  if (typeof openOrdersMax !== 'number') throw new TypeError('instrument without openOrdersMax')
  return {
    id: parseInstrumentId(word('id')),
    symbol: word('symbol'),
    venue: word('venue'),
    base: word('base'),
    quote: word('quote'),
    tickSize: price(word('tickSize')),
    lotSize: quantity(word('lotSize')),
    quantityMin: quantity(word('quantityMin')),
    quantityMax: quantity(word('quantityMax')),
    notionalMin: money(word('notionalMin')),
    openOrdersMax,
  }
}
