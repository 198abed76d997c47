import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MarketEvent } from '../../src/domain/market.ts'
import { createCurve, pointsOf } from '../../src/engine/curve.ts'
import { drawPrices } from '../../src/engine/price-curve.ts'
import { createTapeSourceOf } from '../cli/trade-source.ts'
import { bitcoin, START_MS, tradeAt } from './scenario.ts'

const events: readonly MarketEvent[] = [
  tradeAt(1, 0, 100),
  { kind: 'quote', eventMs: START_MS + 10, bidPrice: 1, bidQuantity: 1, askPrice: 2, askQuantity: 1 },
  { kind: 'gap', eventMs: START_MS + 20, gapMs: 5 },
  {
    ...{ kind: 'candle', eventMs: START_MS + 1_000, intervalMs: 1_000 },
    ...{ open: 100, high: 300, low: 50, close: 120, volume: 1 },
  },
  tradeAt(2, 2_000, 90),
]

test('trades and candle closes are drawn, nothing else', async () => {
  const curve = createCurve(100)
  const source = drawPrices(createTapeSourceOf(events), curve)
  assert.equal(source.instrument, bitcoin)
  await source.read(100)
  assert.deepEqual(pointsOf(curve), [
    { atMs: START_MS, value: 100 },
    { atMs: START_MS + 1_000, value: 120 },
    { atMs: START_MS + 2_000, value: 90 },
  ])
})

test('what is handed on is what came, and only what was read is drawn', async () => {
  const curve = createCurve(100)
  const source = drawPrices(createTapeSourceOf(events), curve)
  const first = await source.read(2)
  assert.deepEqual([first?.length, first?.at(0), first?.at(1)], [2, events[0], events[1]])
  assert.equal(pointsOf(curve).length, 1)
  await source.read(100)
  assert.equal(await source.read(100), null)
})
