import assert from 'node:assert/strict'
import { test } from 'node:test'
import { quantity } from '../../../src/domain/decimal.ts'
import { orderSize } from '../../../src/engine/controls/order-size.ts'
import { breachOf, facts, mark, order } from './facts.ts'

const sized = (amount: string) => order({ quantity: quantity(amount) })

test('exactly the share of the daily volume passes, the smallest amount more is denied', () => {
  const about = facts({ mark: mark({ depth: null }) })
  assert.equal(breachOf(orderSize, sized('5'), about), null)
  assert.equal(breachOf(orderSize, sized('5.000000000001'), about)?.limit, '0.005 of 1000 BTC')
})

test('exactly the share of the known depth passes, the smallest amount more is denied', () => {
  assert.equal(breachOf(orderSize, sized('0.5'), facts()), null)
  assert.equal(breachOf(orderSize, sized('0.500000000001'), facts())?.limit, '0.05 of 10 BTC')
})

test('no mark and no volume deny', () => {
  assert.notEqual(breachOf(orderSize, sized('0.001'), facts({ mark: null })), null)
  const unseen = facts({ mark: mark({ volumeDay: quantity('0') }) })
  assert.notEqual(breachOf(orderSize, sized('0.001'), unseen), null)
})
