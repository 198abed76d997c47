import { createRandom } from '../../src/engine/random.ts'
import type { NumberedTrade } from '../../src/engine/trade-order.ts'

const START_MS = Date.UTC(2024, 0, 1)

/** Trades with ids from 1 on, ten a second of their own time. */
export function tradesOf(count: number): readonly NumberedTrade[] {
  const random = createRandom(1, 'bench-trades')
  return Array.from({ length: count }, (_, index) => ({
    kind: 'trade' as const,
    eventMs: START_MS + index * 100,
    tradeId: index + 1,
    price: Math.round((60_000 + 100 * random()) * 100) / 100,
    quantity: Math.round(random() * 1e5) / 1e5 + 1e-5,
    aggressor: random() < 0.5 ? ('buy' as const) : ('sell' as const),
  }))
}
