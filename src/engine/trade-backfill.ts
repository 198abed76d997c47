import type { MarketFeed } from './market-stream.ts'
import { isOperatingError } from './operating-error.ts'
import { isNumbered } from './trade-order.ts'
import type { NumberedTrade } from './trade-order.ts'

/**
 * Trades that the venue had; not complete when it could not be asked, or has more than it may be asked for.
 */
export type Backfill = Readonly<{ trades: readonly NumberedTrade[]; isComplete: boolean }>

const PAGE = 1_000
/** What takes longer than this many questions is left as a gap. */
const PAGES_MAX = 20

/** Asks for the trades after an id and before another, or up to now; oldest first. */
export async function fetchTrades(
  feed: MarketFeed,
  afterId: number,
  beforeId: number | null,
): Promise<Backfill> {
  const trades: NumberedTrade[] = []
  let lastId = afterId
  for (let page = 0; page < PAGES_MAX; page++) {
    const found = await pageOf(feed, lastId)
    if (found === null) return { trades, isComplete: false }
    for (const trade of found) {
      if (trade.tradeId <= lastId) continue
      if (beforeId !== null && trade.tradeId >= beforeId) return { trades, isComplete: true }
      trades.push(trade)
      lastId = trade.tradeId
    }
    const isReached = beforeId === null ? found.length < PAGE : lastId === beforeId - 1
    if (isReached) return { trades, isComplete: true }
    // The venue has not come to know of them yet.
    if (found.length === 0) break
  }
  return { trades, isComplete: false }
}

async function pageOf(feed: MarketFeed, afterId: number): Promise<readonly NumberedTrade[] | null> {
  try {
    return (await feed.tradesAfter(afterId, PAGE)).filter(isNumbered)
  } catch (error) {
    if (isOperatingError(error, ['CDB_VENUE_UNREACHABLE', 'CDB_VENUE_REFUSED'])) return null
    throw error
  }
}
