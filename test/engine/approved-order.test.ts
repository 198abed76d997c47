import assert from 'node:assert/strict'
import { test } from 'node:test'
import { approvedOrder } from '../../src/engine/approved-order.ts'
import { order } from './controls/facts.ts'

test('the approved order is the order of the event, unchanged', () => {
  const request = order()
  assert.equal(approvedOrder({ kind: 'approved', order: request }), request)
})
