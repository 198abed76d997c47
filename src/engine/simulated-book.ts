import { toNumber } from '../domain/decimal.ts'
import type { Instrument } from '../domain/instrument.ts'
import type { MarketEvent, Side } from '../domain/market.ts'
import { gridNumber } from './price-grid.ts'
import type { Random } from './random.ts'

/**
 * The order book of the simulated market. It tells each change as events, in an order that never crosses the book
 * and never empties a side.
 */
export type SimulatedBook = Readonly<{
  /** The first events: reset, all levels, quote. */
  open(eventMs: number, events: MarketEvent[]): void
  /** Follows the fair price: levels on the wrong side of it go, new ones come. */
  moveTo(fairPrice: number, eventMs: number, events: MarketEvent[]): void
  /** A trade at the best price of the other side, of about this value but no more than rests there. */
  trade(
    trade: Readonly<{ tradeId: number; side: Side; value: number; eventMs: number }>,
    events: MarketEvent[],
  ): void
}>

/** Price in ticks, quantity in lots. */
type Level = { ticks: number; lots: number }

const LEVELS = 10
/** Half the usual spread, and the distance between levels, as shares of the price. */
const HALF_SPREAD = 5e-6
const LEVEL_STEP = 2e-5
/** Median value resting at a level, in quote currency; lognormal around it. */
const LEVEL_VALUE = 20_000
const LEVEL_VALUE_SPREAD = 0.8

export function createSimulatedBook(
  instrument: Instrument,
  startPrice: number,
  random: Random,
): SimulatedBook {
  const tickSize = toNumber(instrument.tickSize)
  const lotSize = toNumber(instrument.lotSize)
  const priceAt = gridNumber(instrument.tickSize)
  const quantityOf = gridNumber(instrument.lotSize)
  const bids: Level[] = []
  const asks: Level[] = []
  const mirror = { buy: { levels: bids, sign: 1 }, sell: { levels: asks, sign: -1 } } as const

  const lotsOf = (value: number, ticks: number): number =>
    Math.max(1, Math.round(value / (ticks * tickSize) / lotSize))
  const restingLots = (ticks: number): number =>
    lotsOf(LEVEL_VALUE * Math.exp(LEVEL_VALUE_SPREAD * (random() + random() + random() - 1.5) * 2), ticks)

  const tell = (side: Side, level: Readonly<Level>, eventMs: number, events: MarketEvent[]): void => {
    const [price, quantity] = [priceAt(level.ticks), quantityOf(level.lots)]
    events.push({ kind: 'bookLevel', eventMs, side, price, quantity })
  }
  const quote = (eventMs: number, events: MarketEvent[]): void => {
    const [bid, ask] = [bids[0] as Level, asks[0] as Level]
    events.push({
      kind: 'quote',
      eventMs,
      bidPrice: priceAt(bid.ticks),
      bidQuantity: quantityOf(bid.lots),
      askPrice: priceAt(ask.ticks),
      askQuantity: quantityOf(ask.lots),
    })
  }

  /** Levels from the best on outwards; those already there stay. */
  const extend = (side: Side, best: number, eventMs: number, events: MarketEvent[]): void => {
    const { levels, sign } = mirror[side]
    const step = Math.max(1, Math.round(best * LEVEL_STEP))
    if (levels.every((level) => level.ticks !== best)) {
      const level = { ticks: best, lots: restingLots(best) }
      const at = levels.findIndex((other) => (other.ticks - best) * sign < 0)
      levels.splice(at < 0 ? levels.length : at, 0, level)
      tell(side, level, eventMs, events)
    }
    const inside = levels.findIndex((level) => level.ticks === best)
    while (levels.length - inside < LEVELS) {
      const ticks = (levels.at(-1) as Level).ticks - sign * step
      if (ticks < 1) return
      const level = { ticks, lots: restingLots(ticks) }
      levels.push(level)
      tell(side, level, eventMs, events)
    }
  }

  /** Takes away what is better than the best now, and what is too far out. */
  const trim = (side: Side, best: number, eventMs: number, events: MarketEvent[]): void => {
    const { levels, sign } = mirror[side]
    while (levels.length > 1 && ((levels[0] as Level).ticks - best) * sign > 0) {
      tell(side, { ticks: (levels.shift() as Level).ticks, lots: 0 }, eventMs, events)
    }
    while (levels.length > LEVELS) {
      tell(side, { ticks: (levels.pop() as Level).ticks, lots: 0 }, eventMs, events)
    }
  }

  const bestTicks = (fairPrice: number): Readonly<{ bid: number; ask: number }> => {
    const fair = fairPrice / tickSize
    const half = Math.max(0.5, fair * HALF_SPREAD)
    const bid = Math.max(1, Math.floor(fair - half))
    return { bid, ask: Math.max(bid + 1, Math.ceil(fair + half)) }
  }

  return {
    open(eventMs, events) {
      const { bid, ask } = bestTicks(startPrice)
      events.push({ kind: 'bookReset', eventMs })
      extend('buy', bid, eventMs, events)
      extend('sell', ask, eventMs, events)
      quote(eventMs, events)
    },
    moveTo(fairPrice, eventMs, events) {
      const before = events.length
      const { bid, ask } = bestTicks(fairPrice)
      const oldBid = (bids[0] as Level).ticks
      // A move within the spread does not make makers reprice.
      if (Math.abs(bid - oldBid) < ask - bid) return
      // The side that retreats goes first, or the book would be crossed between two events.
      const order: readonly Side[] = bid > oldBid ? ['sell', 'buy'] : ['buy', 'sell']
      for (const side of order) {
        const best = side === 'buy' ? bid : ask
        extend(side, best, eventMs, events)
        trim(side, best, eventMs, events)
      }
      if (events.length > before) quote(eventMs, events)
    },
    trade({ tradeId, side, value, eventMs }, events) {
      const resting: Side = side === 'buy' ? 'sell' : 'buy'
      const best = mirror[resting].levels[0] as Level
      const lots = Math.min(best.lots, lotsOf(value, best.ticks))
      const [price, quantity] = [priceAt(best.ticks), quantityOf(lots)]
      events.push({ kind: 'trade', eventMs, tradeId, price, quantity, aggressor: side })
      best.lots -= lots
      // What was taken whole is filled up at once by the next maker: the level never vanishes between trades.
      if (best.lots === 0) best.lots = restingLots(best.ticks)
      tell(resting, best, eventMs, events)
      quote(eventMs, events)
    },
  }
}
