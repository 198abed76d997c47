import { CdbError } from '../../src/domain/errors.ts'
import type { MarketEvent, Trade } from '../../src/domain/market.ts'
import type { MarketFeed } from '../../src/engine/market-stream.ts'

/** A venue's market data as told by a test, heard by as many as connect. */
export type ScriptedFeed = Readonly<{
  feed: MarketFeed
  /** All who are connected hear it, and trades can be asked for from then on. */
  say(...events: readonly MarketEvent[]): void
  /** Happens at the venue while nobody hears it. */
  happen(...trades: readonly Trade[]): void
  /** Ends every connection; the next is made when it is asked for. */
  lose(): void
  /** Whether trades can be asked for. */
  setReachable(isReachable: boolean): void
  connections(): number
}>

type Listener = { readonly waiting: (readonly MarketEvent[])[]; wake: () => void; isLost: boolean }

export function createScriptedFeed(): ScriptedFeed {
  const listeners = new Set<Listener>()
  const known: Trade[] = []
  let isReachable = true
  const tell = (change: (listener: Listener) => void): void => {
    for (const listener of listeners) {
      change(listener)
      listener.wake()
    }
  }
  return {
    feed: {
      open: (signal) => listen(listeners, signal),
      tradesAfter: (tradeId, countMax) =>
        isReachable
          ? Promise.resolve(known.filter((trade) => (trade.tradeId ?? -1) > tradeId).slice(0, countMax))
          : Promise.reject(new CdbError('CDB_VENUE_UNREACHABLE', 'the venue is away')),
    },
    say(...events) {
      known.push(...events.filter((event) => event.kind === 'trade'))
      tell(({ waiting }) => waiting.push(events))
    },
    happen(...trades) {
      known.push(...trades)
    },
    lose() {
      tell((listener) => (listener.isLost = true))
    },
    setReachable(reachable) {
      isReachable = reachable
    },
    connections: () => listeners.size,
  }
}

async function* listen(
  listeners: Set<Listener>,
  signal: AbortSignal,
): AsyncGenerator<readonly MarketEvent[], void, void> {
  const listener: Listener = { waiting: [], wake: () => undefined, isLost: false }
  const abort = (): void => {
    listener.wake()
  }
  listeners.add(listener)
  signal.addEventListener('abort', abort)
  try {
    while (!signal.aborted) {
      const events = listener.waiting.shift()
      if (events !== undefined) yield events
      else if (listener.isLost) throw new CdbError('CDB_FEED_LOST', 'the connection ended')
      else await new Promise<void>((resolve) => (listener.wake = resolve))
    }
  } finally {
    listeners.delete(listener)
    signal.removeEventListener('abort', abort)
  }
}
