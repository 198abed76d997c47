import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { formatDecimal, money, price, quantity, ratio, shareFloor } from '../../src/domain/decimal.ts'
import type { Money, Price, Ratio } from '../../src/domain/decimal.ts'
import { instrumentOf } from '../../src/domain/instruments.ts'
import { parseParams } from '../../src/domain/param.ts'
import { collarEdge, entryQuantity, exitQuantity, sizingParams, worstValue } from '../../src/engine/sizing.ts'

const instrument = instrumentOf('BTCUSDT.BINANCE')
const sizing = parseParams('sizing', sizingParams, {})
const rates = { collar: ratio('0.01'), takerFee: ratio('0.001') }

test('an entry is sized so that its worst value, collar and fee on top, is the share of equity', () => {
  const entry = { equity: money('10000'), at: price('50000'), allocation: ratio('1'), ...rates }
  const sized = entryQuantity(instrument, entry, sizing)
  assert.equal(formatDecimal(sized), '0.00197')
  const value = worstValue({ side: 'buy', price: null, decisionPrice: price('50000') }, sized, rates)
  assert.equal(formatDecimal(value), '99.584485')
})

test('sized entries stay within the share for every price, equity and allocation', () => {
  const scaled = (max: bigint): fc.Arbitrary<bigint> => fc.bigInt({ min: 1n, max })
  fc.assert(
    fc.property(
      scaled(10n ** 24n),
      scaled(10n ** 19n),
      fc.bigInt({ min: 0n, max: 10n ** 12n }),
      (equity, ticks, allocation) => {
        const at = (ticks * 10n ** 10n) as Price
        const entry = { equity: equity as Money, at, allocation: allocation as Ratio, ...rates }
        const sized = entryQuantity(instrument, entry, sizing)
        const value = worstValue({ side: 'buy', price: null, decisionPrice: at }, sized, rates)
        const share = shareFloor(equity as Money, sizing['entryShare'] as Ratio)
        assert.equal(sized % instrument.lotSize, 0n)
        // Both the value and the unit price round up, by at most 1e-12 each.
        assert.ok(value <= shareFloor(share, allocation as Ratio) + 2n)
      },
    ),
  )
})

test('no equity, no entry', () => {
  const entry = { equity: money('0'), at: price('50000'), allocation: ratio('1'), ...rates }
  assert.equal(entryQuantity(instrument, entry, sizing), 0n)
  assert.equal(entryQuantity(instrument, { ...entry, equity: money('-5') }, sizing), 0n)
})

test('a sell is worth its price, a buy at most the collar edge, a limit order its limit', () => {
  const order = { decisionPrice: price('100'), price: null }
  const amount = quantity('2')
  assert.equal(formatDecimal(worstValue({ ...order, side: 'sell' }, amount, rates)), '200.2')
  assert.equal(formatDecimal(worstValue({ ...order, side: 'buy' }, amount, rates)), '202.202')
  assert.equal(
    formatDecimal(worstValue({ ...order, side: 'buy', price: price('99') }, amount, rates)),
    '198.198',
  )
  assert.equal(formatDecimal(collarEdge('sell', price('100'), ratio('0.01'))), '99')
})

test('an exit closes whole lots, whichever way the position is held', () => {
  assert.equal(formatDecimal(exitQuantity(instrument, quantity('0.123456789'))), '0.12345')
  assert.equal(formatDecimal(exitQuantity(instrument, quantity('-0.123456789'))), '0.12345')
  assert.equal(exitQuantity(instrument, quantity('0.000009')), 0n)
})
