import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { formatDecimal, money, notional, price, ratio } from '../../src/domain/decimal.ts'
import type { Money, Price, Quantity } from '../../src/domain/decimal.ts'
import type { Fill } from '../../src/domain/execution-report.ts'
import { instrumentOf } from '../../src/domain/instruments.ts'
import {
  applyFill,
  applyMark,
  createPortfolio,
  equityOf,
  equityShare,
  grossExposureOf,
  positionOf,
  realizedPnlOf,
  unrealizedPnlOf,
} from '../../src/engine/portfolio.ts'
import type { Portfolio } from '../../src/engine/portfolio.ts'
import { fillOf, instrument } from './tally-events.ts'

const ether = instrumentOf('ETHUSDT.BINANCE')

const booked = (...fills: readonly Fill[]): Portfolio => {
  const portfolio = createPortfolio(money('1000'))
  for (const fill of fills) assert(applyFill(portfolio, instrument, fill))
  return portfolio
}

const buy = (quantity: string, at: string, more: Partial<Fill> = {}): Fill => ({
  ...fillOf({ atMs: 1, side: 'buy', price: at, quantity, id: `${quantity}@${at}` }),
  ...more,
})

/** A positive amount of up to 12 digits after the point, so that every division rounds. */
const amount = fc.bigInt({ min: 1n, max: 10n ** 15n })
const steps = fc.array(
  fc.record({
    side: fc.constantFrom('buy', 'sell'),
    price: amount,
    quantity: amount,
    fee: fc.bigInt({ min: -(10n ** 10n), max: 10n ** 12n }),
    feeAsset: fc.constantFrom('USDT', 'BTC', 'BNB'),
    mark: amount,
  }),
  { maxLength: 40 },
)

test('after any fills the books balance to the last digit', () => {
  fc.assert(
    fc.property(steps, (fills) => {
      const portfolio = createPortfolio(money('1000'))
      let [cash, held]: [bigint, bigint] = [portfolio.cashStart, 0n]
      const fees = new Map<string, bigint>()
      for (const [index, { mark, ...step }] of fills.entries()) {
        const fill = {
          ...fillOf({ atMs: index, side: step.side, price: '1', quantity: '1' }),
          ...(step as unknown as Readonly<{
            price: Price
            quantity: Quantity
            fee: Money
            feeAsset: string
          }>),
        }
        assert(applyFill(portfolio, instrument, fill))
        applyMark(portfolio, instrument.id, mark as Price)
        const sign = step.side === 'buy' ? 1n : -1n
        cash -= sign * notional(fill.price, fill.quantity) + (step.feeAsset === 'USDT' ? step.fee : 0n)
        held += sign * step.quantity - (step.feeAsset === 'BTC' ? step.fee : 0n)
        fees.set(step.feeAsset, (fees.get(step.feeAsset) ?? 0n) + step.fee)
        const equity: bigint = equityOf(portfolio)
        assert.equal(portfolio.cash, cash)
        assert.equal(positionOf(portfolio, instrument.id).quantity, held)
        assert.equal(equity, cash + notional(mark as Price, held as Quantity))
        const profit = realizedPnlOf(portfolio) + unrealizedPnlOf(portfolio) - portfolio.fees
        assert.equal(equity, portfolio.cashStart + profit)
      }
      assert.deepEqual(portfolio.feesByAsset, fees)
    }),
  )
})

test('a fill that is heard twice is booked once', () => {
  const fill = buy('2', '100')
  const portfolio = booked(fill)
  const before = structuredClone(portfolio)
  assert.equal(applyFill(portfolio, instrument, fill), false)
  assert.equal(applyFill(portfolio, instrument, { ...fill, price: price('1'), eventMs: 99 }), false)
  assert.deepEqual(portfolio, before)
})

test('the same trade id on another account or instrument is another fill', () => {
  const fill = buy('2', '100')
  const portfolio = booked(fill, { ...fill, account: 'second' })
  assert(applyFill(portfolio, ether, { ...fill, instrument: ether.id }))
  assert.equal(formatDecimal(positionOf(portfolio, instrument.id).quantity), '4')
  assert.equal(formatDecimal(positionOf(portfolio, ether.id).quantity), '2')
})

test('a fill without a price or a quantity, or of another instrument, ends the process and books nothing', () => {
  const portfolio = booked()
  const before = structuredClone(portfolio)
  const fill = buy('2', '100')
  for (const wrong of [
    { ...fill, price: price('0') },
    { ...fill, quantity: 0n as Quantity },
    { ...fill, quantity: -1n as Quantity },
    { ...fill, instrument: ether.id },
  ]) {
    assert.throws(() => applyFill(portfolio, instrument, wrong), { name: 'InvariantError' })
  }
  assert.deepEqual(portfolio, before)
})

test('a fee in quote is paid from cash, one in base from the holding, one in a third asset from neither', () => {
  const fee = { USDT: '1.5', BTC: '0.01', BNB: '0.3' } as const
  const expected = {
    USDT: { cash: '798.5', held: '2', fees: '1.5' },
    BTC: { cash: '800', held: '1.99', fees: '1' },
    BNB: { cash: '800', held: '2', fees: '0' },
  } as const
  for (const asset of ['USDT', 'BTC', 'BNB'] as const) {
    const portfolio = booked(buy('2', '100', { fee: money(fee[asset]), feeAsset: asset }))
    const { cash, fees, feesByAsset } = portfolio
    const held = formatDecimal(positionOf(portfolio, instrument.id).quantity)
    assert.deepEqual({ cash: formatDecimal(cash), held, fees: formatDecimal(fees) }, expected[asset])
    assert.deepEqual([...feesByAsset], [[asset, money(fee[asset])]])
    assert.equal(formatDecimal(equityOf(portfolio)), formatDecimal(money('1000') - fees))
  }
})

test('exposure is of the fill price until the first mark, and of the mark from then on', () => {
  const portfolio = booked(buy('2', '100'))
  assert.equal(formatDecimal(grossExposureOf(portfolio)), '200')
  applyMark(portfolio, instrument.id, price('110'))
  assert.equal(formatDecimal(grossExposureOf(portfolio)), '220')
  assert.equal(formatDecimal(unrealizedPnlOf(portfolio)), '20')
  assert(applyFill(portfolio, instrument, buy('1', '90')))
  assert.equal(formatDecimal(grossExposureOf(portfolio)), '330', 'a fill does not move the mark')
})

test('a short counts as exposure and loses as the price rises', () => {
  const portfolio = booked({ ...buy('2', '100'), side: 'sell' })
  applyMark(portfolio, instrument.id, price('130'))
  assert.equal(formatDecimal(grossExposureOf(portfolio)), '260')
  assert.equal(formatDecimal(unrealizedPnlOf(portfolio)), '-60')
  assert.equal(formatDecimal(equityOf(portfolio)), '940')
})

test('a share of equity is rounded down', () => {
  const portfolio = createPortfolio(1n as Money)
  assert.equal(equityShare(portfolio, ratio('0.999')), 0n)
  assert.equal(formatDecimal(equityShare(booked(buy('2', '100')), ratio('0.02'))), '20')
})
