import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tradingState } from '../../../src/engine/controls/trading-state.ts'
import { breachOf, facts, order } from './facts.ts'

test('an active scope lets every order through', () => {
  assert.equal(breachOf(tradingState, order(), facts()), null)
})

test('reduceOnly denies what increases risk and lets the rest through', () => {
  const denied = breachOf(tradingState, order(), facts({ state: 'reduceOnly' }))
  assert.equal(denied?.value, 'reduceOnly')
  const reducing = facts({ state: 'reduceOnly', increasesRisk: false })
  assert.equal(breachOf(tradingState, order({ reduceOnly: true }), reducing), null)
})

test('halted denies every order, those that reduce too', () => {
  for (const increasesRisk of [true, false]) {
    assert.equal(breachOf(tradingState, order(), facts({ state: 'halted', increasesRisk }))?.value, 'halted')
  }
})
