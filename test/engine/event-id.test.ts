import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { eventIdOf, isOnceOnly } from '../../src/engine/event-id.ts'
import { anyEvent } from '../domain/any-event.ts'
import {
  acceptedOf,
  approvedIn,
  createTestRisk,
  fillOf,
  markAt,
  signalAt,
  submittingOf,
} from './risk/feed.ts'

const risk = createTestRisk()
risk.step(markAt(0, '50000'))
const [order] = approvedIn(risk.step(signalAt(0, '50000')))
assert(order !== undefined)

test('a decision, a submission and a trade have ids of what they decide', () => {
  const { clientOrderId } = order
  const fill = fillOf(order, 20)
  assert.equal(eventIdOf(signalAt(0, '50000')), 'signal/test/paper/BTCUSDT.BINANCE/0')
  assert.equal(eventIdOf({ kind: 'approved', eventMs: 0, order }), `approved/${clientOrderId}`)
  assert.equal(eventIdOf(submittingOf(order, 10)), `submitting/${clientOrderId}`)
  assert.equal(eventIdOf(acceptedOf(order, 15)), `accepted/${clientOrderId}`)
  assert.equal(eventIdOf(fill), `filled/paper/BTCUSDT.BINANCE/${fill.tradeId}`)
  assert.equal(eventIdOf(markAt(0, '50000')), null)
})

test('only approvals and submissions can never be heard twice, and both have an id', () => {
  fc.assert(
    fc.property(anyEvent, (event) => {
      assert.equal(isOnceOnly(event), event.kind === 'approved' || event.kind === 'submitting')
      if (isOnceOnly(event)) assert.notEqual(eventIdOf(event), null)
    }),
  )
})
