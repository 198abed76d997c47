import assert from 'node:assert/strict'
import { test } from 'node:test'
import { orderLifetime } from '../../../src/engine/controls/order-lifetime.ts'
import { breachOf, facts, limitOrder, NOW_MS, order, stopOrder } from './facts.ts'

const lasting = (lifeMs: number, purpose: 'entry' | 'exit') =>
  breachOf(orderLifetime, limitOrder('50000', { purpose, expiresMs: NOW_MS + lifeMs }), facts())

test('an entry may rest for exactly ten minutes', () => {
  assert.equal(lasting(600_000, 'entry'), null)
  assert.equal(lasting(600_001, 'entry')?.limit, '10m')
})

test('any other order may rest for exactly a day', () => {
  assert.equal(lasting(86_400_000, 'exit'), null)
  assert.equal(lasting(86_400_001, 'exit')?.limit, '1d')
})

test('an order without an end, or with one that is past, is denied', () => {
  assert.equal(breachOf(orderLifetime, limitOrder('50000', { expiresMs: null }), facts())?.value, 'none')
  assert.equal(lasting(0, 'entry')?.value, '0ms')
  assert.equal(lasting(1, 'entry'), null)
})

test('protective orders stay, and orders that cannot rest need no end', () => {
  assert.equal(breachOf(orderLifetime, stopOrder('49000'), facts()), null)
  assert.equal(breachOf(orderLifetime, order({ timeInForce: 'gtc' }), facts()), null)
  for (const timeInForce of ['ioc', 'fok'] as const) {
    const request = limitOrder('50000', { timeInForce, expiresMs: null })
    assert.equal(breachOf(orderLifetime, request, facts()), null)
  }
  assert.notEqual(breachOf(orderLifetime, stopOrder('51000', { purpose: 'entry' }), facts()), null)
})
