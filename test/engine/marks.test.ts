import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatDecimal } from '../../src/domain/decimal.ts'
import type { MarketEvent } from '../../src/domain/market.ts'
import { createMarks } from '../../src/engine/marks.ts'
import { bitcoin, START_MS, tradeAt } from './scenario.ts'

const quote = (eventMs: number, bidPrice: number, askPrice: number): MarketEvent => ({
  kind: 'quote',
  eventMs: START_MS + eventMs,
  bidPrice,
  bidQuantity: 1,
  askPrice,
  askQuantity: 1,
})

test('there is no mark before the first price', () => {
  const marks = createMarks(bitcoin.id)
  assert.equal(marks.onMarket(quote(0, 99, 101)), false)
  assert.equal(marks.take(), null)
})

test('the first price is due, then each five seconds of tape or each move of a thousandth', () => {
  const marks = createMarks(bitcoin.id)
  const isDue = (tradeId: number, eventMs: number, at: number): boolean => {
    const due = marks.onMarket(tradeAt(tradeId, eventMs, at))
    if (due) marks.take()
    return due
  }
  assert.equal(isDue(1, 0, 50_000), true)
  assert.equal(isDue(2, 4_999, 50_000), false)
  assert.equal(isDue(3, 5_000, 50_000), true)
  assert.equal(isDue(4, 5_100, 50_049.99), false)
  assert.equal(isDue(5, 5_200, 50_050), true)
})

test('a mark tells last price, touch, volume of the day, and the spacing of the data', () => {
  const marks = createMarks(bitcoin.id)
  marks.onMarket(quote(0, 49_999.5, 50_000.5))
  marks.onMarket(tradeAt(1, 1, 50_000, 0.25))
  marks.onMarket(tradeAt(2, 2, 50_000, 0.5))
  const mark = marks.take()
  assert.ok(mark !== null && mark.bid !== null && mark.ask !== null)
  assert.equal(formatDecimal(mark.price), '50000')
  assert.equal(formatDecimal(mark.bid), '49999.5')
  assert.equal(formatDecimal(mark.ask), '50000.5')
  assert.equal(formatDecimal(mark.volumeDay), '0.75')
  assert.equal(mark.depth, null)
  assert.equal(mark.intervalMs, 0)
  assert.equal(mark.stale, false)
})

test('time never runs backwards: a late event keeps the newest time', () => {
  const marks = createMarks(bitcoin.id)
  marks.onMarket(tradeAt(1, 1000, 50_000))
  marks.onMarket(tradeAt(2, 400, 50_001))
  assert.equal(marks.take()?.eventMs, START_MS + 1000)
})

test('after a gap marks are stale until ten seconds of tape, or a whole candle, have passed', () => {
  const marks = createMarks(bitcoin.id)
  marks.onMarket(tradeAt(1, 0, 50_000))
  marks.onMarket({ kind: 'gap', eventMs: START_MS + 60_000, gapMs: 60_000 })
  marks.onMarket(tradeAt(2, 69_999, 50_000))
  assert.equal(marks.take()?.stale, true)
  marks.onMarket(tradeAt(3, 70_000, 50_000))
  assert.equal(marks.take()?.stale, false)

  const candles = createMarks(bitcoin.id)
  const hour = 3_600_000
  const candle = (eventMs: number): MarketEvent => ({
    kind: 'candle',
    eventMs: START_MS + eventMs,
    intervalMs: hour,
    open: 1,
    high: 1,
    low: 1,
    close: 1,
    volume: 1,
  })
  candles.onMarket(candle(hour))
  candles.onMarket({ kind: 'gap', eventMs: START_MS + 5 * hour, gapMs: 4 * hour })
  candles.onMarket(candle(6 * hour - 1))
  assert.equal(candles.take()?.stale, true)
  candles.onMarket(candle(6 * hour))
  assert.equal(candles.take()?.stale, false)
  assert.equal(candles.take()?.intervalMs, hour)
})
