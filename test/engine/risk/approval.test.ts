import assert from 'node:assert/strict'
import { test } from 'node:test'
import { money, ratio } from '../../../src/domain/decimal.ts'
import { orderTypes } from '../../../src/domain/order.ts'
import { parseParams } from '../../../src/domain/param.ts'
import { parseLimits } from '../../../src/engine/controls.ts'
import { decide } from '../../../src/engine/risk/approval.ts'
import { createRiskContext } from '../../../src/engine/risk/context.ts'
import type { RiskContext } from '../../../src/engine/risk/context.ts'
import { entryOrder } from '../../../src/engine/risk/orders.ts'
import { sizingParams } from '../../../src/engine/sizing.ts'
import { bitcoin, digest, START_MS } from '../scenario.ts'
import { approvedIn, denialsIn, markAt, signalAt } from './feed.ts'

function contextWith(limits: Readonly<Record<string, string>>): RiskContext {
  return createRiskContext({
    account: 'paper',
    cash: money('10000'),
    instruments: [bitcoin],
    permissions: [
      { strategy: 'test', instrument: bitcoin.id, account: 'paper', types: orderTypes, short: false },
    ],
    limits: parseLimits(limits),
    sizing: parseParams('sizing', sizingParams, {}),
    takerFee: ratio('0.001'),
    digest,
  })
}

function decideAt(context: RiskContext, eventMs: number): ReturnType<typeof decide> {
  const mark = markAt(eventMs, '50000')
  context.account.marks.set(bitcoin.id, mark)
  context.account.nowMs = START_MS + eventMs
  const signal = signalAt(eventMs, '50000')
  return decide(context, entryOrder(context, bitcoin, signal), signal, false)
}

test('an approval is on the ledger before anything else is judged', () => {
  const context = contextWith({})
  const [order] = approvedIn(decideAt(context, 0))
  assert.ok(order !== undefined)
  assert.equal(context.account.ledger.get(order.clientOrderId)?.state, 'approved')
  assert.equal(context.activity.isDecided(order.slot), true)
})

test('a denied decision is kept for as long as it may be overridden, and forgotten then', () => {
  const context = contextWith({ 'C07.cap': '10', 'C29.window': '60s' })
  assert.deepEqual(denialsIn(decideAt(context, 0)), ['C07'])
  decideAt(context, 60_000)
  assert.equal(context.refused.size, 2)
  decideAt(context, 60_001)
  assert.equal(context.refused.size, 2)
  decideAt(context, 600_000)
  assert.equal(context.refused.size, 1)
})
