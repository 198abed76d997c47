import assert from 'node:assert/strict'
import { test } from 'node:test'
import { money } from '../../../src/domain/decimal.ts'
import type { RiskFacts } from '../../../src/engine/control.ts'
import { lossLimit } from '../../../src/engine/controls/loss-limit.ts'
import { breachOf, facts, limitsOf, mark, NOW_MS, order } from './facts.ts'

const watch = (about: RiskFacts) => lossLimit.watch?.(about, limitsOf(lossLimit)) ?? null
const at = (equity: string, changes: Partial<RiskFacts> = {}) => facts({ equity: money(equity), ...changes })

test('a daily loss of exactly the limit passes, the smallest amount more denies new risk', () => {
  assert.equal(breachOf(lossLimit, order(), at('9800')), null)
  const breach = breachOf(lossLimit, order(), at('9799.999999999999'))
  assert.deepEqual([breach?.value, breach?.limit], ['-200.000000000001 USDT', '-0.02 of 10000 USDT'])
  assert.equal(breach?.halt, undefined)
  assert.equal(watch(at('9799')), null, 'it does not halt yet')
})

test('a daily loss beyond the second limit halts, one of exactly that does not', () => {
  assert.equal(watch(at('9700')), null)
  assert.equal(watch(at('9699.999999999999'))?.halt, true)
  assert.equal(breachOf(lossLimit, order(), at('9699.999999999999'))?.halt, true)
})

test('a fall from the peak beyond the drawdown limit halts, one of exactly that does not', () => {
  const fallen = { equityPeak: money('20000') }
  const started = (equity: string) => at(equity, { ...fallen, equityDayStart: money(equity) })
  assert.equal(watch(started('18400')), null)
  assert.equal(watch(started('18399.999999999999'))?.limit, '-0.08 of 20000 USDT')
  assert.equal(watch(started('18399.999999999999'))?.halt, true)
})

test('a loss of 1500 on 10000 is not overlooked', () => {
  assert.equal(watch(at('8500'))?.halt, true)
  assert.notEqual(breachOf(lossLimit, order(), at('8500')), null)
})

test('equity below zero halts, even where the day began with nothing', () => {
  assert.equal(watch(at('-1', { equityDayStart: money('0'), equityPeak: money('0') }))?.halt, true)
  assert.notEqual(
    breachOf(lossLimit, order(), at('0', { equityDayStart: money('0'), equityPeak: money('0') })),
    null,
  )
})

test('an old mark denies new risk and a mark of exactly the age limit does not', () => {
  assert.notEqual(breachOf(lossLimit, order(), facts({ mark: null })), null)
  const aged = (ageMs: number, intervalMs = 0) =>
    facts({ mark: mark({ eventMs: NOW_MS - ageMs, intervalMs }) })
  assert.equal(breachOf(lossLimit, order(), aged(5000)), null)
  assert.notEqual(breachOf(lossLimit, order(), aged(5001)), null)
  assert.equal(breachOf(lossLimit, order(), aged(60_000, 60_000)), null)
  assert.notEqual(breachOf(lossLimit, order(), aged(60_001, 60_000)), null)
})

test('nothing is known, and nothing halts, before the first mark', () => {
  assert.equal(watch(at('1', { mark: null })), null)
})
