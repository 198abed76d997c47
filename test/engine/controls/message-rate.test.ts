import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Approval } from '../../../src/engine/control.ts'
import { messageRate } from '../../../src/engine/controls/message-rate.ts'
import { approval, breachOf, facts, NOW_MS, order } from './facts.ts'

const sent = (count: number, ageMs: number): readonly Approval[] =>
  Array.from({ length: count }, () => approval({ eventMs: NOW_MS - ageMs }))

test('the order that makes more than the limit within a second is denied', () => {
  assert.equal(breachOf(messageRate, order(), facts({ approvals: sent(4, 999) })), null)
  const breach = breachOf(messageRate, order(), facts({ approvals: sent(5, 999) }))
  assert.deepEqual([breach?.value, breach?.limit], ['5 orders', 'fewer than 5 a second'])
  assert.equal(breachOf(messageRate, order(), facts({ approvals: sent(5, 1_000) })), null)
})

test('the minute has a limit of its own', () => {
  assert.equal(breachOf(messageRate, order(), facts({ approvals: sent(99, 59_999) })), null)
  const breach = breachOf(messageRate, order(), facts({ approvals: sent(100, 59_999) }))
  assert.equal(breach?.limit, 'fewer than 100 a minute')
  assert.equal(breachOf(messageRate, order(), facts({ approvals: sent(100, 60_000) })), null)
})

test('limits are set by key', () => {
  const params = { second: '1' }
  const approvals = sent(1, 0)
  assert.equal(breachOf(messageRate, order(), facts({ approvals }), params)?.value, '1 orders')
})
