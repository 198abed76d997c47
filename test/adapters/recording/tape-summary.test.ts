import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  createTapeSummary,
  GAPS_LISTED_MAX,
  mergeSummary,
  priceText,
  summarize,
} from '../../../src/adapters/recording/tape-summary.ts'
import type { MarketEvent } from '../../../src/domain/market.ts'
import { trades } from './recordings.ts'

const events: readonly MarketEvent[] = [
  ...trades(10),
  { kind: 'gap', eventMs: 1_700_000_000_050, gapMs: 40 },
  {
    kind: 'candle',
    eventMs: 1_700_000_060_000,
    intervalMs: 60_000,
    open: 1,
    high: 200,
    low: 0.5,
    close: 2,
    volume: 3,
  },
  { kind: 'quote', eventMs: 1, bidPrice: 1, bidQuantity: 1, askPrice: 1, askQuantity: 1 },
]

function summaryOf(list: readonly MarketEvent[]) {
  const summary = createTapeSummary()
  for (const event of list) summarize(summary, event)
  return summary
}

test('events are counted, with the span of their times and prices', () => {
  const {
    trades: count,
    quotes,
    candles,
    gaps,
    priceMin,
    priceMax,
    firstMs,
    lastMs,
    volume,
  } = summaryOf(events)
  assert.deepEqual([count, quotes, candles, gaps], [10, 1, 1, 1])
  assert.deepEqual([priceMin, priceMax, volume], [0.5, 200, 8])
  assert.deepEqual([firstMs, lastMs], [1, 1_700_000_060_000])
})

test('parts add up to the whole', () => {
  for (let at = 0; at <= events.length; at++) {
    const whole = summaryOf(events.slice(0, at))
    mergeSummary(whole, summaryOf(events.slice(at)))
    assert.deepEqual(whole, summaryOf(events))
  }
})

test('all gaps are counted and the first are listed', () => {
  const gap: MarketEvent = { kind: 'gap', eventMs: 5, gapMs: 2 }
  const summary = summaryOf(Array.from({ length: GAPS_LISTED_MAX + 5 }, () => gap))
  assert.deepEqual([summary.gaps, summary.gapList.length], [GAPS_LISTED_MAX + 5, GAPS_LISTED_MAX])
  mergeSummary(summary, summaryOf([gap]))
  assert.equal(summary.gapList.length, GAPS_LISTED_MAX)
})

test('prices are exact decimal text', () => {
  assert.deepEqual([priceText(61860.8), priceText(1e-8), priceText(null)], ['61860.8', '0.00000001', null])
})
