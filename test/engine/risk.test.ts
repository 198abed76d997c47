import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { formatDecimal, price, quantity } from '../../src/domain/decimal.ts'
import type { Quantity } from '../../src/domain/decimal.ts'
import { orderTypes } from '../../src/domain/order.ts'
import { positionOf } from '../../src/engine/portfolio.ts'
import {
  acceptedOf,
  approvedIn,
  commandAt,
  createTestRisk,
  denialsIn,
  endedOf,
  enter,
  fillOf,
  markAt,
  rejectedOf,
  signalAt,
  submittingOf,
} from './risk/feed.ts'
import { bitcoin } from './scenario.ts'

const heldBy = (risk: ReturnType<typeof createTestRisk>): string =>
  formatDecimal(positionOf(risk.portfolio, bitcoin.id).quantity)

test('without a mark there is no reference, and no order', () => {
  const risk = createTestRisk()
  assert.equal(approvedIn(risk.step(signalAt(0, '50000'))).length, 0)
})

test('an approval reserves at once: the second order counts the first', () => {
  const risk = createTestRisk({ 'C13.instrumentShare': '0.015' })
  risk.step(markAt(0, '50000'))
  assert.equal(approvedIn(risk.step(signalAt(0, '50000'))).length, 1)
  risk.step(markAt(2000, '50100'))
  assert.deepEqual(denialsIn(risk.step(signalAt(2000, '50100'))), ['C13'])
})

test('a canceled, rejected or expired order gives its reservation back; an unknown one keeps it', () => {
  for (const [end, isFree] of [
    [endedOf, true],
    [rejectedOf, true],
  ] as const) {
    const risk = createTestRisk({ 'C13.instrumentShare': '0.015' })
    risk.step(markAt(0, '50000'))
    const [order] = approvedIn(risk.step(signalAt(0, '50000')))
    assert.ok(order !== undefined)
    risk.step(submittingOf(order, 10))
    risk.step(end === rejectedOf ? rejectedOf(order, 20) : endedOf('canceled', order, 20))
    risk.step(markAt(3000, '50100'))
    assert.equal(approvedIn(risk.step(signalAt(3000, '50100'))).length === 1, isFree)
  }
  const risk = createTestRisk({ 'C13.instrumentShare': '0.015' })
  risk.step(markAt(0, '50000'))
  const [order] = approvedIn(risk.step(signalAt(0, '50000')))
  assert.ok(order !== undefined)
  risk.step(submittingOf(order, 10))
  risk.step(endedOf('unknown', order, 20))
  risk.step(markAt(3000, '50100'))
  assert.deepEqual(denialsIn(risk.step(signalAt(3000, '50100'))), ['C13'])
})

test('the same fill heard twice is booked once', () => {
  const risk = createTestRisk()
  risk.step(markAt(0, '50000'))
  const [order] = approvedIn(risk.step(signalAt(0, '50000')))
  assert.ok(order !== undefined)
  risk.step(submittingOf(order, 10))
  const fill = fillOf(order, 20)
  risk.step(fill)
  const held = heldBy(risk)
  assert.deepEqual(risk.step(fill), [])
  assert.equal(heldBy(risk), held)
})

test('a fill of an order that has ended is booked, alerted, and halts the account', () => {
  const risk = createTestRisk()
  risk.step(markAt(0, '50000'))
  const [order] = approvedIn(risk.step(signalAt(0, '50000')))
  assert.ok(order !== undefined)
  risk.step(submittingOf(order, 10))
  risk.step(endedOf('canceled', order, 20))
  const outputs = risk.step(fillOf(order, 30))
  assert.equal(heldBy(risk), formatDecimal(order.quantity))
  assert.ok(outputs.some((event) => event.kind === 'alert' && event.code === 'LATE_EVIDENCE'))
  risk.step(markAt(3000, '50000'))
  assert.deepEqual(denialsIn(risk.step(signalAt(3000, '50000'))), ['C02'])
})

test('a fill before the acceptance is legal, and the acceptance after it changes nothing', () => {
  const risk = createTestRisk()
  risk.step(markAt(0, '50000'))
  const [order] = approvedIn(risk.step(signalAt(0, '50000')))
  assert.ok(order !== undefined)
  risk.step(submittingOf(order, 10))
  const half = (order.quantity / 2n) as Quantity
  risk.step(fillOf(order, 20, { quantity: half, leaves: (order.quantity - half) as Quantity }))
  assert.deepEqual(risk.step(acceptedOf(order, 30)), [])
  assert.equal(heldBy(risk), formatDecimal(half))
})

test('a losing day denies new risk at 2 %, and halts with everything canceled at 3 %', () => {
  const risk = createTestRisk(
    {
      'C05.share': '0.2',
      'C07.share': '1',
      'C07.cap': '1000000',
      'C13.instrumentShare': '1',
      'C13.grossShare': '1',
    },
    { entryShare: '0.5', stopLoss: '0', takeProfit: '0' },
  )
  enter(risk, 0, '50000')
  risk.step(markAt(120_000, '47000'))
  assert.deepEqual(denialsIn(risk.step(signalAt(120_000, '47000'))), ['C15'])
  const outputs = risk.step(markAt(240_000, '44000'))
  assert.ok(outputs.some((event) => event.kind === 'command' && event.action === 'haltCancel'))
  risk.step(markAt(242_000, '50000'))
  assert.deepEqual(denialsIn(risk.step(signalAt(242_000, '50000'))), ['C02'])
})

test('too many entries latch the strategy until a person lifts it', () => {
  const risk = createTestRisk({ 'C16.entriesMax': '3' })
  let nowMs = 0
  const attempt = (): readonly string[] => {
    nowMs += 2000
    risk.step(markAt(nowMs, `${50_000 + nowMs / 1000}`))
    return denialsIn(risk.step(signalAt(nowMs, `${50_000 + nowMs / 1000}`)))
  }
  assert.deepEqual([attempt(), attempt(), attempt()], [[], [], []])
  assert.deepEqual(attempt(), ['C16'])
  nowMs += 3_600_000
  assert.deepEqual(attempt(), ['C16'], 'an hour later it is latched still')
  risk.step(commandAt(nowMs, { action: 'unlatch', subject: 'C16', scope: 'strategy:test' }))
  assert.deepEqual(attempt(), [])
})

test('protective orders that are denied are told of: the position is without them', () => {
  const risk = createTestRisk()
  risk.step(markAt(0, '50000'))
  const [order] = approvedIn(risk.step(signalAt(0, '50000')))
  assert.ok(order !== undefined)
  risk.step(submittingOf(order, 10))
  risk.step(commandAt(15, { action: 'halt' }))
  const outputs = risk.step(fillOf(order, 20))
  assert.deepEqual(denialsIn(outputs), ['C02', 'C02'])
  assert.equal(outputs.filter((event) => event.kind === 'alert' && event.code === 'UNPROTECTED').length, 2)
})

test('limits are never passed whatever the order of signals, fills and cancels', () => {
  const moves = fc.array(
    fc.record({
      waitMs: fc.integer({ min: 0, max: 30_000 }),
      at: fc.integer({ min: 48_000, max: 52_000 }),
      outcome: fc.constantFrom('fill', 'cancel', 'open', 'unknown'),
    }),
    { maxLength: 60 },
  )
  fc.assert(
    fc.property(moves, (steps) => {
      const risk = createTestRisk(
        { 'C16.entriesMax': '1000', 'C16.losses': '1000' },
        { stopLoss: '0', takeProfit: '0' },
      )
      let nowMs = 0
      for (const { waitMs, at, outcome } of steps) {
        nowMs += waitMs + 1
        risk.step(markAt(nowMs, String(at)))
        const [order] = approvedIn(risk.step(signalAt(nowMs, String(at))))
        if (order === undefined) continue
        risk.step(submittingOf(order, nowMs))
        if (outcome === 'fill') risk.step(fillOf(order, nowMs))
        if (outcome === 'cancel') risk.step(endedOf('canceled', order, nowMs))
        if (outcome === 'unknown') risk.step(endedOf('unknown', order, nowMs))
        const worst = risk
          .openOrders()
          .reduce<bigint>(
            (sum, { request }) => sum + request.quantity,
            positionOf(risk.portfolio, bitcoin.id).quantity,
          )
        // Ten percent of 10,000 is 1,000 quote; the price moves by four percent while it is held.
        assert.ok(worst * price('1') < (quantity('0.0215') as bigint) * price('1'))
        assert.ok(risk.portfolio.cash > 0n)
      }
    }),
    { numRuns: 100 },
  )
})

test('a strategy that does worse than its peers gets no more entries, and its exits go through', () => {
  const permissions = ['good', 'bad'].map((strategy) => ({
    strategy,
    instrument: bitcoin.id,
    account: 'paper',
    types: orderTypes,
    short: false,
  }))
  const loose = { 'C16.entriesMax': '1000', 'C16.losses': '1000', 'C14.hourShare': '1', 'C14.day': '1000' }
  const risk = createTestRisk(loose, { stopLoss: '0', takeProfit: '0' }, { permissions })
  let nowMs = 0
  const trade = (strategy: string, from: string, to: string): readonly string[] => {
    nowMs += 120_000
    risk.step(markAt(nowMs, from))
    const outputs = risk.step({ ...signalAt(nowMs, from), strategy })
    const [entry] = approvedIn(outputs)
    if (entry === undefined) return denialsIn(outputs)
    risk.step(submittingOf(entry, nowMs))
    risk.step(fillOf(entry, nowMs))
    nowMs += 120_000
    risk.step(markAt(nowMs, to))
    const [exit] = approvedIn(risk.step({ ...signalAt(nowMs, to, 'exit'), strategy }))
    assert.ok(exit !== undefined)
    risk.step(submittingOf(exit, nowMs))
    risk.step(fillOf(exit, nowMs))
    return []
  }
  for (let round = 0; round < 30; round++) {
    assert.deepEqual(trade('good', '50000', '50100'), [])
    assert.deepEqual(trade('bad', '50100', '50000'), [])
  }
  assert.deepEqual(trade('bad', '50000', '50100'), ['allocation'])
  assert.deepEqual(trade('good', '50000', '50100'), [])
})
