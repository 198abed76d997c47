import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createAuditFindings } from '../../../src/adapters/postgres/audit-findings.ts'
import { auditEntry, createLogFold, takesFromBuckets } from '../../../src/adapters/postgres/audit-log.ts'
import type { LogFold } from '../../../src/adapters/postgres/audit-log.ts'
import type { TradingEvent } from '../../../src/domain/event.ts'
import type { OrderRequest } from '../../../src/domain/order.ts'
import { command, limitOrder } from '../../engine/controls/facts.ts'
import { markAt, signalAt } from '../../engine/risk/feed.ts'
import { bitcoin } from '../../engine/scenario.ts'

type Given = Readonly<{ event: TradingEvent; causeSeq?: number; writer?: 'risk' | 'control'; epoch?: number }>

/** Folds events as one log with these limits; returns the ids of what is broken. */
function audited(
  given: readonly Given[],
  limits: Readonly<Record<string, string>> = {},
): readonly [string[], LogFold] {
  const findings = createAuditFindings()
  const fold = createLogFold({
    ...{ account: 'paper', instrument: bitcoin, cash: '10000', limits: new Map(Object.entries(limits)) },
  })
  for (const [index, { event, causeSeq = 0, writer = 'risk', epoch = 1 }] of given.entries()) {
    const entry = { seq: index + 1, causeSeq, marketSeq: 0, event, payload: '', prevHash: '', hash: '' }
    auditEntry(fold, findings, { ...entry, writer, epoch })
  }
  return [findings.results().flatMap(({ id, ok }) => (ok ? [] : [id])), fold]
}

const wish = signalAt(1_000, '100')
const approvalOf = (changes: Partial<OrderRequest> = {}): TradingEvent => ({
  kind: 'approved',
  eventMs: wish.eventMs,
  order: limitOrder('100', { slot: wish.slot, account: 'paper', decidedMs: wish.eventMs, ...changes }),
})

test('an entry that a fresh mark and its signal stand behind is in order', () => {
  const [broken, fold] = audited([
    { event: markAt(0, '100') },
    { event: wish },
    { event: approvalOf(), causeSeq: 2 },
  ])
  assert.deepEqual(broken, [])
  assert([...fold.orders.values()].every(takesFromBuckets))
})

test('an approval beyond the limit of its time is found, and one that two people vouched for is not', () => {
  const [mark, signal] = [{ event: markAt(0, '100') }, { event: wish }]
  const approval = { event: approvalOf(), causeSeq: 2 }
  assert.deepEqual(audited([mark, signal, approval], { 'C12.accountMax': '0' })[0], ['I8'])
  const overridden: TradingEvent = {
    ...{
      kind: 'alert',
      eventMs: wish.eventMs,
      level: 'warning',
      code: 'OVERRIDDEN',
      scope: 'global',
      message: '',
    },
  }
  const order = command({ action: 'override', scope: 'global', subject: wish.slot })
  const vouched = [
    mark,
    { event: order, writer: 'control', epoch: 0 } as const,
    { event: overridden, causeSeq: 2 },
  ]
  assert.deepEqual(audited([...vouched, approval], { 'C12.accountMax': '0' })[0], [])
})

test('the age of the mark is judged by the limit of that time', () => {
  const log = [{ event: markAt(-5_000, '100') }, { event: wish }, { event: approvalOf(), causeSeq: 2 }]
  assert.deepEqual(audited(log)[0], ['I15'])
  assert.deepEqual(audited(log, { 'C18.age': '10s' })[0], [])
})

test('commands of nobody and epochs that go back are found', () => {
  const halt = command({ action: 'halt', scope: 'global', subject: '' })
  assert.deepEqual(audited([{ event: { ...halt, actor: '' }, writer: 'control', epoch: 0 }])[0], ['I18'])
  assert.deepEqual(audited([{ event: halt }])[0], ['I18'])
  assert.deepEqual(
    audited([
      { event: markAt(0, '1'), epoch: 2 },
      { event: markAt(1, '1'), epoch: 1 },
    ])[0],
    ['I7'],
  )
})
