import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Candle, Trade } from '../../src/domain/market.ts'
import { createCandleBuilder } from '../../src/engine/candles.ts'

const MINUTE = 60_000
/** A multiple of one, two and three minutes since the epoch. */
const START = 1_723_161_240_000

const trade = (offsetMs: number, price: number, quantity = 1): Trade => ({
  kind: 'trade',
  eventMs: START + offsetMs,
  tradeId: null,
  price,
  quantity,
  aggressor: null,
})

const candle = (offsetMs: number, intervalMs: number, prices: Partial<Candle> = {}): Candle => ({
  kind: 'candle',
  eventMs: START + offsetMs,
  intervalMs,
  open: 10,
  high: 12,
  low: 9,
  close: 11,
  volume: 2,
  ...prices,
})

test('the first trade after the interval closes the candle and is no part of it', () => {
  const builder = createCandleBuilder(MINUTE)
  const trades = [trade(0, 10), trade(20_000, 14, 2), trade(40_000, 7, 3), trade(59_999, 9, 4)]
  for (const each of trades) assert.equal(builder.onTrade(each), null)
  assert.deepEqual(
    builder.onTrade(trade(60_000, 100)),
    candle(MINUTE, MINUTE, { open: 10, high: 14, low: 7, close: 9, volume: 10 }),
  )
})

test('an interval without trades gives no candle', () => {
  const builder = createCandleBuilder(MINUTE)
  builder.onTrade(trade(0, 10))
  assert.equal(builder.onTrade(trade(5 * MINUTE, 11))?.eventMs, START + MINUTE)
  assert.equal(builder.onTime(START + 6 * MINUTE)?.eventMs, START + 6 * MINUTE)
  assert.equal(builder.onTime(START + 7 * MINUTE), null)
})

test('a quiet market closes its candle by time, at the end of the interval and not before', () => {
  const builder = createCandleBuilder(MINUTE)
  builder.onTrade(trade(0, 10))
  assert.equal(builder.onTime(START + MINUTE - 1), null)
  assert.equal(builder.onTime(START + MINUTE)?.close, 10)
  assert.equal(builder.onTime(START + MINUTE), null)
})

test('a late trade is dropped and counted, and leaves the next candle alone', () => {
  const builder = createCandleBuilder(MINUTE)
  const series = [trade(0, 100), trade(MINUTE, 101), trade(MINUTE - 1, 50), trade(MINUTE + 1, 102)]
  for (const each of series) builder.onTrade(each)
  const next = builder.onTrade(trade(2 * MINUTE, 103))
  assert.deepEqual([next?.low, next?.volume], [101, 2])
  assert.equal(builder.late(), 1)

  // The forerunner folds whatever arrives into the open window (its fault P33): the low of 50 is a minute
  // late.
  const folded = series.filter((each, index) => each.eventMs >= START + MINUTE || index === 2)
  assert.equal(Math.min(...folded.map((each) => each.price)), 50)
})

test('a trade older than a candle closed by time is late', () => {
  const builder = createCandleBuilder(MINUTE)
  builder.onTrade(trade(0, 100))
  builder.onTime(START + MINUTE)
  assert.equal(builder.onTrade(trade(MINUTE - 1, 50)), null)
  assert.equal(builder.onTime(START + 2 * MINUTE), null)
  assert.equal(builder.late(), 1)
})

test('a gap discards the open candle and every candle begun before the data came back', () => {
  const builder = createCandleBuilder(MINUTE)
  builder.onTrade(trade(0, 10))
  builder.onGap(START + 30_000)
  assert.equal(builder.onTrade(trade(40_000, 11)), null)
  assert.equal(builder.onTrade(trade(MINUTE, 12)), null)
  assert.equal(builder.onTrade(trade(2 * MINUTE, 13))?.open, 12)
})

test('a gap that ended between two trades leaves the candle begun after it', () => {
  const builder = createCandleBuilder(MINUTE)
  builder.onTrade(trade(0, 10))
  builder.onGap(START + 50_000)
  builder.onTrade(trade(MINUTE + 20_000, 12))
  assert.equal(builder.onTrade(trade(2 * MINUTE, 13))?.open, 12)
})

test('a gap without a time lasts until the next event', () => {
  const builder = createCandleBuilder(MINUTE)
  builder.onTrade(trade(0, 10))
  builder.onGap()
  builder.onTrade(trade(MINUTE + 1, 12))
  assert.equal(builder.onTrade(trade(2 * MINUTE, 13)), null)
  assert.equal(builder.onTrade(trade(3 * MINUTE, 14))?.open, 13)
})

test('a candle that the stream joined in its midst is not given', () => {
  const builder = createCandleBuilder(MINUTE)
  builder.onTrade(trade(30_000, 10))
  assert.equal(builder.onTrade(trade(MINUTE, 11)), null)
  assert.equal(builder.onTrade(trade(2 * MINUTE, 12))?.open, 11)
})

test('a stream that starts a moment after the interval still gives its first candle', () => {
  const builder = createCandleBuilder(MINUTE)
  builder.onTrade(trade(40, 10))
  assert.equal(builder.onTrade(trade(MINUTE, 11))?.open, 10)
})

test('candles of a tape hold every trade of their interval, and no other', () => {
  const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 700 }), fc.integer({ min: 1, max: 99 })), {
    maxLength: 80,
  })
  fc.assert(
    fc.property(steps, (moves) => {
      const builder = createCandleBuilder(1000)
      let at = 0
      const tape = [trade(0, 50)]
      for (const [stepMs, price] of moves) tape.push(trade((at += stepMs), price, price % 7))
      const found = [...tape.map(builder.onTrade), builder.onTime(START + at + 1000)].filter(
        (each) => each !== null,
      )
      const windows = Map.groupBy(tape, (each) => Math.floor(each.eventMs / 1000) * 1000)
      assert.deepEqual(
        found,
        [...windows].map(([openMs, trades]) => candleOf(openMs, trades)),
      )
      assert.equal(builder.late(), 0)
    }),
  )
})

function candleOf(openMs: number, trades: readonly Trade[]): Candle {
  const prices = trades.map((each) => each.price)
  return {
    kind: 'candle',
    eventMs: openMs + 1000,
    intervalMs: 1000,
    open: prices[0] ?? 0,
    high: Math.max(...prices),
    low: Math.min(...prices),
    close: prices.at(-1) ?? 0,
    volume: trades.reduce((sum, each) => sum + each.quantity, 0),
  }
}

test('shorter candles that fill the interval are merged as soon as it is full', () => {
  const builder = createCandleBuilder(3 * MINUTE)
  const start = 3 * MINUTE
  assert.equal(builder.onCandle(candle(start + MINUTE, MINUTE)), null)
  assert.equal(builder.onCandle(candle(start + 2 * MINUTE, MINUTE, { high: 20, low: 8 })), null)
  assert.deepEqual(
    builder.onCandle(candle(start + 3 * MINUTE, MINUTE, { close: 15 })),
    candle(start + 3 * MINUTE, 3 * MINUTE, { high: 20, low: 8, close: 15, volume: 6 }),
  )
})

test('a row of shorter candles with a hole in it is discarded, and the next whole one is given', () => {
  const builder = createCandleBuilder(2 * MINUTE)
  const given = [2, 3, 5, 6, 8].map((minute) => builder.onCandle(candle(minute * MINUTE, MINUTE)))
  assert.deepEqual(
    given.map((each) => each?.eventMs),
    [undefined, undefined, undefined, START + 6 * MINUTE, undefined],
  )
})

test('a hole within the interval is not bridged', () => {
  const builder = createCandleBuilder(3 * MINUTE)
  const given = [1, 3, 4, 5, 6].map((minute) => builder.onCandle(candle(minute * MINUTE, MINUTE)))
  assert.deepEqual(
    given.map((each) => each?.eventMs),
    [undefined, undefined, undefined, undefined, START + 6 * MINUTE],
  )
})

test('a gap discards the candles merged so far', () => {
  const builder = createCandleBuilder(2 * MINUTE)
  builder.onCandle(candle(MINUTE, MINUTE))
  builder.onGap(START + MINUTE)
  assert.equal(builder.onCandle(candle(2 * MINUTE, MINUTE)), null)
})

test('data of candles as long as the interval or longer is handed on', () => {
  const builder = createCandleBuilder(MINUTE)
  for (const intervalMs of [MINUTE, 24 * 60 * MINUTE]) {
    const given = candle(0, intervalMs)
    assert.equal(builder.onCandle(given), given)
  }
})

test('an interval that is no whole multiple of the data is refused', () => {
  const builder = createCandleBuilder(90_000)
  assert.throws(() => builder.onCandle(candle(0, MINUTE)), { code: 'CDB_PARAM_INVALID' })
})
