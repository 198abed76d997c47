import assert from 'node:assert/strict'
import { test } from 'node:test'
import { InvariantError } from '../../../src/domain/errors.ts'
import { controls } from '../../../src/engine/controls.ts'
import {
  decimalLimit,
  exceedsShare,
  isWithin,
  numberLimit,
  withUnit,
} from '../../../src/engine/controls/limit.ts'
import { parseDecimal } from '../../../src/domain/decimal.ts'
import { facts, order } from './facts.ts'

test('a limit that is not set lets nothing through', () => {
  assert.throws(() => decimalLimit({}, 'share'), InvariantError)
  assert.throws(() => numberLimit({ age: 1n }, 'age'), InvariantError)
  for (const control of controls.filter(({ id, params }) => params.length > 0 && id !== 'C29')) {
    const about = facts({ signalMs: 0, openOrders: [] })
    const asking = order({ type: 'limit', price: order().decisionPrice, timeInForce: 'gtc', expiresMs: 1 })
    assert.throws(() => control.check(asking, about, {}), InvariantError, control.id)
  }
})

test('a share is exceeded only beyond it', () => {
  assert.equal(exceedsShare(100n, 10_000n, parseDecimal('0.01')), false)
  assert.equal(exceedsShare(101n, 10_000n, parseDecimal('0.01')), true)
  assert.equal(exceedsShare(1n, 0n, parseDecimal('0.01')), true)
})

test('what is as old as the window is out of it', () => {
  assert.equal(isWithin(1, 10, 10), true)
  assert.equal(isWithin(0, 10, 10), false)
})

test('amounts are shown with their unit', () => {
  assert.equal(withUnit(parseDecimal('0.50'), 'BTC'), '0.5 BTC')
})
