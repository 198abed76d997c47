import { parseDecimal } from '../../domain/decimal.ts'
import type { Price, Quantity } from '../../domain/decimal.ts'
import { CdbError } from '../../domain/errors.ts'
import type { OrderType, TimeInForce } from '../../domain/order.ts'
import { refusal } from './venue-order.ts'
import type { OrderForm, Refusal } from './venue-order.ts'

const TYPES: Readonly<Record<string, OrderType>> = {
  MARKET: 'market',
  LIMIT: 'limit',
  LIMIT_MAKER: 'limit',
  STOP_LOSS: 'stop',
  STOP_LOSS_LIMIT: 'stopLimit',
}
const TIMES: Readonly<Record<string, TimeInForce>> = { GTC: 'gtc', IOC: 'ioc', FOK: 'fok' }
const CLIENT_ID = /^[.A-Z:/a-z0-9_-]{1,36}$/

const malformed = (name: string): Refusal =>
  refusal(-1102, `Mandatory parameter '${name}' was not sent or malformed.`)

/** An order as Binance's parameters say it, with `reduceOnly` and `group` of our own. */
export function parseOrderForm(params: URLSearchParams): OrderForm | Refusal {
  const typeText = params.get('type') ?? ''
  const type = Object.hasOwn(TYPES, typeText) ? TYPES[typeText] : undefined
  if (type === undefined) return refusal(-1116, 'Invalid orderType.')
  const side = params.get('side')
  if (side !== 'BUY' && side !== 'SELL') return refusal(-1117, 'Invalid side.')
  const clientOrderId = params.get('newClientOrderId') ?? ''
  if (!CLIENT_ID.test(clientOrderId)) return malformed('newClientOrderId')
  const quantity = amount(params, 'quantity')
  if (quantity === null) return malformed('quantity')
  const price = amount(params, 'price')
  const needsPrice = type === 'stopLimit' || type === 'limit'
  if (needsPrice !== (price !== null)) return needsPrice ? malformed('price') : unread('price')
  const stopPrice = amount(params, 'stopPrice')
  const needsStop = type === 'stop' || type === 'stopLimit'
  if (needsStop !== (stopPrice !== null)) return needsStop ? malformed('stopPrice') : unread('stopPrice')
  const timeText = params.get('timeInForce')
  const needsTime = typeText === 'LIMIT' || typeText === 'STOP_LOSS_LIMIT'
  if (needsTime !== (timeText !== null)) return needsTime ? malformed('timeInForce') : unread('timeInForce')
  // A market order takes what it can and the rest expires, which here only `gtc` of type market means.
  const timeInForce = timeText === null ? 'gtc' : Object.hasOwn(TIMES, timeText) ? TIMES[timeText] : undefined
  if (timeInForce === undefined) return refusal(-1115, 'Invalid timeInForce.')
  return {
    ...{ clientOrderId, side: side === 'BUY' ? 'buy' : 'sell', type, timeInForce },
    quantity: quantity as Quantity,
    price: price as Price | null,
    stopPrice: stopPrice as Price | null,
    postOnly: typeText === 'LIMIT_MAKER',
    reduceOnly: params.get('reduceOnly') === 'true',
    group: params.get('group'),
  }
}

const unread = (name: string): Refusal => refusal(-1106, `Parameter '${name}' sent when not required.`)

function amount(params: URLSearchParams, name: string): bigint | null {
  const text = params.get(name)
  if (text === null) return null
  try {
    return parseDecimal(text)
  } catch (error) {
    if (error instanceof CdbError) return null
    throw error
  }
}
