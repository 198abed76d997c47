import assert from 'node:assert/strict'
import { test } from 'node:test'
import { refusalOf, toDecision } from '../../../src/adapters/binance/refusal.ts'

const isFinal = (status: number, code: number, msg = 'any'): boolean =>
  toDecision(status, JSON.stringify({ code, msg })).isFinal

test('refusals that come before matching are final', () => {
  for (const code of [-1013, -1021, -1022, -1102, -1111, -1121, -2014, -2015]) assert(isFinal(400, code))
  assert(isFinal(400, -2010, 'Account has insufficient balance for requested action.'))
  assert(isFinal(429, -1003) && isFinal(418, -1003) && isFinal(429, -1015))
})

test('everything else leaves doubt', () => {
  for (const code of [-1000, -1001, -1006, -1007, -1008, -1016, -2011, -2013, -9999])
    assert(!isFinal(400, code))
  assert(!isFinal(400, -2010, 'Duplicate order sent.'))
  assert(!isFinal(400, -2010, 'something new'))
  for (const status of [500, 502, 503, 504, 301, 200]) assert(!isFinal(status, -1013))
  assert(!isFinal(429, -1013) && !isFinal(403, -1003))
  for (const text of ['', '<html>', '[]', '{"code":"-1013","msg":"x"}', '{"code":-1013}', 'null']) {
    assert(!toDecision(400, text).isFinal)
    assert.equal(refusalOf(text).code, 0)
  }
})
