import assert from 'node:assert/strict'
import { test } from 'node:test'
import { signalAge } from '../../../src/engine/controls/signal-age.ts'
import { breachOf, facts, mark, NOW_MS, order } from './facts.ts'

const aged = (ageMs: number, intervalMs = 0) =>
  facts({ signalMs: NOW_MS - ageMs, mark: mark({ intervalMs }) })

test('a signal of exactly the age limit passes, one millisecond more is denied', () => {
  assert.equal(breachOf(signalAge, order(), aged(2000)), null)
  assert.deepEqual(breachOf(signalAge, order(), aged(2001)), {
    reason: 'the signal is too old',
    value: '2001ms',
    limit: '2s',
  })
})

test('a signal from candles may be as old as a share of their interval', () => {
  assert.equal(breachOf(signalAge, order(), aged(6000, 60_000)), null)
  assert.equal(breachOf(signalAge, order(), aged(6001, 60_000))?.limit, '2s or 0.1 of 1m')
})

test('a short interval does not shorten the age limit', () => {
  assert.equal(breachOf(signalAge, order(), aged(2000, 1000)), null)
})

test('the backlog of an outage of an hour is denied, without a mark too', () => {
  assert.notEqual(breachOf(signalAge, order(), aged(3_600_000)), null)
  assert.notEqual(breachOf(signalAge, order(), facts({ signalMs: NOW_MS - 3_600_000, mark: null })), null)
})
