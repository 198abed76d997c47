import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createAdx } from '../../../src/engine/indicators/adx.ts'
import { trueRange } from '../../../src/engine/indicators/atr.ts'
import { adxExample, assertPublished } from './chart-school.ts'
import type { Bar } from './chart-school.ts'

test('ADX reproduces the published example', () => {
  assertPublished(adxExample.bars.map(createAdx(14).next), adxExample.values, 1e-3)
})

test('+DI, -DI and DX reproduce the published example at their first bar', () => {
  const adx = createAdx(14)
  for (const bar of adxExample.bars.slice(0, 14)) adx.next(bar)
  assert.deepEqual([adx.plusDi(), adx.minusDi(), adx.dx()], [null, null, null])
  adx.next(adxExample.bars[14] as Bar)
  const { plusDi, minusDi, dx } = adxExample.first
  assert(Math.abs((adx.plusDi() ?? 0) - plusDi) < 1e-3)
  assert(Math.abs((adx.minusDi() ?? 0) - minusDi) < 1e-3)
  assert(Math.abs((adx.dx() ?? 0) - dx) < 1e-2)
})

/**
 * Wilder's worksheet over a whole series at once, with sums as he keeps them: another road to the same
 * numbers.
 */
function worksheet(series: readonly Bar[], length: number): readonly (number | null)[] {
  const moves = series.slice(1).map((bar, index) => {
    const before = series[index] as Bar
    const up = bar.high - before.high
    const down = before.low - bar.low
    return {
      range: trueRange(bar, before.close),
      plus: up > down ? Math.max(up, 0) : 0,
      minus: down > up ? Math.max(down, 0) : 0,
    }
  })
  const sums = { range: 0, plus: 0, minus: 0 }
  const dxs: number[] = []
  let adx = 0
  const values: (number | null)[] = [null]
  moves.forEach((move, index) => {
    for (const key of ['range', 'plus', 'minus'] as const) {
      sums[key] = index < length ? sums[key] + move[key] : sums[key] - sums[key] / length + move[key]
    }
    if (index >= length - 1) {
      const total = sums.plus + sums.minus
      dxs.push(total === 0 ? 0 : (100 * Math.abs(sums.plus - sums.minus)) / total)
    }
    if (dxs.length === length) adx = dxs.reduce((sum, value) => sum + value, 0) / length
    if (dxs.length > length) adx = (adx * (length - 1) + (dxs.at(-1) ?? 0)) / length
    values.push(dxs.length < length ? null : adx)
  })
  return values
}

const bar = fc
  .tuple(
    fc.integer({ min: 1, max: 1000 }),
    fc.integer({ min: 0, max: 50 }),
    fc.double({ min: 0, max: 1, noNaN: true }),
  )
  .map(([low, range, at]) => ({ low, high: low + range, close: low + range * at }))

test("ADX equals Wilder's worksheet on any bars", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 6 }),
      fc.array(bar, { minLength: 1, maxLength: 60 }),
      (length, series) => {
        const expected = worksheet(series, length)
        series.map(createAdx(length).next).forEach((value, index) => {
          const wanted = expected[index] ?? null
          if (value === null || wanted === null) return assert.equal(value, wanted)
          assert(Math.abs(value - wanted) < 1e-6, `${value} is ${wanted}`)
        })
      },
    ),
  )
})

/**
 * The forerunner's index (its fault P12): the range starts as a mean but the movements as sums, then the
 * bars that made up that start are fed in once more, one by one, and the first value is out after length +
 * 1 bars.
 */
function forerunnerAdx(series: readonly Bar[], length: number): number {
  const moves = series.slice(1).map((now, index) => {
    const before = series[index] as Bar
    const up = now.high - before.high
    const down = before.low - now.low
    return [trueRange(now, before.close), up > down && up > 0 ? up : 0, down > up && down > 0 ? down : 0]
  })
  const column = (at: number): number =>
    moves.slice(0, length).reduce((sum, move) => sum + (move[at] ?? 0), 0)
  let smoothed = [column(0) / length, column(1), column(2)]
  const dxNow = (): number => {
    const [, plus = 0, minus = 0] = smoothed
    return plus + minus === 0 ? 0 : (100 * Math.abs(plus - minus)) / (plus + minus)
  }
  const feed = (at: number): void => {
    smoothed = smoothed.map((value, part) => (value * (length - 1) + (moves[at]?.[part] ?? 0)) / length)
  }
  let sum = 0
  for (let index = 0; index < length; index++) {
    sum += dxNow()
    if (index + 1 < length) feed(index + 1)
  }
  let adx = sum / length
  for (let index = length; index < moves.length; index++) {
    feed(index)
    adx = (adx * (length - 1) + dxNow()) / length
  }
  return adx
}

test("the forerunner's ADX misses the published value that ours meets (P12)", () => {
  const series = adxExample.bars.slice(0, 28)
  const published = adxExample.values[0]
  assert(Math.abs((series.map(createAdx(14).next).at(-1) ?? 0) - published) < 1e-3)
  assert(Math.abs(forerunnerAdx(series, 14) - published) > 5)
})

test('bars without range have no direction', () => {
  const adx = createAdx(2)
  for (let index = 0; index < 6; index++) adx.next({ high: 5, low: 5, close: 5 })
  assert.deepEqual(
    [adx.plusDi(), adx.minusDi(), adx.dx(), adx.next({ high: 5, low: 5, close: 5 })],
    [0, 0, 0, 0],
  )
})

test('after a reset ADX warms up again', () => {
  const adx = createAdx(14)
  for (const each of adxExample.bars) adx.next(each)
  adx.reset()
  assert.equal(adx.dx(), null)
  assertPublished(adxExample.bars.map(adx.next), adxExample.values, 1e-3)
})
