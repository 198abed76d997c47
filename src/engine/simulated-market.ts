import type { Instrument } from '../domain/instrument.ts'
import type { MarketEvent, Side } from '../domain/market.ts'
import { createRandom } from './random.ts'
import type { Random } from './random.ts'
import { moveBook, openSimulatedBook, tradeOnBook } from './simulated-book.ts'

/** A market that never ends: the same events for the same instrument, seed and start, on every machine. */
export type SimulatedMarket = Readonly<{ next(): MarketEvent }>

type Regime = 'trending' | 'ranging' | 'chaotic'

/**
 * How each regime behaves. Volatility and drift are of the log price, per root second and per second;
 * Bitcoin's
 * 50 % a year is 9e-5 per root second. `reversion` pulls to where the regime began, per second.
 */
const regimes: Readonly<
  Record<
    Regime,
    Readonly<{
      tradesPerSecond: number
      volatility: number
      drift: number
      reversion: number
      seconds: number
    }>
  >
> = {
  trending: { tradesPerSecond: 10, volatility: 6e-5, drift: 1.5e-5, reversion: 0, seconds: 240 },
  ranging: { tradesPerSecond: 6, volatility: 5e-5, drift: 0, reversion: 0.01, seconds: 300 },
  chaotic: { tradesPerSecond: 20, volatility: 2.5e-4, drift: 0, reversion: 0, seconds: 60 },
}

/** The Markov chain of regimes: where each may go, the first with chance `first`. */
const successors: Readonly<Record<Regime, Readonly<{ first: Regime; second: Regime; firstShare: number }>>> =
  {
    trending: { first: 'ranging', second: 'chaotic', firstShare: 0.7 },
    ranging: { first: 'trending', second: 'chaotic', firstShare: 0.7 },
    chaotic: { first: 'ranging', second: 'trending', firstShare: 0.5 },
  }

/** First prices, so that amounts look familiar. */
const START_PRICES: Readonly<Record<string, number>> = { BTC: 60_000, ETH: 3000, SOL: 150 }
const START_PRICE_OTHERS = 100

/** GARCH(1,1) of the scale of shocks around 1: volatility clusters (Bollerslev 1986). */
const GARCH = { base: 0.02, shock: 0.08, memory: 0.9, min: 0.2, max: 20 } as const
/**
 * Trade values in quote currency: Pareto with this tail, as traded sizes have (Gopikrishnan et al. 2000:
 * 1.5).
 */
const TRADE_VALUE_MIN = 1_000
const TRADE_VALUE_TAIL = 1.5
/** The price is held near its start, so that years of it stay printable. */
const HOME_REVERSION = 1e-6

export function createSimulatedMarket(
  options: Readonly<{ instrument: Instrument; seed: number; startMs: number }>,
): SimulatedMarket {
  const { instrument, seed, startMs } = options
  const random = createRandom(seed, 'simulated-market')
  const homePrice = START_PRICES[instrument.base] ?? START_PRICE_OTHERS
  const home = Math.log(homePrice)
  const events: MarketEvent[] = []
  const book = openSimulatedBook(
    { instrument, fairPrice: homePrice, random: createRandom(seed, 'simulated-book') },
    { eventMs: startMs, events },
  )
  const state = { logPrice: home, anchor: home, regime: 'ranging' as Regime, sign: 1, scale: 1, seconds: 0 }

  let tradeId = 0
  let given = 0

  const step = (): void => {
    const seconds = -Math.log(1 - random()) / regimes[state.regime].tradesPerSecond
    state.seconds += seconds
    const eventMs = startMs + Math.floor(state.seconds * 1000)
    if (random() < seconds / regimes[state.regime].seconds) changeRegime(state, random)
    const change = movePrice(state, seconds, random, home)
    // Trades follow the price more often than not, so that order flow tells something.
    const side: Side = random() < (change > 0 ? 0.62 : 0.38) ? 'buy' : 'sell'
    moveBook(book, Math.exp(state.logPrice), { eventMs, events })
    const value = TRADE_VALUE_MIN * (1 - random()) ** (-1 / TRADE_VALUE_TAIL)
    tradeId++
    tradeOnBook(book, { tradeId, side, value }, { eventMs, events })
  }

  return {
    next() {
      if (given === events.length) {
        events.length = 0
        given = 0
        step()
      }
      return events[given++] as MarketEvent
    },
  }
}

type PriceState = {
  logPrice: number
  anchor: number
  regime: Regime
  sign: number
  scale: number
  seconds: number
}

function changeRegime(state: PriceState, random: Random): void {
  const { first, second, firstShare } = successors[state.regime]
  state.regime = random() < firstShare ? first : second
  state.anchor = state.logPrice
  state.sign = random() < 0.5 ? -1 : 1
}

/** Moves the log price over some seconds; returns by how much. */
function movePrice(state: PriceState, seconds: number, random: Random, home: number): number {
  const { volatility, drift, reversion } = regimes[state.regime]
  const shock = studentT(random)
  const change =
    volatility * Math.sqrt(state.scale * seconds) * shock +
    (state.sign * drift +
      reversion * (state.anchor - state.logPrice) +
      HOME_REVERSION * (home - state.logPrice)) *
      seconds
  const scale = GARCH.base + (GARCH.shock * shock * shock + GARCH.memory) * state.scale
  state.scale = Math.min(GARCH.max, Math.max(GARCH.min, scale))
  state.logPrice += change
  return change
}

/**
 * Student's t with 4 degrees of freedom, scaled to variance 1: the fat tails of returns. A normal (Box and
 * Muller)
 * over the root of a chi-squared of 4, which is -2 ln of two uniforms.
 */
function studentT(random: Random): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  const chiSquared = -2 * Math.log((1 - random()) * (1 - random()))
  return (normal / Math.sqrt(Math.max(chiSquared, 1e-9) / 4)) * Math.SQRT1_2
}
