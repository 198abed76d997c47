import type { QueuedEvent } from './market-queue.ts'
import type { StreamedBatch } from './market-stream.ts'
import { createTradeOrder, isNumbered } from './trade-order.ts'
import type { NumberedTrade } from './trade-order.ts'

/**
 * How a new publisher goes on after the newest batch of the one before it: with `events`, of which `missing`
 * says what lies between. `nothing`; `trades` after `last`, which the venue can be asked for; or `gap`, which
 * cannot be closed.
 */
export type MarketTakeover = Readonly<{
  events: readonly QueuedEvent[]
  missing: 'nothing' | 'trades' | 'gap'
  /** The newest trade that is known to be published. */
  last: NumberedTrade | null
}>

/** How much of a standby's feed may lag behind the leader's, or run ahead of it. */
const OVERLAP_MS = 5_000

/** `queued` is what the standby has received, oldest first. */
export function takeOverMarket(queued: readonly QueuedEvent[], newest: StreamedBatch): MarketTakeover {
  const last = newest.events.findLast(isNumbered) ?? null
  return last === null ? takeOverByTime(queued, newest.sentMs) : takeOverByTrade(queued, last)
}

function takeOverByTrade(queued: readonly QueuedEvent[], last: NumberedTrade): MarketTakeover {
  const order = createTradeOrder()
  order.take(last)
  const seenAt = queued.findLastIndex(({ event }) => isNumbered(event) && order.placeOf(event) === 'seen')
  const events = queued.slice(seenAt + 1)
  if (events.some(({ event }) => event.kind === 'trade' && event.tradeId === null)) {
    return { events, missing: 'gap', last }
  }
  const next = events.map(({ event }) => event).find(isNumbered)
  if (next === undefined) {
    const isLevel =
      seenAt >= 0 && queued.some(({ event }) => isNumbered(event) && event.tradeId === last.tradeId)
    return { events, missing: isLevel ? 'nothing' : 'trades', last }
  }
  const place = order.placeOf(next)
  return { events, missing: place === 'next' ? 'nothing' : place === 'hole' ? 'trades' : 'gap', last }
}

/**
 * The newest batch has no trade to go on from: trades received around its time are published again, since
 * readers know a trade by its id.
 */
function takeOverByTime(queued: readonly QueuedEvent[], sentMs: number): MarketTakeover {
  const fromMs = sentMs - OVERLAP_MS
  const isCovered = (queued[0]?.receivedMs ?? Infinity) <= fromMs
  const events = queued.filter(
    ({ event, receivedMs }) => receivedMs >= (event.kind === 'trade' ? fromMs : sentMs),
  )
  const isUnnumbered = events.some(({ event }) => event.kind === 'trade' && event.tradeId === null)
  return { events, missing: isCovered && !isUnnumbered ? 'nothing' : 'gap', last: null }
}
