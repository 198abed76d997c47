import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { calmarOf, periodOf, shareOf, sharpeOf, sortinoOf } from '../../src/engine/statistics.ts'

const DAY_MS = 86_400_000
const close = (actual: number | null, expected: number): void => {
  assert(actual !== null, `null instead of ${expected}`)
  assert(Math.abs(actual - expected) <= Math.abs(expected) * 1e-9, `${actual} instead of ${expected}`)
}

test('Sharpe is mean over sample deviation, a year of 365 days', () => {
  // Mean 0.01; squared distances 0.0001 + 0.0004 + 0.0001 + 0.0004 + 0 = 0.001, over n - 1 = 4: 0.00025.
  close(sharpeOf([0.02, -0.01, 0, 0.03, 0.01], DAY_MS), (0.01 / Math.sqrt(0.00025)) * Math.sqrt(365))
})

test('Sortino counts only what is below zero, over all returns', () => {
  // Mean 0.01; downside 0.01^2 over n = 5: 0.00002.
  close(sortinoOf([0.02, -0.01, 0, 0.03, 0.01], DAY_MS), (0.01 / Math.sqrt(0.00002)) * Math.sqrt(365))
})

test('an hour as period makes 8760 of a year', () => {
  close(sharpeOf([0.02, -0.01, 0, 0.03, 0.01], 3_600_000), (0.01 / Math.sqrt(0.00025)) * Math.sqrt(8760))
})

test('ratios are null where the data cannot say', () => {
  assert.equal(sharpeOf([0.01, 0.02, 0.03, 0.04], DAY_MS), null)
  assert.equal(sharpeOf([0.01, 0.01, 0.01, 0.01, 0.01], DAY_MS), null)
  assert.equal(sortinoOf([0.01, 0.02, 0.03, 0.04, 0.05], DAY_MS), null)
  assert.equal(sortinoOf([], DAY_MS), null)
})

test('Calmar is the compound return of a year over the drawdown', () => {
  const run = { equityStart: 100, equityEnd: 121, maxDrawdown: 0.1 }
  // Two years of 10 % each.
  close(calmarOf({ ...run, spanMs: 730 * DAY_MS }), 1)
  close(calmarOf({ ...run, spanMs: 365 * DAY_MS }), 2.1)
})

test('Calmar is null on short data, without a drawdown and with nothing left', () => {
  const run = { equityStart: 100, equityEnd: 121, maxDrawdown: 0.1, spanMs: 365 * DAY_MS }
  assert.equal(calmarOf({ ...run, spanMs: 29 * DAY_MS }), null)
  assert.equal(calmarOf({ ...run, maxDrawdown: 0 }), null)
  assert.equal(calmarOf({ ...run, equityEnd: 0 }), null)
})

test('the period of returns follows the span', () => {
  assert.equal(periodOf(3 * DAY_MS - 1), 60_000)
  assert.equal(periodOf(3 * DAY_MS), 3_600_000)
  assert.equal(periodOf(30 * DAY_MS), DAY_MS)
})

test('a share of nothing is null', () => {
  assert.equal(shareOf(0, 0), null)
  assert.equal(shareOf(1, 4), 0.25)
})

test('Sharpe does not depend on the size of all returns together', () => {
  const returns = fc.array(fc.double({ min: -0.1, max: 0.1, noNaN: true }), { minLength: 5, maxLength: 40 })
  fc.assert(
    fc.property(returns, (values) => {
      const ratio = sharpeOf(values, DAY_MS)
      const doubled = sharpeOf(
        values.map((value) => value * 2),
        DAY_MS,
      )
      if (ratio === null || doubled === null) return
      assert(Math.abs(ratio - doubled) <= 1e-6 * Math.max(1, Math.abs(ratio)))
    }),
  )
})
