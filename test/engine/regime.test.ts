import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Candle } from '../../src/domain/market.ts'
import { parseParams } from '../../src/domain/param.ts'
import { regimes } from '../../src/domain/signal.ts'
import type { Regime } from '../../src/domain/signal.ts'
import { createAtr } from '../../src/engine/indicators/atr.ts'
import { createRandom } from '../../src/engine/random.ts'
import { createRegimeClassifier, regimeParams } from '../../src/engine/regime.ts'

const MINUTE = 60_000
const settings = (given: Record<string, string> = {}) => parseParams('regime', regimeParams, given)

const candleAt = (index: number, bar: Readonly<{ close: number; range: number }>): Candle => ({
  kind: 'candle',
  eventMs: (index + 1) * MINUTE,
  intervalMs: MINUTE,
  open: bar.close,
  high: bar.close + bar.range / 2,
  low: bar.close - bar.range / 2,
  close: bar.close,
  volume: 1,
})

const rising = (count: number): readonly Candle[] =>
  Array.from({ length: count }, (_, index) => candleAt(index, { close: 60_000 + 20 * index, range: 30 }))

/** Up and down by turns: no direction lasts. */
const swinging = (count: number, from = 0): readonly Candle[] =>
  Array.from({ length: count }, (_, index) =>
    candleAt(from + index, { close: 60_000 + ((from + index) % 2) * 10, range: 30 }),
  )

test('a steady rise is a trend, a swing is a range, and before either is known it is unknown', () => {
  assert.deepEqual(
    [...new Set(rising(60).map(createRegimeClassifier(settings()).onCandle))],
    ['unknown', 'trend'],
  )
  assert.deepEqual(
    [...new Set(swinging(60).map(createRegimeClassifier(settings()).onCandle))],
    ['unknown', 'range'],
  )
})

test('the regime changes once as many candles in a row agree as confirmation asks for', () => {
  const found = rising(40).map(
    createRegimeClassifier(settings({ adxLength: '5', confirmationBars: '4' })).onCandle,
  )
  // The first ADX of length 5 is there at the tenth candle, the fourth in a row at the thirteenth.
  assert.equal(found.indexOf('trend'), 12)
})

test('volatility is chaotic as a share of price', () => {
  const wild = Array.from({ length: 40 }, (_, index) => candleAt(index, { close: 60_000, range: 2400 }))
  assert.equal(wild.map(createRegimeClassifier(settings()).onCandle).at(-1), 'chaotic')
  assert.equal(wild.map(createRegimeClassifier(settings({ atrChaotic: '0.05' })).onCandle).at(-1), 'range')
})

test('the same market in another unit of price is the same regime', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1_000_000 }),
      fc.constantFrom(0.25, 0.5, 4, 1024),
      (seed, factor) => {
        const tape = randomWalk(seed, 80)
        const scaled = tape.map((candle) => ({
          ...candle,
          high: candle.high * factor,
          low: candle.low * factor,
          close: candle.close * factor,
        }))
        const params = settings({ adxLength: '5', atrLength: '5', atrChaotic: '0.001' })
        const classes = tape.map(createRegimeClassifier(params).onCandle)
        assert.deepEqual(scaled.map(createRegimeClassifier(params).onCandle), classes)
        assert(classes.every((regime) => regimes.includes(regime)))
      },
    ),
  )
})

function randomWalk(seed: number, count: number): readonly Candle[] {
  const random = createRandom(seed, 'walk')
  let close = 60_000
  return Array.from({ length: count }, (_, index) => {
    close += (random() - 0.5) * 40
    return candleAt(index, { close, range: 20 + random() * 30 })
  })
}

test('a calm market is not chaotic, as it is by a threshold in units of price (P11)', () => {
  const tape = swinging(60)
  // The forerunner holds the average true range, in dollars, against its setting of 2.0.
  const ranges = tape.map(createAtr(14).next)
  const forerunner = ranges.map((range) => range !== null && range >= 2)
  assert(forerunner.slice(13).every(Boolean), 'every candle of the calm market is chaotic to the forerunner')
  assert((ranges.at(-1) ?? 0) > 29)
  const ours = tape.map(createRegimeClassifier(settings()).onCandle)
  assert(!ours.includes('chaotic'))
  assert.equal(ours.at(-1), 'range')
})

test('the regime is told at every candle, so that nothing waits for a repeat that never comes (P13)', () => {
  const ours = [...rising(120), ...swinging(120, 120)].map(createRegimeClassifier(settings()).onCandle)
  const told = ours.filter((regime, index) => regime !== ours[index - 1])
  assert.deepEqual(told, ['unknown', 'trend', 'range'])
  // The forerunner tells changes only, and its allocation takes a regime over once it was told twice in a
  // row.
  let committed: Regime = 'unknown'
  told.forEach((regime, index) => {
    if (regime === told[index - 1]) committed = regime
  })
  assert.equal(committed, 'unknown')
  assert.equal(ours.at(-1), 'range')
})

test('each instrument has a regime of its own (P17)', () => {
  const trending = createRegimeClassifier(settings())
  const ranging = createRegimeClassifier(settings())
  const calm = swinging(60)
  // The forerunner keeps one regime for all instruments: whichever was told last.
  let forerunner: Regime = 'unknown'
  const ours = new Map<string, Regime>()
  rising(60).forEach((candle, index) => {
    forerunner = trending.onCandle(candle)
    ours.set('trending', forerunner)
    forerunner = ranging.onCandle(calm[index] as Candle)
    ours.set('ranging', forerunner)
  })
  assert.equal(forerunner, 'range', 'and so a trend is traded as a range')
  assert.deepEqual([...ours.values()], ['trend', 'range'])
})

test('after a reset nothing is known', () => {
  const classifier = createRegimeClassifier(settings())
  for (const candle of rising(60)) classifier.onCandle(candle)
  classifier.reset()
  assert.equal(classifier.onCandle(candleAt(60, { close: 60_000, range: 30 })), 'unknown')
})

test('between the two thresholds the regime stays what it was', () => {
  const params = settings({ adxTrend: '99.5', adxRange: '0' })
  assert.deepEqual([...new Set(swinging(60).map(createRegimeClassifier(params).onCandle))], ['unknown'])
})

test('a trend threshold that is not above the range threshold is refused', () => {
  for (const adxTrend of ['20', '19']) {
    assert.throws(() => createRegimeClassifier(settings({ adxTrend })), { code: 'CDB_PARAM_RANGE' })
  }
})
