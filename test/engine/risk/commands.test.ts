import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatDecimal } from '../../../src/domain/decimal.ts'
import type { TradingEvent } from '../../../src/domain/event.ts'
import {
  acceptedOf,
  approvedIn,
  commandAt,
  createTestRisk,
  denialsIn,
  endedOf,
  enter,
  fillOf,
  markAt,
  signalAt,
  submittingOf,
} from './feed.ts'

const alertsIn = (events: readonly TradingEvent[]): readonly string[] =>
  events.flatMap((event) => (event.kind === 'alert' ? [event.code] : []))

const cancelsIn = (events: readonly TradingEvent[]): number =>
  events.filter(({ kind }) => kind === 'cancelRequested').length

test('halt denies what comes after; resume lets it through again', () => {
  const risk = createTestRisk()
  risk.step(markAt(0, '50000'))
  risk.step(commandAt(1, { action: 'halt', scope: 'strategy:test' }))
  assert.deepEqual(denialsIn(risk.step(signalAt(2, '50000'))), ['C02'])
  risk.step(commandAt(3, { action: 'resume', scope: 'strategy:test' }))
  assert.deepEqual(denialsIn(risk.step(signalAt(4, '50000'))), [])
})

test('reduce-only denies entries and approves exits', () => {
  const risk = createTestRisk()
  enter(risk, 0, '50000')
  risk.step(commandAt(1, { action: 'reduceOnly' }))
  risk.step(markAt(5000, '50010'))
  assert.deepEqual(denialsIn(risk.step(signalAt(5000, '50010'))), ['C02'])
  const [exit] = approvedIn(risk.step(signalAt(5001, '50010', 'exit')))
  assert.equal(exit?.reduceOnly, true)
})

test('halt with cancel asks for every open order of the scope, once', () => {
  const risk = createTestRisk()
  const { outputs } = enter(risk, 0, '50000')
  for (const order of approvedIn(outputs)) risk.step(submittingOf(order, 1))
  for (const order of approvedIn(outputs)) {
    risk.step({ ...submittingOf(order, 2), kind: 'accepted', venueOrderId: 'v' } as TradingEvent)
  }
  assert.equal(cancelsIn(risk.step(commandAt(3, { action: 'haltCancel', scope: 'strategy:other' }))), 0)
  assert.equal(cancelsIn(risk.step(commandAt(4, { action: 'haltCancel' }))), 2)
  assert.equal(cancelsIn(risk.step(commandAt(5, { action: 'haltCancel' }))), 0)
})

test('flatten cancels and closes at the market, even while halted', () => {
  const risk = createTestRisk()
  const { order } = enter(risk, 0, '50000')
  risk.step(commandAt(1, { action: 'halt' }))
  const outputs = risk.step(commandAt(2, { action: 'flatten' }))
  const [flatten] = approvedIn(outputs)
  assert.equal(flatten?.purpose, 'flatten')
  assert.equal(flatten.type, 'market')
  assert.equal(flatten.side, 'sell')
  assert.equal(formatDecimal(flatten.quantity), formatDecimal(order.quantity))
  risk.step(submittingOf(flatten, 3))
  risk.step(fillOf(flatten, 4))
  assert.deepEqual(approvedIn(risk.step(commandAt(5, { action: 'flatten' }))), [])
})

test('a limit is tightened by one person and loosened only by two', () => {
  const risk = createTestRisk()
  const set = (value: string, approver = ''): readonly string[] =>
    alertsIn(risk.step(commandAt(1, { action: 'setLimit', subject: 'C07.cap', value, approver })))
  assert.deepEqual(set('10'), ['LIMIT_CHANGED'])
  risk.step(markAt(2, '50000'))
  assert.deepEqual(denialsIn(risk.step(signalAt(2, '50000'))), ['C07'])
  assert.deepEqual(set('1000'), ['COMMAND_REFUSED'])
  assert.deepEqual(set('1000', 'ada'), ['COMMAND_REFUSED'], 'the same person twice is one person')
  assert.deepEqual(set('1000', 'bob'), ['LIMIT_CHANGED'])
  risk.step(markAt(5000, '50000'))
  assert.deepEqual(denialsIn(risk.step(signalAt(5000, '50000'))), [])
})

test('a limit that does not exist or cannot be read is refused, and nothing changes', () => {
  const risk = createTestRisk()
  for (const [subject, value] of [
    ['C99.nothing', '1'],
    ['C07.nothing', '1'],
    ['C07.cap', 'much'],
    ['C07.cap', '-5'],
  ] as const) {
    const outputs = risk.step(commandAt(1, { action: 'setLimit', subject, value, approver: 'bob' }))
    assert.deepEqual(alertsIn(outputs), ['COMMAND_REFUSED'], `${subject}=${value}`)
  }
})

test('two people let one denied decision through, once, within the window', () => {
  const risk = createTestRisk({ 'C29.enabled': 'true', 'C07.cap': '10' })
  risk.step(markAt(0, '50000'))
  const signal = signalAt(0, '50000')
  assert.deepEqual(denialsIn(risk.step(signal)), ['C07'])
  const override = (eventMs: number, approver: string): readonly TradingEvent[] =>
    risk.step(commandAt(eventMs, { action: 'override', subject: signal.slot, approver }))
  assert.deepEqual(alertsIn(override(100, '')), ['COMMAND_REFUSED'])
  assert.deepEqual(alertsIn(override(200, 'ada')), ['COMMAND_REFUSED'])
  const outputs = override(300, 'bob')
  assert.deepEqual(alertsIn(outputs), ['OVERRIDDEN'])
  assert.equal(approvedIn(outputs).length, 1)
  assert.deepEqual(alertsIn(override(400, 'bob')), ['COMMAND_REFUSED'], 'it is used up')
})

test('an override that comes too late, or is not enabled, is refused', () => {
  for (const [limits, eventMs] of [
    [{ 'C07.cap': '10' }, 100],
    [{ 'C29.enabled': 'true', 'C07.cap': '10' }, 60_001],
  ] as const) {
    const risk = createTestRisk(limits)
    risk.step(markAt(0, '50000'))
    const signal = signalAt(0, '50000')
    risk.step(signal)
    const command = commandAt(eventMs, { action: 'override', subject: signal.slot, approver: 'bob' })
    assert.deepEqual(alertsIn(risk.step(command)), ['COMMAND_REFUSED'])
  }
})

test('an override never passes a halt', () => {
  const risk = createTestRisk({ 'C29.enabled': 'true', 'C07.cap': '10' })
  risk.step(markAt(0, '50000'))
  const signal = signalAt(0, '50000')
  risk.step(signal)
  risk.step(commandAt(1, { action: 'halt' }))
  const outputs = risk.step(commandAt(2, { action: 'override', subject: signal.slot, approver: 'bob' }))
  assert.deepEqual(denialsIn(outputs), ['C02'])
})

test('unlatching what is not latched is refused', () => {
  const outputs = createTestRisk().step(
    commandAt(1, { action: 'unlatch', subject: 'C16', scope: 'strategy:test' }),
  )
  assert.deepEqual(alertsIn(outputs), ['COMMAND_REFUSED'])
})

test('an order canceled by a halt that fills first is booked: fills win', () => {
  const risk = createTestRisk()
  risk.step(markAt(0, '50000'))
  const [order] = approvedIn(risk.step(signalAt(0, '50000')))
  assert.ok(order !== undefined)
  risk.step(submittingOf(order, 1))
  risk.step({ ...submittingOf(order, 2), kind: 'accepted', venueOrderId: 'v' } as TradingEvent)
  assert.equal(cancelsIn(risk.step(commandAt(3, { action: 'haltCancel' }))), 1)
  risk.step(fillOf(order, 4))
  assert.equal(risk.openOrders().length, 0)
  assert.deepEqual(risk.step(endedOf('canceled', order, 5)), [])
})

test('an order that is on its way when a halt cancels is canceled as soon as the venue has it', () => {
  const risk = createTestRisk({}, { passive: 'true' })
  risk.step(markAt(0, '50000'))
  const [order] = approvedIn(risk.step(signalAt(0, '50000')))
  assert.ok(order !== undefined)
  risk.step(submittingOf(order, 1))
  assert.equal(cancelsIn(risk.step(commandAt(2, { action: 'haltCancel' }))), 0)
  assert.equal(cancelsIn(risk.step(acceptedOf(order, 3))), 1)
  assert.equal(cancelsIn(risk.step(markAt(5000, '50000'))), 0)
})

test('an unknown order that turns out to rest is canceled when a halt wanted it', () => {
  const risk = createTestRisk({}, { passive: 'true' })
  risk.step(markAt(0, '50000'))
  const [order] = approvedIn(risk.step(signalAt(0, '50000')))
  assert.ok(order !== undefined)
  risk.step(submittingOf(order, 1))
  risk.step(endedOf('unknown', order, 2))
  assert.equal(cancelsIn(risk.step(commandAt(3, { action: 'haltCancel' }))), 0)
  assert.equal(cancelsIn(risk.step(acceptedOf(order, 4))), 1)
})
