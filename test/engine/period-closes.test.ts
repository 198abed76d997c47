import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPeriodCloses, observeClose, returnsOf } from '../../src/engine/period-closes.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

test('the last equity of a minute is its close, the first return counts from the start', () => {
  const series = createPeriodCloses(100)
  observeClose(series, 10 * MINUTE_MS, 105)
  observeClose(series, 10 * MINUTE_MS + 59_999, 110)
  observeClose(series, 11 * MINUTE_MS, 99)
  const [first, second] = returnsOf(series)
  assert(Math.abs((first ?? 0) - 0.1) < 1e-12)
  assert(Math.abs((second ?? 0) + 0.1) < 1e-12)
})

test('a minute without an observation returned nothing', () => {
  const series = createPeriodCloses(100)
  observeClose(series, 0, 100)
  observeClose(series, 3 * MINUTE_MS, 110)
  assert.equal(returnsOf(series).length, 4)
  assert.deepEqual(returnsOf(series).slice(0, 3), [0, 0, 0])
})

test('minutes become hours and then days as the span grows, and memory stays bounded', () => {
  const series = createPeriodCloses(100)
  for (let atMs = 0; atMs <= 40 * DAY_MS; atMs += MINUTE_MS) observeClose(series, atMs, 100 + atMs / DAY_MS)
  assert.equal(series.periodMs, DAY_MS)
  assert.equal(series.periods.length, 41)
  assert.equal(series.closes[0], 100 + 1 - 1 / 1440)
  assert.equal(returnsOf(series).length, 41)
})

test('an observation that steps back in time counts for the newest period', () => {
  const series = createPeriodCloses(100)
  observeClose(series, 5 * MINUTE_MS, 100)
  observeClose(series, 4 * MINUTE_MS, 90)
  assert.deepEqual(series.periods, [5])
  assert.deepEqual(series.closes, [90])
})

test('returns end where equity is gone', () => {
  const series = createPeriodCloses(100)
  observeClose(series, 0, 0)
  observeClose(series, MINUTE_MS, 10)
  assert.deepEqual(returnsOf(series), [])
})
