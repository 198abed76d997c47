import type { MarketEvent, Trade } from '../domain/market.ts'

export type NumberedTrade = Trade & Readonly<{ tradeId: number }>

export const isNumbered = (event: MarketEvent): event is NumberedTrade =>
  event.kind === 'trade' && event.tradeId !== null

/**
 * `seen`: it came by before. `hole`: ids between the last trade and it are missing. `restarted`: its id is an
 * old one but its time is new, so the venue numbers anew.
 */
export type TradePlace = 'next' | 'seen' | 'hole' | 'restarted'

/** Follows the ids of trades: the venue counts them, so what is missing or comes twice is known. */
export type TradeOrder = Readonly<{
  placeOf(trade: NumberedTrade): TradePlace
  /** It is the newest from now on. */
  take(trade: NumberedTrade): void
  last(): NumberedTrade | null
}>

export function createTradeOrder(): TradeOrder {
  let last: NumberedTrade | null = null
  return {
    placeOf(trade) {
      if (last === null || trade.tradeId === last.tradeId + 1) return 'next'
      if (trade.tradeId > last.tradeId) return 'hole'
      return trade.eventMs <= last.eventMs ? 'seen' : 'restarted'
    },
    take(trade) {
      last = trade
    },
    last: () => last,
  }
}
