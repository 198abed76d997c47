import type { VenueOrder, VenueTrade } from '../../engine/venue-gateway.ts'
import { askVenue } from './session.ts'
import type { Session } from './session.ts'

/** A page of trades that is not full is the last. */
const PAGE = 1_000
const PAGES_MAX = 200
/** How many booked fills are asked for again, lest one has come to light behind a later one. */
const OVERLAP = 500

/** Open orders of the instrument; null when the venue does not say. */
export async function askOpenOrders(session: Session): Promise<readonly VenueOrder[] | null> {
  const { gateway, instrument } = session.options
  const askedSeq = session.desk.seq
  const reply = await askVenue(session, () => gateway.openOrders(instrument.id))
  if (reply === null) return null
  session.news.openOrders = { orders: reply.answer, askedSeq }
  session.loop.ring()
  return reply.answer
}

/**
 * Trades since the last that was heard of, or `again` from some fills before; null when the venue does not
 * say.
 */
export async function askTrades(
  session: Session,
  which: 'new' | 'again',
): Promise<readonly VenueTrade[] | null> {
  const { gateway, instrument } = session.options
  const trades: VenueTrade[] = []
  let from = which === 'new' ? session.lastTradeId : overlapStart(session)
  for (let count = 0; count < PAGES_MAX; count++) {
    const after = from
    const reply = await askVenue(session, () => gateway.trades(instrument.id, after))
    if (reply === null) return null
    hear(session, reply.answer)
    trades.push(...reply.answer)
    from = reply.answer.at(-1)?.tradeId ?? from
    if (reply.answer.length < PAGE) break
  }
  return trades
}

function overlapStart({ desk, foreignTradeId }: Session): string {
  const booked = [...desk.booked]
  return booked.length < OVERLAP ? foreignTradeId : (booked.at(-OVERLAP) ?? foreignTradeId)
}

function hear(session: Session, trades: readonly VenueTrade[]): void {
  const { desk, news } = session
  for (const trade of trades) {
    const { tradeId, eventMs } = trade
    const isBeforeUs = eventMs < desk.firstMs
    if (isBeforeUs && isLater(tradeId, session.foreignTradeId)) session.foreignTradeId = tradeId
    if (isLater(tradeId, session.lastTradeId)) session.lastTradeId = tradeId
    if (!desk.booked.has(tradeId)) news.trades.set(tradeId, trade)
  }
  if (news.trades.size > 0) session.loop.ring()
}

/** Trade ids grow; as numbers of any length where they are. */
const isLater = (left: string, right: string): boolean =>
  left.length === right.length ? left > right : left.length > right.length
