import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatDecimal, money } from '../../../src/domain/decimal.ts'
import type { OrderRequest } from '../../../src/domain/order.ts'
import { createActivity } from '../../../src/engine/risk/activity.ts'
import { bitcoin } from '../scenario.ts'
import { approvedIn, createTestRisk, markAt, signalAt } from './feed.ts'

const MINUTE_MS = 60_000

function anOrder(): OrderRequest {
  const risk = createTestRisk()
  risk.step(markAt(0, '50000'))
  const [order] = approvedIn(risk.step(signalAt(0, '50000')))
  assert.ok(order !== undefined)
  return order
}

const order = anOrder()

test('approvals are looked back at for ten minutes, turnover for an hour and a day', () => {
  const activity = createActivity()
  activity.onApproved(order, money('100'), 0)
  assert.equal(activity.approvals(10 * MINUTE_MS - 1).length, 1)
  assert.equal(activity.approvals(10 * MINUTE_MS).length, 0)
  assert.equal(formatDecimal(activity.turnover(60 * MINUTE_MS - 1).hour), '100')
  assert.equal(formatDecimal(activity.turnover(60 * MINUTE_MS).hour), '0')
  assert.equal(formatDecimal(activity.turnover(60 * MINUTE_MS).day), '100')
  assert.equal(formatDecimal(activity.turnover(24 * 60 * MINUTE_MS).day), '0')
})

test('protective orders are no turnover: most of them never trade', () => {
  const activity = createActivity()
  activity.onApproved({ ...order, purpose: 'stopLoss' }, money('100'), 0)
  assert.equal(activity.turnover(0).day, 0n)
})

test('a decided slot is remembered for at least a day', () => {
  const activity = createActivity()
  activity.onDecided('a', 0)
  activity.onDecided('b', 24 * 60 * MINUTE_MS)
  assert.equal(activity.isDecided('a'), true)
  activity.onDecided('c', 48 * 60 * MINUTE_MS)
  assert.equal(activity.isDecided('a'), false)
  assert.equal(activity.isDecided('b'), true)
})

test('losses in a row are counted by strategy and instrument, and a win ends the row', () => {
  const activity = createActivity()
  activity.onClosed(order, money('-1'))
  activity.onClosed(order, money('-1'))
  assert.equal(activity.lossesInRow(order.strategy, bitcoin.id), 2)
  assert.equal(activity.lossesInRow('other', bitcoin.id), 0)
  activity.onClosed(order, money('1'))
  assert.equal(activity.lossesInRow(order.strategy, bitcoin.id), 0)
})

test('what a person has looked at is forgiven: the counts start anew, and no others', () => {
  const activity = createActivity()
  activity.onApproved(order, money('100'), 0)
  activity.onClosed(order, money('-1'))
  activity.instrument(bitcoin.id).onOutcome(0, true)
  activity.forgiveStrategy('other')
  assert.equal(activity.approvals(1).length, 1)
  activity.forgiveStrategy(order.strategy)
  assert.equal(activity.approvals(1).length, 0)
  assert.equal(activity.lossesInRow(order.strategy, bitcoin.id), 0)
  assert.deepEqual(activity.instrument(bitcoin.id).recent(1).rejectsMs, [0])
  activity.forgiveInstrument(bitcoin.id)
  assert.deepEqual(activity.instrument(bitcoin.id).recent(1).rejectsMs, [])
})
