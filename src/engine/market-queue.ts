import type { BookReset, Gap, MarketEvent } from '../domain/market.ts'

export type QueuedEvent = Readonly<{ event: MarketEvent; receivedMs: number }>

/** Market events that were received and are not published yet, oldest first; bounded. */
export type MarketQueue = Readonly<{
  put(event: MarketEvent, receivedMs: number): void
  /** The oldest, at most countMax, which are in it no more. */
  take(countMax: number): readonly MarketEvent[]
  /** Drops what was received before. */
  forget(beforeMs: number): void
  /** All of it, which is in it no more. */
  drain(): readonly QueuedEvent[]
  size(): number
}>

/**
 * When it is full, only the newest quote is kept of all; if that is not room enough, the older half is
 * dropped and a gap put in its place. Trades are dropped in no other way.
 */
export function createMarketQueue(capacity: number): MarketQueue {
  let items: QueuedEvent[] = []
  /** Items before this one are taken already. */
  let head = 0
  const compact = (): void => {
    if (head < 1_024 || head * 2 < items.length) return
    items = items.slice(head)
    head = 0
  }
  return {
    put(event, receivedMs) {
      items.push({ event, receivedMs })
      if (items.length - head <= capacity) return
      items = thinned(items.slice(head), capacity)
      head = 0
    },
    take(countMax) {
      const taken = items.slice(head, head + countMax).map(({ event }) => event)
      head += taken.length
      compact()
      return taken
    },
    forget(beforeMs) {
      while (head < items.length && (items[head]?.receivedMs ?? beforeMs) < beforeMs) head += 1
      compact()
    },
    drain() {
      const rest = items.slice(head)
      items = []
      head = 0
      return rest
    },
    size: () => items.length - head,
  }
}

function thinned(items: readonly QueuedEvent[], capacity: number): QueuedEvent[] {
  const newestQuote = items.findLastIndex(({ event }) => event.kind === 'quote')
  const kept = items.filter(({ event }, index) => event.kind !== 'quote' || index === newestQuote)
  const dropped = kept.slice(0, Math.max(0, kept.length - Math.ceil(capacity / 2)))
  const rest = kept.slice(dropped.length)
  const [lost] = dropped
  const [next] = rest
  // Room for half of the capacity again, or thinning would be done at every event.
  if (kept.length <= capacity * 0.75 || lost === undefined || next === undefined) return kept
  const { eventMs } = next.event
  const gap: Gap = { kind: 'gap', eventMs, gapMs: Math.max(0, eventMs - lost.event.eventMs) }
  const reset: BookReset = { kind: 'bookReset', eventMs }
  const marks = dropped.some(({ event }) => isOfBook(event)) ? [gap, reset] : [gap]
  return [...marks.map((event) => ({ event, receivedMs: next.receivedMs })), ...rest]
}

/** A book of which a part is missing is wrong: it is unknown until the feed tells it anew. */
const isOfBook = ({ kind }: MarketEvent): boolean => kind === 'bookLevel' || kind === 'bookReset'
