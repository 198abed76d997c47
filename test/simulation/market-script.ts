import type { Trade } from '../../src/domain/market.ts'
import type { Clock } from '../../src/engine/clock.ts'
import type { MarketFeed } from '../../src/engine/market-stream.ts'
import { createRandom } from '../../src/engine/random.ts'
import type { StrategyDefinition, Wish } from '../../src/engine/strategy.ts'

const TRADE_MS = 100
const FEED_LATENCY_MS = 20
const START_PRICE = 50_000

/**
 * A seeded walk of the price: ten trades a second, large enough that no control of liquidity stands in the
 * way.
 */
export function marketScript(seed: number, startMs: number, spanMs: number): readonly Trade[] {
  const random = createRandom(seed, 'market')
  const trades: Trade[] = []
  let at = START_PRICE
  for (let tradeId = 1; tradeId * TRADE_MS <= spanMs; tradeId++) {
    const drift = Math.sin(tradeId / 60) * 4
    at = Math.round((at + drift + (random() - 0.5) * 30) * 100) / 100
    const eventMs = startMs + tradeId * TRADE_MS + Math.floor(random() * 50)
    trades.push({ kind: 'trade', eventMs, tradeId, price: at, quantity: 50, aggressor: 'buy' })
  }
  return trades
}

/** The script as a venue streams it: what came before a connection is asked for. */
export const scriptFeed = (trades: readonly Trade[], clock: Clock): MarketFeed => ({
  async *open(signal) {
    let next = trades.findIndex(({ eventMs }) => eventMs + FEED_LATENCY_MS > clock.nowMs())
    while (next >= 0 && !signal.aborted) {
      const first = trades[next]
      if (first === undefined) break
      await clock.sleep(first.eventMs + FEED_LATENCY_MS - clock.nowMs(), signal)
      const begin = next
      while ((trades[next]?.eventMs ?? Infinity) + FEED_LATENCY_MS <= clock.nowMs()) next += 1
      if (next > begin) yield trades.slice(begin, next)
    }
    await clock.sleep(2 ** 40, signal)
  },
  tradesAfter: (tradeId, countMax) =>
    Promise.resolve(
      trades
        .filter((trade) => (trade.tradeId ?? 0) > tradeId && trade.eventMs + FEED_LATENCY_MS <= clock.nowMs())
        .slice(0, countMax),
    ),
})

const CYCLE = 30
const enter: Wish = { action: 'enter', side: 'buy', reason: 'its turn in the cycle' }
const exit: Wish = { action: 'exit', side: 'sell', reason: 'its turn in the cycle' }

/** Wishes by the trade's number, until the last: two entries and an exit every three seconds. */
export const cyclicStrategy = (lastTradeId: number): StrategyDefinition => ({
  name: 'cyclic',
  description: 'wishes by trade id',
  params: [],
  candleMs: () => null,
  create: () => ({
    onTrade({ tradeId }) {
      if (tradeId === null || tradeId > lastTradeId) return null
      const turn = tradeId % CYCLE
      if (turn === 0 || turn === 8) return enter
      return turn === 20 ? exit : null
    },
  }),
})

export const TRADES_PER_SECOND = 1_000 / TRADE_MS
