import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { clientOrderIdOf } from '../../src/engine/client-order-id.ts'

const digest = (text: string): string => hash('sha256', text, 'hex')

test('a slot has one id, at every time and on every machine', () => {
  const id = clientOrderIdOf('momentum/paper/BTCUSDT.BINANCE/t3735683259', digest)
  assert.equal(id, 'cdb203u2f2cacv1nkq')
  assert.equal(clientOrderIdOf('momentum/paper/BTCUSDT.BINANCE/t3735683259', digest), id)
})

test('ids fit the venues that allow least: 18 lower-case letters and digits', () => {
  fc.assert(
    fc.property(fc.string(), (slot) => {
      assert.match(clientOrderIdOf(slot, digest), /^[a-z0-9]{18}$/)
    }),
  )
})

test('different slots have different ids', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string(), { minLength: 2, maxLength: 50 }), (slots) => {
      assert.equal(new Set(slots.map((slot) => clientOrderIdOf(slot, digest))).size, slots.length)
    }),
  )
})
