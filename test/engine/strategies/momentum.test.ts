import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import type { Candle, Trade } from '../../../src/domain/market.ts'
import { parseParams } from '../../../src/domain/param.ts'
import { momentum } from '../../../src/engine/strategies/momentum.ts'
import type { Strategy, Wish } from '../../../src/engine/strategy.ts'
import { realData, realDataTest } from '../../real-data.ts'

const start = (given: Record<string, string> = {}): Strategy =>
  momentum.create(parseParams('momentum', momentum.params, given))

const SECOND = 1000

const trade = (second: number, price: number, quantity = 1): Trade => ({
  kind: 'trade',
  eventMs: 1_700_000_000_000 + second * SECOND,
  tradeId: null,
  price,
  quantity,
  aggressor: null,
})

const wishesOf = (strategy: Strategy, trades: readonly Trade[]): readonly (string | null)[] =>
  trades.map((each) => {
    const wish = strategy.onTrade?.(each) ?? null
    return wish === null ? null : `${wish.action} ${wish.side}`
  })

const tenSeconds = { lookback: '10s', threshold: '1', minVolume: '0' }

test('it compares with the price of a look-back ago, once the tape reaches back so far', () => {
  const wishes = wishesOf(start(tenSeconds), [trade(0, 100), trade(9, 102), trade(10, 101), trade(11, 102)])
  // At second 9 nothing is known of ten seconds ago; at second 10 it is 100, and 101 is one percent more.
  assert.deepEqual(wishes, [null, null, 'enter buy', null])
})

test('it wishes once a crossing, and again only after it has left', () => {
  const prices = [100, 102, 103, 104, 104, 104, 103, 105]
  const wishes = wishesOf(
    start(tenSeconds),
    prices.map((price, index) => trade(index * 10, price)),
  )
  assert.deepEqual(wishes, [null, 'enter buy', null, null, null, null, 'exit sell', 'enter buy'])
})

test('it leaves when the change falls below the exit threshold', () => {
  const prices = [100, 102, 102.6, 102.9]
  const wishes = wishesOf(
    start({ ...tenSeconds, exitThreshold: '0.5' }),
    prices.map((price, index) => trade(index * 10, price)),
  )
  assert.deepEqual(wishes, [null, 'enter buy', null, 'exit sell'])
})

test('it enters only on enough volume within the look-back, and leaves on any', () => {
  const tape = [trade(0, 100, 50), trade(10, 102, 2), trade(11, 102, 3), trade(21, 90, 0.1)]
  const wishes = wishesOf(start({ ...tenSeconds, minVolume: '5' }), tape)
  assert.deepEqual(wishes, [null, null, 'enter buy', 'exit sell'])
})

test('it goes short only where asked to', () => {
  const tape = [trade(0, 100), trade(10, 98), trade(20, 98), trade(30, 98.5)]
  assert.deepEqual(wishesOf(start(tenSeconds), tape), [null, null, null, null])
  assert.deepEqual(wishesOf(start({ ...tenSeconds, short: 'true' }), tape), [
    null,
    'enter sell',
    null,
    'exit buy',
  ])
})

test('a gap empties the window and leaves the stance', () => {
  const strategy = start(tenSeconds)
  assert.deepEqual(wishesOf(strategy, [trade(0, 100), trade(10, 102)]), [null, 'enter buy'])
  strategy.onGap?.(3_600_000)
  const after = [trade(3610, 50), trade(3619, 40), trade(3620, 49)]
  assert.deepEqual(wishesOf(strategy, after), [null, null, 'exit sell'])
})

test('on candles the look-back is that many whole candles, rounded up', () => {
  const strategy = start({ lookback: '61s', threshold: '1', minVolume: '0' })
  const wishes = [100, 105, 104, 104].map((close, index) => {
    const candle: Candle = {
      kind: 'candle',
      eventMs: (index + 1) * 60_000,
      intervalMs: 60_000,
      open: close,
      high: close,
      low: close,
      close,
      volume: 1,
    }
    return strategy.onCandle?.(candle, { regime: 'unknown' })?.reason ?? null
  })
  assert.deepEqual(wishes, [
    null,
    null,
    'change 4.0000% in 2m, volume 2.0000',
    'change -0.9524% in 2m, volume 2.0000',
  ])
})

test('an exit threshold that is not below the threshold is refused', () => {
  assert.throws(() => start({ threshold: '0.1', exitThreshold: '0.1' }), { code: 'CDB_PARAM_RANGE' })
})

/** Trades of the recorded frames; only what this test needs of them is read. */
function recordedTrades(): readonly Trade[] {
  const text = gunzipSync(readFileSync(realData('binance-spot-btcusdt-2024-08-08.ws.gz'))).toString()
  return text
    .split('\n')
    .filter((line) => line.includes('"stream":"btcusdt@trade"'))
    .map((line) => {
      const frame = JSON.parse(line.slice(line.indexOf('{'))) as {
        data: Record<'T' | 't' | 'p' | 'q', number | string>
      }
      const { T, t, p, q } = frame.data
      return {
        kind: 'trade',
        eventMs: Number(T),
        tradeId: Number(t),
        price: Number(p),
        quantity: Number(q),
        aggressor: null,
      }
    })
}

/** Where the forerunner wishes: change from one trade to the next, volume of the one trade, buying only. */
const forerunnerWishes = (
  trades: readonly Trade[],
  thresholdPercent: number,
  minVolume: number,
): readonly number[] =>
  trades.flatMap(({ price, quantity }, index) => {
    const before = trades[index - 1]?.price ?? price
    return ((price - before) / before) * 100 >= thresholdPercent && quantity >= minVolume ? [index] : []
  })

realDataTest('on recorded trades it enters and exits, where the forerunner is silent (P22)', () => {
  const trades = recordedTrades()
  assert.equal(trades.length, 9757)
  assert.deepEqual(forerunnerWishes(trades, 3, 100_000), [], 'at its own settings')
  assert.deepEqual(forerunnerWishes(trades, 0.05, 1), [], 'at ours')
  for (const lookback of ['1m', '30s']) {
    const strategy = start({ lookback, threshold: '0.05' })
    const wishes = trades
      .map((each) => strategy.onTrade?.(each) ?? null)
      .filter((wish): wish is Wish => wish !== null)
    assert.deepEqual(
      wishes.map(({ action, side }) => `${action} ${side}`),
      ['enter buy', 'exit sell', 'enter buy', 'exit sell'],
    )
  }
})

test('a rise over a minute is seen, which no two neighboring trades show (P22)', () => {
  const tape = Array.from({ length: 121 }, (_, second) => trade(second, 60_000 + second))
  assert.deepEqual(forerunnerWishes(tape, 0.05, 1), [])
  const strategy = start({ lookback: '1m', threshold: '0.05' })
  const [first, ...others] = tape
    .map((each) => strategy.onTrade?.(each) ?? null)
    .filter((wish) => wish !== null)
  assert.deepEqual(first, { action: 'enter', side: 'buy', reason: 'change 0.1000% in 1m, volume 60.0000' })
  assert.deepEqual(others, [])
})
