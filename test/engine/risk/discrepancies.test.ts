import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Discrepancy, TradingEvent } from '../../../src/domain/event.ts'
import { START_MS } from '../scenario.ts'
import {
  acceptedOf,
  approvedIn,
  commandAt,
  createTestRisk,
  denialsIn,
  endedOf,
  markAt,
  signalAt,
  submittingOf,
} from './feed.ts'

const found = (eventMs: number, given: Partial<Discrepancy>): Discrepancy => ({
  kind: 'discrepancy',
  eventMs: START_MS + eventMs,
  account: 'paper',
  code: 'BALANCE',
  subject: 'USDT',
  detail: 'the venue has 9990, the books say 10000',
  ...given,
})

const kindsOf = (events: readonly TradingEvent[]): readonly string[] => events.map(({ kind }) => kind)

test('a difference with the venue halts the account until a person resumes it', () => {
  for (const code of ['UNEXPLAINED_FILL', 'EXTERNAL_ORDER', 'LOST_HISTORY', 'BALANCE'] as const) {
    const risk = createTestRisk()
    risk.step(markAt(0, '50000'))
    const outputs = risk.step(found(10, { code }))
    assert.deepEqual(kindsOf(outputs), ['alert', 'command'])
    const [, command] = outputs
    assert(command?.kind === 'command' && command.action === 'haltCancel' && command.actor === 'risk')
    assert.deepEqual(denialsIn(risk.step(signalAt(100, '50000'))), ['C02'])
    risk.step(commandAt(200, { action: 'resume', scope: 'account:paper' }))
    risk.step(markAt(1_500, '50000'))
    assert.equal(approvedIn(risk.step(signalAt(1_500, '50000'))).length, 1)
  }
})

test('a clock that is off takes no new risk until it is right again', () => {
  const risk = createTestRisk()
  risk.step(markAt(0, '50000'))
  risk.step(found(10, { code: 'CLOCK', subject: 'clock', detail: '400ms' }))
  assert.deepEqual(denialsIn(risk.step(signalAt(100, '50000'))), ['C19'])
  risk.step(found(200, { code: 'CLOCK_MENDED', subject: 'clock', detail: '3ms' }))
  assert.equal(approvedIn(risk.step(signalAt(300, '50000'))).length, 1)
})

test('an order in doubt takes no new risk on its instrument until its fate is known', () => {
  for (const ended of ['canceled', 'notPlaced'] as const) {
    const risk = createTestRisk({ 'C04.window': '1ms' })
    risk.step(markAt(0, '50000'))
    const [order] = approvedIn(risk.step(signalAt(0, '50000')))
    assert.ok(order !== undefined)
    risk.step(submittingOf(order, 10))
    risk.step(endedOf('unknown', order, 20))
    risk.step(found(1_000, { code: 'UNKNOWN_ORDERS', subject: order.clientOrderId, detail: '30s' }))
    assert.deepEqual(denialsIn(risk.step(signalAt(1_100, '50000'))), ['C24'])
    risk.step(endedOf(ended, order, 1_200))
    assert.equal(approvedIn(risk.step(signalAt(1_300, '50000'))).length, 1)
  }
})

test('a report that came too late names no order in doubt', () => {
  const risk = createTestRisk({ 'C04.window': '1ms' })
  risk.step(markAt(0, '50000'))
  const [order] = approvedIn(risk.step(signalAt(0, '50000')))
  assert.ok(order !== undefined)
  risk.step(submittingOf(order, 10))
  risk.step(acceptedOf(order, 20))
  risk.step(found(1_000, { code: 'UNKNOWN_ORDERS', subject: order.clientOrderId, detail: '30s' }))
  assert.equal(approvedIn(risk.step(signalAt(1_100, '50000'))).length, 1)
})
