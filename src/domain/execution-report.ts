import type { Money, Price, Quantity } from './decimal.ts'
import type { InstrumentId } from './instrument.ts'
import type { Side } from './market.ts'
import type { ClientOrderId } from './order.ts'

type ReportBase = Readonly<{
  clientOrderId: ClientOrderId
  account: string
  instrument: InstrumentId
  /** The venue's time of what happened. */
  eventMs: number
}>

export type Accepted = ReportBase & Readonly<{ kind: 'accepted'; venueOrderId: string }>
/** The venue refused the order, with proof. */
export type Rejected = ReportBase & Readonly<{ kind: 'rejected'; reason: string }>
/** Ended unfilled or part filled on request, or by a sibling of its group. */
export type Canceled = ReportBase & Readonly<{ kind: 'canceled'; reason: string }>
/** Ended by its time in force (ioc, fok) or lifetime. */
export type Expired = ReportBase & Readonly<{ kind: 'expired'; reason: string }>
/** No answer came: the order may or may not be at the venue, and keeps its reservation. */
export type Unknown = ReportBase & Readonly<{ kind: 'unknown'; reason: string }>

/** It has been shown that the venue never had the order: looked for until no packet could still arrive. */
export type NotPlaced = ReportBase & Readonly<{ kind: 'notPlaced'; reason: string }>

/** Our own execution: the only thing that moves positions. Its key is (account, instrument, tradeId). */
export type Fill = ReportBase &
  Readonly<{
    kind: 'filled'
    tradeId: string
    side: Side
    price: Price
    quantity: Quantity
    /** What is left of the order after this fill. */
    leaves: Quantity
    /** In units of feeAsset: Money of the quote asset, or a quantity of the base or a third asset. */
    fee: Money | Quantity
    feeAsset: string
    liquidity: 'maker' | 'taker'
  }>

/** The venue's word on an order. */
export type ExecutionReport = Accepted | Rejected | Canceled | Expired | Unknown | NotPlaced | Fill
