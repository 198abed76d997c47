import assert from 'node:assert/strict'
import { test } from 'node:test'
import { quantity } from '../../../src/domain/decimal.ts'
import type { InstrumentId } from '../../../src/domain/instrument.ts'
import { permission as control } from '../../../src/engine/controls/permission.ts'
import { breachOf, facts, held, order, permission, stopOrder } from './facts.ts'

const sell = (amount: string) => order({ side: 'sell', quantity: quantity(amount) })

test('an empty allow-list permits nothing', () => {
  assert.equal(breachOf(control, order(), facts({ permissions: [] }))?.limit, 'empty allow-list')
})

test('a line must name strategy, instrument, account and type', () => {
  const other = [
    permission({ strategy: 'breakout' }),
    permission({ instrument: 'ETHUSDT.BINANCE' as InstrumentId }),
    permission({ account: 'live' }),
    permission({ types: ['limit'] }),
  ]
  for (const line of other) assert.notEqual(breachOf(control, order(), facts({ permissions: [line] })), null)
  assert.notEqual(breachOf(control, order(), facts({ permissions: other })), null, 'lines do not add up')
  assert.equal(breachOf(control, order(), facts({ permissions: [...other, permission()] })), null)
})

test('a star stands for any strategy, instrument and account', () => {
  const any = permission({ strategy: '*', instrument: '*', account: '*' })
  assert.equal(breachOf(control, order(), facts({ permissions: [any] })), null)
})

test('a sell without a position is denied', () => {
  const breach = breachOf(control, sell('0.001'), facts())
  assert.equal(breach?.value, '-0.001 BTC')
})

test('a sell down to zero passes, one lot more does not', () => {
  const about = facts({ position: held('0.5') })
  assert.equal(breachOf(control, sell('0.5'), about), null)
  assert.notEqual(breachOf(control, sell('0.50001'), about), null)
})

test('open sells count with this one', () => {
  const about = facts({ position: held('0.5'), openSells: quantity('0.2') })
  assert.equal(breachOf(control, sell('0.3'), about), null)
  assert.notEqual(breachOf(control, sell('0.4'), about), null)
})

test('a reduce-only sell may rest beside other sells, but never exceeds the position', () => {
  const about = facts({ position: held('0.5'), openSells: quantity('0.5'), increasesRisk: false })
  assert.equal(breachOf(control, stopOrder('49000', { quantity: quantity('0.5') }), about), null)
  assert.notEqual(breachOf(control, stopOrder('49000', { quantity: quantity('0.50001') }), about), null)
})

test('with permission to sell short a sell may go below zero', () => {
  assert.equal(breachOf(control, sell('1'), facts({ permissions: [permission({ short: true })] })), null)
  const elsewhere = [permission(), permission({ account: 'live', short: true })]
  assert.notEqual(breachOf(control, sell('1'), facts({ permissions: elsewhere })), null)
})
