import type { Price, Ratio } from './decimal.ts'
import type { InstrumentId } from './instrument.ts'
import type { Side } from './market.ts'

export const regimes = ['unknown', 'trend', 'range', 'chaotic'] as const
/** What the market is doing: `chaotic` is volatility so high that no strategy should add risk unasked. */
export type Regime = (typeof regimes)[number]

/**
 * A strategy's wish, not an order: risk decides. `slot` names the decision (strategy, account, instrument,
 * trigger) and is the same whichever replica or version computes it, so that it can be acted on only once.
 */
export type Signal = Readonly<{
  kind: 'signal'
  slot: string
  strategy: string
  instrument: InstrumentId
  action: 'enter' | 'exit'
  /** The side of the order that would carry out the wish: `sell` exits a long or enters a short. */
  side: Side
  /** The last trade's price when the wish was made. */
  price: Price
  eventMs: number
  reason: string
  regime: Regime
  /** Share of the strategy's full size that allocation grants now, 0 to 1. */
  allocation: Ratio
  /** Distance of a protective stop from the entry, as a share of price; null leaves it to risk's default. */
  stopLoss: Ratio | null
  takeProfit: Ratio | null
}>
