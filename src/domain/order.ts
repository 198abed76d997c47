import type { Price, Quantity } from './decimal.ts'
import { CdbError } from './errors.ts'
import type { InstrumentId } from './instrument.ts'
import type { Side } from './market.ts'

declare const clientOrderIdBrand: unique symbol
/** Ours, at most 18 of [a-z0-9]: fits Binance's 36 and Kraken's 18. Derived from the decision slot. */
export type ClientOrderId = string & { readonly [clientOrderIdBrand]: 'clientOrderId' }

export const orderTypes = ['market', 'limit', 'stop', 'stopLimit'] as const
export type OrderType = (typeof orderTypes)[number]

export const timesInForce = ['gtc', 'ioc', 'fok'] as const
export type TimeInForce = (typeof timesInForce)[number]

export const orderPurposes = ['entry', 'exit', 'stopLoss', 'takeProfit', 'flatten'] as const
export type OrderPurpose = (typeof orderPurposes)[number]

/** Stop-loss and take-profit: orders that a fill brings about, not a signal. */
export const isProtective = (purpose: OrderPurpose): boolean =>
  purpose === 'stopLoss' || purpose === 'takeProfit'

/** What is wanted. It becomes an order once risk has approved it. */
export type OrderRequest = Readonly<{
  slot: string
  clientOrderId: ClientOrderId
  account: string
  strategy: string
  instrument: InstrumentId
  side: Side
  type: OrderType
  quantity: Quantity
  /** Limit price; null for market and stop. */
  price: Price | null
  /**
   * Trigger price; null for market and limit. A sell stop triggers at or below it, a buy stop at or above.
   */
  stopPrice: Price | null
  timeInForce: TimeInForce
  postOnly: boolean
  /** May only bring the position nearer to zero; the venue clamps or cancels what would not. */
  reduceOnly: boolean
  /** Orders of one group exclude each other: a fill of one cancels the rest (stop-loss and take-profit). */
  group: string | null
  purpose: OrderPurpose
  /** The market price the decision was made at; slippage is measured against it. */
  decisionPrice: Price
  /** Event time of the decision. */
  decidedMs: number
  /** Canceled by its owner when still open at this event time; null for protective orders, which stay. */
  expiresMs: number | null
}>

export const orderStates = [
  'new',
  'denied',
  'approved',
  'abandoned',
  'submitting',
  'unknown',
  'accepted',
  'partiallyFilled',
  'cancelPending',
  'filled',
  'canceled',
  'expired',
  'rejected',
  'notPlaced',
] as const
export type OrderState = (typeof orderStates)[number]

export const orderMoves = [
  'deny',
  'approve',
  'abandon',
  'submit',
  'lose',
  'accept',
  'fillPart',
  'fillRest',
  'requestCancel',
  'cancel',
  'expire',
  'reject',
  'disprove',
] as const
export type OrderMove = (typeof orderMoves)[number]

type Moves = Readonly<Partial<Record<OrderMove, OrderState>>>

/** What a working order at the venue may become, in whatever order the evidence arrives. */
const evidence: Moves = {
  fillPart: 'partiallyFilled',
  fillRest: 'filled',
  cancel: 'canceled',
  expire: 'expired',
}

/** The whole life cycle: one line a state, every other move is an error. Terminal states have no moves. */
export const orderTransitions: Readonly<Record<OrderState, Moves>> = {
  new: { deny: 'denied', approve: 'approved' },
  denied: {},
  approved: { abandon: 'abandoned', submit: 'submitting' },
  abandoned: {},
  // A fill or an end may be heard before the acceptance; no answer at all is unknown, never rejected.
  submitting: { ...evidence, accept: 'accepted', reject: 'rejected', lose: 'unknown' },
  unknown: { ...evidence, accept: 'accepted', disprove: 'notPlaced' },
  accepted: { ...evidence, requestCancel: 'cancelPending' },
  partiallyFilled: { ...evidence, requestCancel: 'cancelPending' },
  // A fill can cross our cancel on the wire: the order stays cancel-pending until it ends.
  cancelPending: { ...evidence, fillPart: 'cancelPending' },
  filled: {},
  canceled: {},
  expired: {},
  rejected: {},
  notPlaced: {},
}

export const isTerminal = (state: OrderState): boolean => Object.keys(orderTransitions[state]).length === 0

/**
 * The state after a legal move. Throws CDB_ORDER_TRANSITION on any other: late evidence is the caller's to
 * book.
 */
export function applyMove(state: OrderState, move: OrderMove): OrderState {
  const next = orderTransitions[state][move]
  if (next === undefined) {
    throw new CdbError('CDB_ORDER_TRANSITION', `an order that is ${state} cannot ${move}`)
  }
  return next
}
