import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatDecimal, quantity, ratio, subtract } from '../../../src/domain/decimal.ts'
import type { OrderRequest } from '../../../src/domain/order.ts'
import type { RiskStep } from '../../../src/engine/risk.ts'
import {
  acceptedOf,
  approvedIn,
  createTestRisk,
  endedOf,
  enter,
  fillOf,
  markAt,
  signalAt,
  submittingOf,
  commandAt,
  rejectedOf,
} from './feed.ts'
import { bitcoin } from '../scenario.ts'

function submitted(risk: RiskStep, signal = signalAt(0, '50000')): OrderRequest {
  risk.step(markAt(0, '50000'))
  const [order] = approvedIn(risk.step(signal))
  assert.ok(order !== undefined)
  risk.step(submittingOf(order, 0))
  risk.step(acceptedOf(order, 0))
  return order
}

test('a filled entry gets a stop-loss below and a take-profit above, of one group and reduce-only', () => {
  const { order, outputs } = enter(createTestRisk(), 0, '50000')
  const [stopLoss, takeProfit] = approvedIn(outputs)
  assert.equal(stopLoss?.type, 'stop')
  assert.equal(formatDecimal(stopLoss.stopPrice ?? 0n), '49000')
  assert.equal(takeProfit?.type, 'limit')
  assert.equal(formatDecimal(takeProfit.price ?? 0n), '52000')
  for (const protective of [stopLoss, takeProfit]) {
    assert.equal(protective.side, 'sell')
    assert.equal(protective.quantity, order.quantity)
    assert.equal(protective.reduceOnly, true)
    assert.equal(protective.group, stopLoss.group)
    assert.equal(protective.expiresMs, null)
  }
})

test("a strategy's own distances win over the defaults, and none means none", () => {
  const own = { ...signalAt(0, '50000'), stopLoss: ratio('0.01'), takeProfit: ratio('0') }
  const risk = createTestRisk()
  const order = submitted(risk, own)
  const protective = approvedIn(risk.step(fillOf(order, 1)))
  assert.deepEqual(
    protective.map(({ purpose, stopPrice }) => [purpose, formatDecimal(stopPrice ?? 0n)]),
    [['stopLoss', '49500']],
  )
  const bare = enter(createTestRisk({}, { stopLoss: '0', takeProfit: '0' }), 0, '50000')
  assert.deepEqual(approvedIn(bare.outputs), [])
})

test('a market entry filled in parts is protected once, when it has ended', () => {
  const risk = createTestRisk()
  const order = submitted(risk)
  const half = quantity('0.001')
  const rest = subtract(order.quantity, half)
  assert.deepEqual(approvedIn(risk.step(fillOf(order, 1, { quantity: half, leaves: rest }))), [])
  const protective = approvedIn(risk.step(fillOf(order, 2, { quantity: rest })))
  assert.deepEqual(
    protective.map((each) => each.quantity),
    [order.quantity, order.quantity],
  )
})

test('a market entry whose rest expires is protected for what it filled', () => {
  const risk = createTestRisk()
  const order = submitted(risk)
  const half = quantity('0.001')
  risk.step(fillOf(order, 1, { quantity: half, leaves: subtract(order.quantity, half) }))
  const protective = approvedIn(risk.step(endedOf('expired', order, 2)))
  assert.deepEqual(
    protective.map((each) => each.quantity),
    [half, half],
  )
})

test('a resting entry is protected part by part, each part under its own slot and id', () => {
  const risk = createTestRisk({}, { passive: 'true' })
  const order = submitted(risk)
  assert.equal(order.timeInForce, 'gtc')
  const half = quantity('0.001')
  const rest = subtract(order.quantity, half)
  const first = approvedIn(risk.step(fillOf(order, 1, { quantity: half, leaves: rest })))
  const second = approvedIn(risk.step(fillOf(order, 2, { quantity: rest })))
  assert.deepEqual(
    [...first, ...second].map((each) => each.quantity),
    [half, half, rest, rest],
  )
  assert.equal(new Set([...first, ...second].map(({ clientOrderId }) => clientOrderId)).size, 4)
})

test('a part below the smallest order of the venue waits for the next fill', () => {
  const risk = createTestRisk({}, { passive: 'true' })
  const order = submitted(risk)
  const dust = quantity('0.00001')
  const rest = subtract(order.quantity, dust)
  assert.deepEqual(approvedIn(risk.step(fillOf(order, 1, { quantity: dust, leaves: rest }))), [])
  const protective = approvedIn(risk.step(fillOf(order, 2, { quantity: rest })))
  assert.deepEqual(
    protective.map((each) => each.quantity),
    [order.quantity, order.quantity],
  )
})

test('when the position is closed, protection that no group ends is canceled', () => {
  const risk = createTestRisk()
  const { outputs } = enter(risk, 0, '50000')
  for (const order of approvedIn(outputs)) {
    risk.step(submittingOf(order, 1))
    risk.step(acceptedOf(order, 1))
  }
  risk.step(markAt(5000, '50000'))
  const [exit] = approvedIn(risk.step(signalAt(5000, '50000', 'exit')))
  assert.ok(exit !== undefined)
  risk.step(submittingOf(exit, 5000))
  const closed = risk.step(fillOf(exit, 5001))
  assert.equal(closed.filter(({ kind }) => kind === 'cancelRequested').length, 2)
})

/** A filled entry whose stop-loss and take-profit rest at the venue. */
function protectedPosition(risk: RiskStep): Readonly<{ stopLoss: OrderRequest; takeProfit: OrderRequest }> {
  const [stopLoss, takeProfit] = approvedIn(enter(risk, 0, '50000').outputs)
  assert.ok(stopLoss !== undefined && takeProfit !== undefined)
  for (const order of [stopLoss, takeProfit]) {
    risk.step(submittingOf(order, 1))
    risk.step(acceptedOf(order, 1))
  }
  return { stopLoss, takeProfit }
}

test('a take-profit filled in part, whose stop the venue canceled for it, gets a stop for the rest', () => {
  const risk = createTestRisk()
  const { stopLoss, takeProfit } = protectedPosition(risk)
  const rest = quantity('0.0009')
  risk.step(fillOf(takeProfit, 2, { quantity: subtract(takeProfit.quantity, rest), leaves: rest }))
  const [again] = approvedIn(risk.step(endedOf('canceled', stopLoss, 2)))
  assert.equal(again?.purpose, 'stopLoss')
  assert.equal(again.quantity, rest)
  assert.equal(again.stopPrice, stopLoss.stopPrice)
  assert.equal(again.group, takeProfit.group)
  assert.notEqual(again.clientOrderId, stopLoss.clientOrderId)
})

test('a stop that ran out of market goes out again for its rest, five times, and is then told of', () => {
  const risk = createTestRisk()
  let { stopLoss } = protectedPosition(risk)
  const ids = new Set([stopLoss.clientOrderId])
  for (let count = 1; count <= 5; count++) {
    const [again] = approvedIn(risk.step(endedOf('expired', stopLoss, 10 * count)))
    assert.equal(again?.type, 'market')
    assert.equal(again.reduceOnly, true)
    risk.step(submittingOf(again, 10 * count))
    risk.step(acceptedOf(again, 10 * count))
    ids.add(again.clientOrderId)
    stopLoss = again
  }
  assert.equal(ids.size, 6)
  const outputs = risk.step(endedOf('expired', stopLoss, 100))
  assert.deepEqual(approvedIn(outputs), [])
  assert.ok(outputs.some((event) => event.kind === 'alert' && event.code === 'UNPROTECTED'))
})

test('a stop that the venue rejects is told of', () => {
  const risk = createTestRisk()
  const [stopLoss] = approvedIn(enter(risk, 0, '50000').outputs)
  assert.ok(stopLoss !== undefined)
  risk.step(submittingOf(stopLoss, 1))
  const outputs = risk.step(rejectedOf(stopLoss, 2))
  assert.deepEqual(approvedIn(outputs), [])
  assert.ok(outputs.some((event) => event.kind === 'alert' && event.code === 'UNPROTECTED'))
})

test('a stop that we canceled is not placed again', () => {
  const risk = createTestRisk()
  const { stopLoss } = protectedPosition(risk)
  risk.step(commandAt(2, { action: 'haltCancel' }))
  assert.deepEqual(risk.step(endedOf('canceled', stopLoss, 3)), [])
})

test('what a fee in base took is not protected: the stop is for whole lots of what is held', () => {
  const risk = createTestRisk()
  const order = submitted(risk)
  const fee = quantity('0.00000197')
  const protective = approvedIn(risk.step(fillOf(order, 1, { fee, feeAsset: bitcoin.base })))
  assert.deepEqual(
    protective.map((each) => formatDecimal(each.quantity)),
    ['0.00196', '0.00196'],
  )
})

test('a rest below a lot is no position: protection goes when the exit has sold the lots', () => {
  const risk = createTestRisk()
  const order = submitted(risk)
  const fee = quantity('0.00000197')
  const protective = approvedIn(risk.step(fillOf(order, 1, { fee, feeAsset: bitcoin.base })))
  for (const each of protective) {
    risk.step(submittingOf(each, 2))
    risk.step(acceptedOf(each, 2))
  }
  risk.step(markAt(5000, '50000'))
  const [exit] = approvedIn(risk.step(signalAt(5000, '50000', 'exit')))
  assert.ok(exit !== undefined)
  risk.step(submittingOf(exit, 5000))
  const closed = risk.step(fillOf(exit, 5001))
  assert.equal(closed.filter(({ kind }) => kind === 'cancelRequested').length, 2)
})
