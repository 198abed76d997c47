import { add, shareFloor, subtract } from '../../domain/decimal.ts'
import type { Price, Quantity, Ratio } from '../../domain/decimal.ts'
import { conformPrice } from '../../domain/instrument.ts'
import type { Instrument } from '../../domain/instrument.ts'
import { opposite } from '../../domain/market.ts'
import type { Side } from '../../domain/market.ts'
import type { OrderPurpose, OrderRequest } from '../../domain/order.ts'
import type { Signal } from '../../domain/signal.ts'
import { clientOrderIdOf } from '../client-order-id.ts'
import { positionOf } from '../portfolio.ts'
import { entryQuantity, exitQuantity } from '../sizing.ts'
import { observeEquity, openQuantityOf } from './account.ts'
import { ratesOf } from './context.ts'
import type { RiskContext } from './context.ts'

type Draft = Pick<OrderRequest, 'slot' | 'strategy' | 'side' | 'purpose' | 'decisionPrice'> &
  Partial<OrderRequest> &
  Readonly<{ quantity: Quantity }>

/** An order as risk drafts it: market and good until canceled unless told otherwise. */
const draftOrder = (context: RiskContext, instrument: Instrument, draft: Draft): OrderRequest => ({
  clientOrderId: clientOrderIdOf(draft.slot, context.config.digest),
  account: context.account.id,
  instrument: instrument.id,
  type: 'market',
  price: null,
  stopPrice: null,
  timeInForce: 'ioc',
  postOnly: false,
  reduceOnly: draft.purpose !== 'entry',
  group: null,
  decidedMs: context.account.nowMs,
  expiresMs: null,
  ...draft,
})

/** The entry a signal wishes for, sized by equity and allocation. */
export function entryOrder(context: RiskContext, instrument: Instrument, signal: Signal): OrderRequest {
  const { sizing, takerFee } = context.config
  const mark = context.account.marks.get(instrument.id)
  const passive = sizing['passive'] === true
  const touch = (signal.side === 'buy' ? mark?.bid : mark?.ask) ?? signal.price
  const lifetimeMs = context.limits.get('C27')?.['entry']
  const quantity = entryQuantity(
    instrument,
    {
      equity: observeEquity(context.account),
      at: signal.price,
      allocation: signal.allocation,
      collar: ratesOf(context).collar,
      takerFee,
    },
    sizing,
  )
  const draft = { slot: signal.slot, strategy: signal.strategy, side: signal.side, purpose: 'entry' } as const
  if (!passive) return draftOrder(context, instrument, { ...draft, quantity, decisionPrice: signal.price })
  return draftOrder(context, instrument, {
    ...draft,
    quantity,
    decisionPrice: signal.price,
    type: 'limit',
    price: conformPrice(instrument, signal.side, touch),
    timeInForce: 'gtc',
    postOnly: true,
    expiresMs: typeof lifetimeMs === 'number' ? context.account.nowMs + lifetimeMs : null,
  })
}

/**
 * The order that closes what is held against `side` and not being closed already; null when there is nothing.
 */
export function exitOrder(
  context: RiskContext,
  instrument: Instrument,
  exit: Readonly<{ slot: string; strategy: string; side: Side; price: Price; purpose: OrderPurpose }>,
): OrderRequest | null {
  const held = positionOf(context.account.portfolio, instrument.id).quantity
  if (held === 0n || held > 0n !== (exit.side === 'sell')) return null
  const closing = openQuantityOf(context.account, instrument.id, exit.side)
  const rest = held > 0n ? subtract(held, closing) : add(held, closing)
  if (held > 0n !== rest > 0n) return null
  const quantity = exitQuantity(instrument, rest)
  if (quantity === 0n) return null
  const { slot, strategy, side, purpose } = exit
  return draftOrder(context, instrument, {
    slot,
    strategy,
    side,
    purpose,
    quantity,
    decisionPrice: exit.price,
  })
}

/**
 * Stop-loss and take-profit of a filled entry: real orders of one group, so that one's fill cancels the
 * other.
 */
export function protectiveOrders(
  context: RiskContext,
  instrument: Instrument,
  entry: Readonly<{ request: OrderRequest; signal: Signal; quantity: Quantity; paid: Price; part: number }>,
): readonly OrderRequest[] {
  const { sizing } = context.config
  const { request, signal, quantity, paid } = entry
  const side = opposite(request.side)
  const stopLoss = signal.stopLoss ?? (sizing['stopLoss'] as Ratio)
  const takeProfit = signal.takeProfit ?? (sizing['takeProfit'] as Ratio)
  const suffix = entry.part === 0 ? '' : `.${entry.part}`
  const shared = { strategy: request.strategy, side, quantity, group: `${request.clientOrderId}${suffix}` }
  const orders: OrderRequest[] = []
  if (stopLoss > 0n) {
    const stopPrice = conformPrice(instrument, side, away(paid, side, stopLoss))
    orders.push(
      draftOrder(context, instrument, {
        ...shared,
        slot: `${request.slot}/stopLoss${suffix}`,
        purpose: 'stopLoss',
        type: 'stop',
        stopPrice,
        decisionPrice: stopPrice,
        timeInForce: 'gtc',
      }),
    )
  }
  if (takeProfit > 0n) {
    const price = conformPrice(instrument, side, away(paid, request.side, takeProfit))
    orders.push(
      draftOrder(context, instrument, {
        ...shared,
        slot: `${request.slot}/takeProfit${suffix}`,
        purpose: 'takeProfit',
        type: 'limit',
        price,
        decisionPrice: price,
        timeInForce: 'gtc',
      }),
    )
  }
  return orders
}

/** The price a share away: below for a sell, above for a buy. */
const away = (at: Price, side: Side, share: Ratio): Price =>
  side === 'sell' ? subtract(at, shareFloor(at, share)) : add(at, shareFloor(at, share))
