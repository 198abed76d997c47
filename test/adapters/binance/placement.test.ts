import assert from 'node:assert/strict'
import { test } from 'node:test'
import { placementOf } from '../../../src/adapters/binance/placement.ts'
import type { HttpOutcome } from '../../../src/adapters/binance/http-client.ts'

const answer = (status: number, text: string): HttpOutcome => ({ kind: 'answer', status, headers: {}, text })
const kindOf = (outcome: HttpOutcome): string => placementOf(outcome, 'cdb1', 5).kind

test('only an acceptance of this order is an acceptance', () => {
  const accepted = answer(200, '{"orderId":28,"clientOrderId":"cdb1","transactTime":7}')
  assert.deepEqual(placementOf(accepted, 'cdb1', 5), { kind: 'accepted', venueOrderId: '28', eventMs: 7 })
  for (const text of [
    '{"orderId":28,"clientOrderId":"cdb2","transactTime":7}',
    '{"orderId":"28","clientOrderId":"cdb1","transactTime":7}',
    '{"clientOrderId":"cdb1"}',
    '{"orderId":28',
    '',
  ]) {
    assert.equal(kindOf(answer(200, text)), 'unknown')
  }
})

test('what was never sent is rejected, and what got no answer unknown', () => {
  assert.equal(kindOf({ kind: 'notSent', reason: 'ECONNREFUSED' }), 'rejected')
  assert.equal(kindOf({ kind: 'noAnswer', reason: 'ECONNRESET' }), 'unknown')
  assert.equal(kindOf(answer(400, '{"code":-1021,"msg":"late"}')), 'rejected')
  assert.equal(kindOf(answer(504, '{"code":-1007,"msg":"Timeout"}')), 'unknown')
})
