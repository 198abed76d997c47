import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MarketEvent, Quote } from '../../src/domain/market.ts'
import { isSound } from '../../src/engine/market-soundness.ts'
import { START_MS, tradeAt } from './scenario.ts'

const quote: Quote = {
  kind: 'quote',
  eventMs: START_MS,
  bidPrice: 100,
  bidQuantity: 1,
  askPrice: 101,
  askQuantity: 1,
}
const sound = (event: MarketEvent): boolean => isSound(event, START_MS)

test('prices that cannot be calculated with are refused', () => {
  const trade = tradeAt(1, 0, 100)
  assert(sound(trade))
  for (const price of [Number.NaN, Infinity, -1, 0]) assert(!sound({ ...trade, price }), String(price))
  for (const quantity of [Number.NaN, -1, 0]) assert(!sound({ ...trade, quantity }), String(quantity))
  assert(!sound({ ...trade, tradeId: 1.5 }))
  assert(sound({ ...trade, tradeId: null }))
  assert(!sound({ ...quote, askQuantity: Number.NaN }))
  assert(!sound({ kind: 'bookLevel', eventMs: START_MS, side: 'buy', price: Number.NaN, quantity: 1 }))
  assert(sound({ kind: 'bookLevel', eventMs: START_MS, side: 'buy', price: 1, quantity: 0 }))
  assert(!sound({ kind: 'gap', eventMs: START_MS, gapMs: -1 }))
  assert(sound({ kind: 'bookReset', eventMs: START_MS }))
  const candle = { kind: 'candle', eventMs: START_MS, intervalMs: 60_000, volume: 0 } as const
  assert(sound({ ...candle, open: 1, high: 2, low: 1, close: 2 }))
  assert(!sound({ ...candle, open: 1, high: Infinity, low: 1, close: 2 }))
})

test('absurd markets are data: the controls judge them', () => {
  assert(sound({ ...quote, bidPrice: 200 }), 'crossed')
  assert(sound({ ...quote, bidPrice: 0, bidQuantity: 0 }), 'one side is empty')
  assert(sound(tradeAt(1, 0, 1e9)))
})

test('a time that has not come is refused, with room for clocks that differ', () => {
  assert(sound({ kind: 'heartbeat', eventMs: START_MS + 1_000 }))
  assert(!sound({ kind: 'heartbeat', eventMs: START_MS + 3_600_000 }))
  assert(!sound({ kind: 'heartbeat', eventMs: Number.NaN }))
  assert(!sound({ kind: 'heartbeat', eventMs: -1 }))
})
