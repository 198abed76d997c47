import type { Money, Price, Quantity } from '../../domain/decimal.ts'
import type { Side } from '../../domain/market.ts'
import type { OrderType, TimeInForce } from '../../domain/order.ts'

/** What an order asks for, as the venue understands it. */
export type OrderForm = Readonly<{
  clientOrderId: string
  side: Side
  type: OrderType
  quantity: Quantity
  price: Price | null
  stopPrice: Price | null
  timeInForce: TimeInForce
  postOnly: boolean
  reduceOnly: boolean
  group: string | null
}>

/** Binance's words. Refused orders leave no record. */
export type OrderStatus = 'NEW' | 'PARTIALLY_FILLED' | 'FILLED' | 'CANCELED' | 'EXPIRED'

/** An order that the venue has accepted. Client ids may come again once their order has ended. */
export type OrderRecord = Readonly<{
  orderId: number
  form: OrderForm
  placedMs: number
  isExternal: boolean
}> & {
  status: OrderStatus
  filled: Quantity
  /** Quote paid or received so far, without fees. */
  value: Money
  updatedMs: number
  /** The venue denies until then that it has the order. */
  hiddenUntilMs: number
  /** Not yet in the book, for an order that is made to fill in parts. */
  heldBack: Quantity
  heldUntilMs: number
}

export const isOpen = ({ status }: OrderRecord): boolean => status === 'NEW' || status === 'PARTIALLY_FILLED'

/** A trade of the account. */
export type AccountTrade = Readonly<{
  tradeId: number
  orderId: number
  clientOrderId: string
  side: Side
  price: Price
  quantity: Quantity
  fee: Money | Quantity
  feeAsset: string
  isMaker: boolean
  tradeMs: number
}>

/** What comes back from the venue where it says no. */
export type Refusal = Readonly<{ code: number; message: string }>

export const refusal = (code: number, message: string): Refusal => ({ code, message })
