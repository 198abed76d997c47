import { parseDecimal, price, quantity } from '../../domain/decimal.ts'
import type { Money, Quantity } from '../../domain/decimal.ts'
import type { InstrumentId } from '../../domain/instrument.ts'
import type { VenueBalance, VenueOrder, VenueTrade } from '../../engine/venue-gateway.ts'
import { flagOf, integerOf, textOf, toObject } from './json.ts'
import type { Json } from './json.ts'

/*
 * Answers about the account. All throw TypeError or CDB_DECIMAL_INVALID on what is not of this shape.
 * Source: https://developers.binance.com/docs/binance-spot-api-docs/rest-api/account-endpoints
 */

const STATES: Readonly<Record<string, VenueOrder['state']>> = {
  NEW: 'open',
  PENDING_NEW: 'open',
  PARTIALLY_FILLED: 'open',
  PENDING_CANCEL: 'open',
  FILLED: 'filled',
  CANCELED: 'canceled',
  REJECTED: 'rejected',
  EXPIRED: 'expired',
  EXPIRED_IN_MATCH: 'expired',
}

/**
 * `{"symbol":"LTCBTC","orderId":1,"clientOrderId":"myOrder1","executedQty":"0.0","status":"NEW",
 * "updateTime":1499827319559, ...}`
 */
export function toVenueOrder(json: Json, instrument: InstrumentId): VenueOrder {
  const status = textOf(json, 'status')
  const state = Object.hasOwn(STATES, status) ? STATES[status] : undefined
  if (state === undefined) throw new TypeError(`status "${status.slice(0, 40)}" is not known`)
  return {
    clientOrderId: textOf(json, 'clientOrderId'),
    venueOrderId: String(integerOf(json, 'orderId')),
    instrument,
    state,
    filled: quantity(textOf(json, 'executedQty')),
    updatedMs: integerOf(json, 'updateTime'),
  }
}

/**
 * `{"id":28457,"orderId":100234,"price":"4.00000100","qty":"12.00000000",
 * "commission":"10.10000000","commissionAsset":"BNB","time":1499865549590,"isBuyer":true,"isMaker":false,
 * ...}`
 */
export function toVenueTrade(json: Json, instrument: InstrumentId): Omit<VenueTrade, 'clientOrderId'> {
  return {
    tradeId: String(integerOf(json, 'id')),
    venueOrderId: String(integerOf(json, 'orderId')),
    instrument,
    side: flagOf(json, 'isBuyer') ? 'buy' : 'sell',
    price: price(textOf(json, 'price')),
    quantity: quantity(textOf(json, 'qty')),
    fee: parseDecimal(textOf(json, 'commission')) as Money | Quantity,
    feeAsset: textOf(json, 'commissionAsset'),
    liquidity: flagOf(json, 'isMaker') ? 'maker' : 'taker',
    eventMs: integerOf(json, 'time'),
  }
}

/** `{"balances":[{"asset":"BTC","free":"4723846.89208129","locked":"0.00000000"}, ...], ...}` */
export function toVenueBalances(json: Json): readonly VenueBalance[] {
  const list: unknown = json['balances']
  if (!Array.isArray(list)) throw new TypeError('balances is not a list')
  return list.map(toObject).map((balance) => ({
    asset: textOf(balance, 'asset'),
    total: (parseDecimal(textOf(balance, 'free')) + parseDecimal(textOf(balance, 'locked'))) as
      Money | Quantity,
  }))
}
