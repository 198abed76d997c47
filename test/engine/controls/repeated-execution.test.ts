import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { InstrumentId } from '../../../src/domain/instrument.ts'
import { repeatedExecution } from '../../../src/engine/controls/repeated-execution.ts'
import { approval, breachOf, facts, limitsOf, NOW_MS, order } from './facts.ts'

const entries = (count: number, changes = {}) => Array.from({ length: count }, () => approval(changes))

test('ten entries within the window pass, the eleventh is denied', () => {
  assert.equal(breachOf(repeatedExecution, order(), facts({ approvals: entries(9) })), null)
  const breach = breachOf(repeatedExecution, order(), facts({ approvals: entries(10) }))
  assert.deepEqual([breach?.value, breach?.limit], ['11 entries', '10 in 10m'])
})

test('an entry as old as the window no longer counts', () => {
  const aged = (ageMs: number) => facts({ approvals: entries(10, { eventMs: NOW_MS - ageMs }) })
  assert.equal(breachOf(repeatedExecution, order(), aged(600_000)), null)
  assert.notEqual(breachOf(repeatedExecution, order(), aged(599_999)), null)
})

test('exits, other strategies and other instruments do not count', () => {
  const approvals = [
    ...entries(10, { purpose: 'exit' }),
    ...entries(10, { purpose: 'stopLoss' }),
    ...entries(10, { strategy: 'breakout' }),
    ...entries(10, { instrument: 'ETHUSDT.BINANCE' as InstrumentId }),
  ]
  assert.equal(breachOf(repeatedExecution, order(), facts({ approvals })), null)
})

test('three losses in a row pass, the fourth stops the strategy when it happens', () => {
  for (const [lossesInRow, isStopped] of [
    [3, false],
    [4, true],
    [5, true],
  ] as const) {
    const about = facts({ lossesInRow })
    assert.equal(breachOf(repeatedExecution, order(), about) !== null, isStopped)
    assert.equal(repeatedExecution.watch?.(about, limitsOf(repeatedExecution)) !== null, isStopped)
  }
})
