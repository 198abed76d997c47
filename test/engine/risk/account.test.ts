import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatDecimal, money, price, quantity, ratio } from '../../../src/domain/decimal.ts'
import type { OrderRequest } from '../../../src/domain/order.ts'
import { applyOrderEvent } from '../../../src/engine/order-ledger.ts'
import { applyFill, applyMark, createPortfolio } from '../../../src/engine/portfolio.ts'
import {
  cashFreeOf,
  createAccount,
  grossWorstOf,
  increasesRisk,
  observeEquity,
  openQuantityOf,
  quantityFreeOf,
  rebaseEquity,
} from '../../../src/engine/risk/account.ts'
import type { Account } from '../../../src/engine/risk/account.ts'
import { bitcoin, START_MS } from '../scenario.ts'
import { approvedIn, createTestRisk, fillOf, markAt, signalAt } from './feed.ts'

const rates = { collar: ratio('0.01'), takerFee: ratio('0.001') }

function anOrder(): OrderRequest {
  const risk = createTestRisk()
  risk.step(markAt(0, '50000'))
  const [order] = approvedIn(risk.step(signalAt(0, '50000')))
  assert.ok(order !== undefined)
  return { ...order, quantity: quantity('0.01') }
}

const buy = anOrder()

let count = 0

function withOpen(account: Account, order: Partial<OrderRequest>): OrderRequest {
  count += 1
  const request = { ...buy, ...order, clientOrderId: `id${count}` as OrderRequest['clientOrderId'] }
  applyOrderEvent(account.ledger, { kind: 'approved', eventMs: 0, order: request })
  return request
}

const created = (): Account => createAccount('paper', createPortfolio(money('10000')))

test('an open buy reserves its cost at the collar edge with fee; a limit order at its limit', () => {
  const account = created()
  withOpen(account, {})
  assert.equal(formatDecimal(cashFreeOf(account, rates)), '9494.495')
  withOpen(account, { type: 'limit', price: price('40000') })
  assert.equal(formatDecimal(cashFreeOf(account, rates)), '9094.095')
  withOpen(account, { reduceOnly: true, purpose: 'exit' })
  assert.equal(formatDecimal(cashFreeOf(account, rates)), '9094.095')
})

test('protective orders give way to an exit; a group of them offers what its largest does', () => {
  const account = created()
  applyFill(account.portfolio, bitcoin, fillOf({ ...buy, quantity: quantity('0.03') }, 0))
  const sell = { side: 'sell', reduceOnly: true, purpose: 'stopLoss' } as const
  withOpen(account, { ...sell, group: 'a' })
  withOpen(account, { ...sell, group: 'a', purpose: 'takeProfit' })
  const exit: OrderRequest = { ...buy, ...sell, purpose: 'exit', group: null }
  const protective: OrderRequest = { ...buy, ...sell, group: 'b' }
  assert.equal(formatDecimal(quantityFreeOf(account, exit)), '0.03')
  assert.equal(formatDecimal(quantityFreeOf(account, protective)), '0.02')
  withOpen(account, { ...sell, purpose: 'exit' })
  assert.equal(formatDecimal(quantityFreeOf(account, exit)), '0.02')
  assert.equal(formatDecimal(openQuantityOf(account, bitcoin.id, 'sell')), '0.01')
})

test('the worst gross exposure is the position at its mark and every order that may add to it', () => {
  const account = created()
  applyFill(account.portfolio, bitcoin, fillOf(buy, 0))
  applyMark(account.portfolio, bitcoin.id, price('60000'))
  assert.equal(formatDecimal(grossWorstOf(account)), '600')
  withOpen(account, {})
  withOpen(account, { side: 'sell', reduceOnly: true, purpose: 'stopLoss', group: 'a' })
  assert.equal(formatDecimal(grossWorstOf(account)), '1100')
})

test('an order increases risk when it can bring the position farther from zero, open ones filled first', () => {
  const account = created()
  applyFill(account.portfolio, bitcoin, fillOf(buy, 0))
  const sell: OrderRequest = { ...buy, side: 'sell' }
  assert.equal(increasesRisk(account, buy), true)
  assert.equal(increasesRisk(account, sell), false)
  assert.equal(increasesRisk(account, { ...sell, quantity: quantity('0.02') }), false)
  assert.equal(increasesRisk(account, { ...sell, quantity: quantity('0.020000000001') }), true)
  withOpen(account, { side: 'sell' })
  assert.equal(increasesRisk(account, { ...sell, quantity: quantity('0.02') }), true)
  assert.equal(increasesRisk(account, { ...sell, quantity: quantity('5'), reduceOnly: true }), false)
})

test('the day starts at the first equity of each UTC day, the peak is the highest, and both can be rebased', () => {
  const account = created()
  applyFill(account.portfolio, bitcoin, fillOf(buy, 0))
  const seen = (eventMs: number, at: string): readonly [string, string] => {
    account.nowMs = START_MS + eventMs
    applyMark(account.portfolio, bitcoin.id, price(at))
    observeEquity(account)
    return [formatDecimal(account.equityDayStart), formatDecimal(account.equityPeak)]
  }
  assert.deepEqual(seen(0, '50000'), ['10000', '10000'])
  assert.deepEqual(seen(1000, '60000'), ['10000', '10100'])
  assert.deepEqual(seen(86_400_000, '55000'), ['10050', '10100'])
  rebaseEquity(account)
  assert.deepEqual(seen(86_401_000, '55000'), ['10050', '10050'])
})
