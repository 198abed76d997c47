import assert from 'node:assert/strict'
import { test } from 'node:test'
import { money } from '../../../src/domain/decimal.ts'
import { turnover } from '../../../src/engine/controls/turnover.ts'
import { breachOf, facts, order } from './facts.ts'

test('the order that makes the turnover of the day full passes, the smallest amount more is denied', () => {
  assert.equal(breachOf(turnover, order(), facts({ turnoverDay: money('49950') })), null)
  const breach = breachOf(turnover, order(), facts({ turnoverDay: money('49950.000000000001') }))
  assert.deepEqual([breach?.value, breach?.limit], ['50000.000000000001 USDT', '5 times 10000 USDT'])
})

test('the order that makes the turnover of the hour full passes, the smallest amount more is denied', () => {
  assert.equal(breachOf(turnover, order(), facts({ turnoverHour: money('9950') })), null)
  const breach = breachOf(turnover, order(), facts({ turnoverHour: money('9950.000000000001') }))
  assert.equal(breach?.limit, '0.2 of 5 times 10000 USDT')
})

test('an account without equity has no turnover', () => {
  assert.notEqual(breachOf(turnover, order(), facts({ equity: money('0'), orderValue: money('0') })), null)
})
