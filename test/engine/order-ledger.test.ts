import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatDecimal } from '../../src/domain/decimal.ts'
import type { TradingEvent } from '../../src/domain/event.ts'
import { isTerminal } from '../../src/domain/order.ts'
import type { OrderState } from '../../src/domain/order.ts'
import { applyOrderEvent, leavesOf } from '../../src/engine/order-ledger.ts'
import type { OrderLedger } from '../../src/engine/order-ledger.ts'
import { command, mark } from './controls/facts.ts'
import {
  abandoned,
  accepted,
  approved,
  canceled,
  cancelRequested,
  expired,
  filled,
  rejected,
  request,
  submitting,
  unknown,
} from './order-life.ts'

/** A ledger after these events, the last of which moved the order into the state given back. */
function ledgerAfter(
  events: readonly TradingEvent[],
): Readonly<{ ledger: OrderLedger; state: OrderState | null }> {
  const ledger: OrderLedger = new Map()
  let state: OrderState | null = null
  for (const event of events) state = applyOrderEvent(ledger, event)?.after.state ?? null
  return { ledger, state }
}

const lives: readonly (readonly [string, readonly TradingEvent[], OrderState])[] = [
  ['approved', [approved], 'approved'],
  ['sent', [approved, submitting], 'submitting'],
  ['given up before it was sent', [approved, abandoned], 'abandoned'],
  ['accepted', [approved, submitting, accepted], 'accepted'],
  ['refused', [approved, submitting, rejected], 'rejected'],
  ['unanswered', [approved, submitting, unknown], 'unknown'],
  ['accepted after all', [approved, submitting, unknown, accepted], 'accepted'],
  ['filled in part', [approved, submitting, accepted, filled('1')], 'partiallyFilled'],
  ['filled in two parts', [approved, submitting, accepted, filled('1'), filled('2')], 'filled'],
  ['filled before its acceptance', [approved, submitting, filled('3')], 'filled'],
  ['asked to be canceled', [approved, submitting, accepted, cancelRequested], 'cancelPending'],
  [
    'filled in part while being canceled',
    [approved, submitting, accepted, cancelRequested, filled('1')],
    'cancelPending',
  ],
  ['canceled', [approved, submitting, accepted, cancelRequested, canceled], 'canceled'],
  ['canceled by a sibling', [approved, submitting, accepted, canceled], 'canceled'],
  ['expired', [approved, submitting, accepted, expired], 'expired'],
]

for (const [name, events, state] of lives) {
  test(`an order that was ${name} is ${state}, and open exactly while it can still move`, () => {
    const { ledger, state: reached } = ledgerAfter(events)
    assert.equal(reached, state)
    assert.equal(ledger.has(request.clientOrderId), !isTerminal(state))
  })
}

test('a change has the record before and after it, and what is left', () => {
  const { ledger } = ledgerAfter([approved, submitting, accepted])
  const change = applyOrderEvent(ledger, filled('1.25'))
  assert(change !== null)
  assert.equal(change.before.state, 'accepted')
  assert.equal(formatDecimal(leavesOf(change.before)), '3')
  assert.equal(formatDecimal(leavesOf(change.after)), '1.75')
  assert.equal(ledger.get(request.clientOrderId), change.after)
})

test('a canceled order keeps what it was filled by', () => {
  const { ledger } = ledgerAfter([approved, submitting, accepted, filled('1')])
  assert.equal(formatDecimal(applyOrderEvent(ledger, canceled)?.after.filled ?? 0n), '1')
})

test('open orders stand in the order of their approval', () => {
  const ledger: OrderLedger = new Map()
  for (const id of ['b', 'a', 'c']) {
    const another = { ...request, clientOrderId: id as typeof request.clientOrderId }
    applyOrderEvent(ledger, { ...approved, order: another })
  }
  applyOrderEvent(ledger, { ...submitting, clientOrderId: 'b' as typeof request.clientOrderId })
  assert.deepEqual([...ledger.keys()], ['b', 'a', 'c'])
})

test('events that say nothing new of an order move nothing', () => {
  for (const events of [
    [approved, submitting, filled('1'), accepted],
    [approved, submitting, accepted, cancelRequested, cancelRequested],
    [approved, cancelRequested],
  ]) {
    const { ledger } = ledgerAfter(events.slice(0, -1))
    const before = ledger.get(request.clientOrderId)
    assert.equal(applyOrderEvent(ledger, events.at(-1) ?? approved), null)
    assert.equal(ledger.get(request.clientOrderId), before)
  }
})

test('late evidence of an ended order, and events of no order, are null', () => {
  const { ledger } = ledgerAfter([approved, submitting, accepted, canceled])
  for (const event of [filled('1'), canceled, expired, accepted, rejected, unknown, cancelRequested]) {
    assert.equal(applyOrderEvent(ledger, event), null, event.kind)
  }
  for (const event of [mark(), command()]) assert.equal(applyOrderEvent(ledger, event), null)
  assert.equal(ledger.size, 0)
})

test('a move that the life cycle does not have is refused, and the order stays as it was', () => {
  for (const [events, illegal] of [
    [[approved], filled('1')],
    [[approved], canceled],
    [[approved, submitting], submitting],
    [[approved, submitting], abandoned],
    [[approved, submitting, accepted], rejected],
    [[approved, submitting, unknown], rejected],
  ] as const) {
    const { ledger, state } = ledgerAfter(events)
    assert.throws(() => applyOrderEvent(ledger, illegal), { code: 'CDB_ORDER_TRANSITION' })
    assert.equal(ledger.get(request.clientOrderId)?.state, state)
  }
})

test('no answer to a submission says nothing new once the venue has spoken', () => {
  const { ledger } = ledgerAfter([approved, submitting, accepted])
  assert.equal(applyOrderEvent(ledger, unknown), null)
  assert.equal(ledger.get(request.clientOrderId)?.state, 'accepted')
})

test('an order that would be filled beyond its quantity ends the process', () => {
  const { ledger } = ledgerAfter([approved, submitting, accepted, filled('2')])
  assert.throws(() => applyOrderEvent(ledger, filled('1.000000000001')), /never filled beyond its quantity/)
  assert.equal(formatDecimal(ledger.get(request.clientOrderId)?.filled ?? 0n), '2')
})

test('an order that is approved twice ends the process', () => {
  const { ledger } = ledgerAfter([approved])
  assert.throws(() => applyOrderEvent(ledger, approved), /approved once/)
})
