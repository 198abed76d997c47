import assert from 'node:assert/strict'
import { test } from 'node:test'
import { money, quantity } from '../../src/domain/decimal.ts'
import { createOrderDesk } from '../../src/engine/order-desk.ts'
import {
  balanceDifferences,
  clockFault,
  OFFSET_MS_MAX,
  UNCERTAINTY_MS_MAX,
  unexplainedBalances,
} from '../../src/engine/reconciliation.ts'
import { bitcoin } from './controls/facts.ts'

test('the clock is right up to the limits, and off beyond them, either way', () => {
  assert.equal(clockFault({ offsetMs: OFFSET_MS_MAX, uncertaintyMs: UNCERTAINTY_MS_MAX }), '')
  assert.equal(clockFault({ offsetMs: -OFFSET_MS_MAX, uncertaintyMs: 0 }), '')
  assert.match(clockFault({ offsetMs: 251, uncertaintyMs: 0 }), /-251 ms ahead/)
  assert.match(clockFault({ offsetMs: -251, uncertaintyMs: 0 }), /251 ms ahead/)
  assert.match(clockFault({ offsetMs: 0, uncertaintyMs: 101 }), /101 ms only/)
})

test('what the fills have moved is explained, and what is left is the opening balance', () => {
  const desk = { ...createOrderDesk(), netBase: quantity('0.5'), netQuote: money('-25000') }
  const unexplained = unexplainedBalances(desk, bitcoin, [
    { asset: 'BTC', total: quantity('0.5') },
    { asset: 'USDT', total: money('75000') },
    { asset: 'BNB', total: quantity('1') },
  ])
  assert.deepEqual(
    unexplained,
    new Map<string, bigint>([
      ['BTC', 0n],
      ['USDT', money('100000')],
    ]),
  )
})

test('an asset that is not listed is held at zero', () => {
  assert.deepEqual([...unexplainedBalances(createOrderDesk(), bitcoin, []).values()], [0n, 0n])
})

test('differences beyond dust are told with their amount', () => {
  const opening = new Map<string, bigint>([
    ['BTC', 0n],
    ['USDT', money('100')],
  ])
  const differencesAt = (btc: bigint, usdt: bigint): Readonly<Record<string, string>> =>
    Object.fromEntries(
      balanceDifferences(
        bitcoin,
        opening,
        new Map([
          ['BTC', btc],
          ['USDT', usdt],
        ]),
      ),
    )
  assert.deepEqual(differencesAt(bitcoin.lotSize, money('100.05')), {}, 'dust')
  assert.deepEqual(differencesAt(0n, money('99')), { USDT: '1 less than the fills explain' })
  assert.deepEqual(differencesAt(quantity('0.1'), money('100')), { BTC: '0.1 more than the fills explain' })
})
