import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dataFreshness } from '../../../src/engine/controls/data-freshness.ts'
import { breachOf, facts, mark, NOW_MS, order } from './facts.ts'

const aged = (ageMs: number, intervalMs = 0) => facts({ mark: mark({ eventMs: NOW_MS - ageMs, intervalMs }) })

test('a mark of exactly the age limit passes, one millisecond more is denied', () => {
  assert.equal(breachOf(dataFreshness, order(), aged(2000)), null)
  const breach = breachOf(dataFreshness, order(), aged(2001))
  assert.deepEqual([breach?.value, breach?.limit], ['2001ms', '2s'])
})

test('a candle may be as old as one interval', () => {
  assert.equal(breachOf(dataFreshness, order(), aged(60_000, 60_000)), null)
  assert.equal(breachOf(dataFreshness, order(), aged(60_001, 60_000))?.limit, '1m')
})

test('a gap in the data and no data at all are denied', () => {
  assert.equal(breachOf(dataFreshness, order(), facts({ mark: mark({ stale: true }) }))?.value, 'stale')
  assert.notEqual(breachOf(dataFreshness, order(), facts({ mark: null })), null)
})
