import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reconciliation } from '../../../src/engine/controls/reconciliation.ts'
import { breachOf, facts, order } from './facts.ts'

test('an unexplained difference denies, and halts by watching', () => {
  assert.equal(breachOf(reconciliation, order(), facts()), null)
  const unexplained = 'BALANCE USDT'
  assert.equal(breachOf(reconciliation, order(), facts({ unexplained }))?.value, unexplained)
  assert.equal(reconciliation.watch?.(facts({ unexplained }), {})?.halt, true)
  assert.equal(reconciliation.watch?.(facts(), {}), null)
})
