import { formatDecimal } from '../../domain/decimal.ts'
import { symbolOf } from '../../domain/instrument.ts'
import type { ApprovedOrder } from '../../engine/approved-order.ts'

/**
 * The parameters of POST /api/v3/order, without time and signature. `reduceOnly` and `group` are ours: spot
 * venues have neither, and only the simulator is sent them.
 */
export function orderQueryOf(order: ApprovedOrder, extensions: boolean): URLSearchParams {
  const query = new URLSearchParams({
    symbol: symbolOf(order.instrument),
    side: order.side === 'buy' ? 'BUY' : 'SELL',
    type: typeOf(order),
    quantity: formatDecimal(order.quantity),
    newClientOrderId: order.clientOrderId,
    newOrderRespType: 'ACK',
  })
  if (order.price !== null) query.set('price', formatDecimal(order.price))
  if (order.stopPrice !== null) query.set('stopPrice', formatDecimal(order.stopPrice))
  const hasTime = order.type === 'stopLimit' || (order.type === 'limit' && !order.postOnly)
  if (hasTime) query.set('timeInForce', order.timeInForce.toUpperCase())
  if (extensions && order.reduceOnly) query.set('reduceOnly', 'true')
  if (extensions && order.group !== null) query.set('group', order.group)
  return query
}

function typeOf({ type, postOnly }: ApprovedOrder): string {
  switch (type) {
    case 'market':
      return 'MARKET'
    case 'limit':
      return postOnly ? 'LIMIT_MAKER' : 'LIMIT'
    case 'stop':
      return 'STOP_LOSS'
    case 'stopLimit':
      return 'STOP_LOSS_LIMIT'
    default:
      return type satisfies never
  }
}
