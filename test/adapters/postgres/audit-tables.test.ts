import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createAuditFindings } from '../../../src/adapters/postgres/audit-findings.ts'
import { createLogFold } from '../../../src/adapters/postgres/audit-log.ts'
import type { LogFold } from '../../../src/adapters/postgres/audit-log.ts'
import { auditEnd } from '../../../src/adapters/postgres/audit-tables.ts'
import { command, limitOrder, open } from '../../engine/controls/facts.ts'
import { bitcoin } from '../../engine/scenario.ts'

const request = limitOrder('100')
const id = request.clientOrderId

function brokenAtEnd(change: (fold: LogFold) => void, riskSeq = 0): readonly string[] {
  const fold = createLogFold({ account: 'paper', instrument: bitcoin, cash: '10000', limits: new Map() })
  fold.ledger.set(id, open(request))
  change(fold)
  const findings = createAuditFindings()
  auditEnd(fold, findings, riskSeq)
  return findings.results().flatMap(({ id: name, ok }) => (ok ? [] : [name]))
}

test('an order may rest for as long as it likes, and wait for an answer for 120 s', () => {
  const order = {
    ...{
      request,
      filled: 0n,
      approvedSeq: 1,
      isOverridden: false,
      submittingMs: 0,
      updatedSeq: 2,
      updatedMs: 0,
    },
  }
  for (const [state, newestMs, broken] of [
    ['accepted', 10_000_000, []],
    ['unknown', 120_000, []],
    ['unknown', 120_001, ['I3']],
    ['cancelPending', 120_001, ['I3']],
  ] as const) {
    const found = brokenAtEnd((fold) => {
      fold.newestMs = newestMs
      fold.orders.set(id, { ...order, state })
    })
    assert.deepEqual(found, broken, state)
  }
})

test('what a halt found open is canceled within 10 s, or has ended', () => {
  const halt = command({ action: 'haltCancel', scope: 'global', subject: '', eventMs: 0 })
  const found = (newestMs: number, change: (fold: LogFold) => void = () => undefined): readonly string[] =>
    brokenAtEnd((fold) => {
      fold.newestMs = newestMs
      fold.toCancel.push({ id, command: halt })
      change(fold)
    })
  assert.deepEqual(found(10_000), [])
  assert.deepEqual(found(10_001), ['I9'])
  assert.deepEqual(
    found(10_001, (fold) => fold.canceling.set(id, 2)),
    [],
  )
  assert.deepEqual(
    found(10_001, (fold) => fold.ledger.clear()),
    [],
  )
})

test('a late fill that risk has read must have been told', () => {
  assert.deepEqual(
    brokenAtEnd((fold) => fold.lateFills.push(7), 6),
    [],
  )
  assert.deepEqual(
    brokenAtEnd((fold) => fold.lateFills.push(7), 7),
    ['I14'],
  )
})
