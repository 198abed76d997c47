import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clock } from '../../../src/engine/controls/clock.ts'
import { breachOf, facts, order } from './facts.ts'

test('a clock that was reported off denies, with how far', () => {
  assert.equal(breachOf(clock, order(), facts()), null)
  assert.equal(breachOf(clock, order(), facts({ clockOff: '400ms' }))?.value, '400ms')
})
