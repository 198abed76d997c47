import type { Instrument } from '../../domain/instrument.ts'
import type { MarketEvent, Trade } from '../../domain/market.ts'
import { toNumber } from '../../domain/decimal.ts'
import { gridNumber } from '../../engine/price-grid.ts'
import { createSimulatedMarket } from '../../engine/simulated-market.ts'

/** A simulated market as it passes in wall time, and its newest trades for those who ask later. */
export type LiveTape = Readonly<{
  /** Events up to a time that have not been taken. */
  take(untilMs: number): readonly MarketEvent[]
  /** Trades from an id on, oldest first. */
  tradesFrom(tradeId: number, countMax: number): readonly Trade[]
}>

/** What the simulated market has by itself, averaged over its regimes. */
const NATURAL_TRADES_PER_SECOND = 9
/** Newest trades that are kept, as many as 20 minutes have at the natural rate of the busiest regime. */
const HISTORY_MAX = 200_000

/**
 * The trades of one seed and start, whoever looks at them and whenever. Above the natural rate each trade
 * comes in parts. Trade ids grow also over starts, as long as no more than one a millisecond is asked for.
 */
export function createLiveTape(
  options: Readonly<{ instrument: Instrument; seed: number; startMs: number; tradesPerSecond: number }>,
): LiveTape {
  const { instrument, startMs } = options
  const market = createSimulatedMarket(options)
  const split = createSplit(
    instrument,
    Math.max(1, Math.round(options.tradesPerSecond / NATURAL_TRADES_PER_SECOND)),
  )
  const history: Trade[] = []
  let tradeId = tradeIdBase(startMs)
  let next = market.next()

  const tell = (event: MarketEvent, events: MarketEvent[]): void => {
    if (event.kind !== 'trade') {
      events.push(event)
      return
    }
    for (const quantity of split(event.quantity)) {
      const part: Trade = { ...event, tradeId: ++tradeId, quantity }
      history.push(part)
      events.push(part)
    }
  }

  return {
    take(untilMs) {
      const events: MarketEvent[] = []
      for (; next.eventMs <= untilMs; next = market.next()) tell(next, events)
      if (history.length > 2 * HISTORY_MAX) history.splice(0, history.length - HISTORY_MAX)
      return events
    },
    tradesFrom(fromId, countMax) {
      const oldest = history[0]?.tradeId ?? 0
      const from = Math.max(0, fromId - oldest)
      return history.slice(from, from + countMax)
    },
  }
}

const ID_EPOCH_MS = Date.UTC(2024, 0, 1)

/** Ids of a venue that begins later are higher. */
export const tradeIdBase = (startMs: number): number => Math.max(0, startMs - ID_EPOCH_MS)

function createSplit(instrument: Instrument, parts: number): (quantity: number) => readonly number[] {
  const lotSize = toNumber(instrument.lotSize)
  const quantityOf = gridNumber(instrument.lotSize)
  return (quantity) => {
    if (parts === 1) return [quantity]
    const lots = Math.round(quantity / lotSize)
    const each = Math.max(1, Math.floor(lots / parts))
    const first = Math.max(1, lots - each * (parts - 1))
    return Array.from({ length: parts }, (_, index) => quantityOf(index === 0 ? first : each))
  }
}
