import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Breach, RiskFacts } from '../../../src/engine/control.ts'
import { reconciliation } from '../../../src/engine/controls/reconciliation.ts'
import { breachOf, facts, order } from './facts.ts'

const watched = (about: RiskFacts): Breach | null => reconciliation.watch?.(about, {}) ?? null

test('an unexplained difference denies, and halts by watching', () => {
  assert.equal(breachOf(reconciliation, order(), facts()), null)
  const unexplained = 'BALANCE USDT'
  assert.equal(breachOf(reconciliation, order(), facts({ unexplained }))?.value, unexplained)
  assert.equal(watched(facts({ unexplained }))?.halt, true)
  assert.equal(watched(facts()), null)
})
