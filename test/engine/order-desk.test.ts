import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatDecimal, quantity } from '../../src/domain/decimal.ts'
import type { TradingEvent } from '../../src/domain/event.ts'
import { applyToDesk, copyOrderDesk, createOrderDesk } from '../../src/engine/order-desk.ts'
import type { OrderDesk } from '../../src/engine/order-desk.ts'
import { stateOfText, stateText } from '../../src/engine/state-text.ts'
import { bitcoin, command, mark, NOW_MS, order } from './controls/facts.ts'
import { fillOf } from './tally-events.ts'

const request = order({ quantity: quantity('3') })
const { clientOrderId, account, instrument } = request
const about = { clientOrderId, account, instrument, eventMs: NOW_MS }
const approved: TradingEvent = { kind: 'approved', eventMs: NOW_MS, order: request }
const submitting: TradingEvent = { kind: 'submitting', ...about, eventMs: NOW_MS + 1 }
const unknown: TradingEvent = { kind: 'unknown', ...about, eventMs: NOW_MS + 2, reason: 'no answer' }
const accepted: TradingEvent = { kind: 'accepted', ...about, venueOrderId: 'v1' }
const notPlaced: TradingEvent = { kind: 'notPlaced', ...about, reason: 'not found' }
const filled = (amount: string, fee = '0', side: 'buy' | 'sell' = 'buy'): TradingEvent => ({
  ...fillOf({ atMs: 1, side, price: '100', quantity: amount, fee, id: `${side}${amount}` }),
  clientOrderId,
})

function deskAfter(events: readonly TradingEvent[], desk = createOrderDesk()): OrderDesk {
  for (const event of events) {
    desk.seq += 1
    applyToDesk(desk, bitcoin, event, desk.seq)
  }
  return desk
}

test('an order is noted with where it was approved, when it was sent and when it was lost', () => {
  const desk = deskAfter([mark(), approved, submitting, unknown])
  assert.deepEqual(desk.notes.get(clientOrderId), {
    approvedSeq: 2,
    submitMs: NOW_MS + 1,
    unknownMs: NOW_MS + 2,
  })
  assert.equal(desk.ledger.get(clientOrderId)?.state, 'unknown')
  assert.equal(desk.firstMs, NOW_MS)
})

test('fills move the net amounts by value and fee, late ones too', () => {
  const desk = deskAfter([approved, submitting, unknown, notPlaced, filled('1', '0.5'), filled('1', '0.5')])
  assert.equal(formatDecimal(desk.netQuote), '-100.5')
  assert.equal(formatDecimal(desk.netBase), '1')
  assert.equal(desk.fillCount, 1)
  deskAfter([filled('2', '0', 'sell')], desk)
  assert.equal(formatDecimal(desk.netQuote), '99.5')
  assert.equal(formatDecimal(desk.netBase), '-1')
})

test('a fee in base leaves the base amount, one in a third asset neither', () => {
  const inBase = { ...filled('1', '0.001'), feeAsset: 'BTC' } as TradingEvent
  assert.equal(formatDecimal(deskAfter([approved, submitting, accepted, inBase]).netBase), '0.999')
  const inOther = { ...filled('1', '0.001'), feeAsset: 'BNB' } as TradingEvent
  const desk = deskAfter([approved, submitting, accepted, inOther])
  assert.deepEqual([formatDecimal(desk.netBase), formatDecimal(desk.netQuote)], ['1', '-100'])
})

test('an order that has ended is remembered with where, and takes late fills', () => {
  const desk = deskAfter([approved, submitting, unknown, notPlaced])
  assert.equal(desk.ledger.size, 0)
  assert.equal(desk.notes.size, 0)
  assert.equal(desk.ended.get(clientOrderId)?.endedSeq, 4)
  deskAfter([filled('1')], desk)
  assert.equal(desk.ended.get(clientOrderId)?.record.filled, quantity('1'))
})

test('the fill that ends an order is counted in it once', () => {
  const desk = deskAfter([approved, submitting, accepted, filled('1'), filled('2')])
  assert.equal(desk.ended.get(clientOrderId)?.record.filled, quantity('3'))
})

const told = (code: 'BALANCE' | 'CLOCK' | 'CLOCK_MENDED' | 'UNKNOWN_ORDERS', detail = 'x'): TradingEvent => ({
  ...{ kind: 'discrepancy', eventMs: NOW_MS, account, code, subject: 's', detail },
})

test('a difference is unexplained until a person resumes, and told for ever', () => {
  const desk = deskAfter([told('BALANCE', '1 more')])
  assert.equal(desk.unexplained, 'BALANCE s')
  assert(desk.told.has('BALANCE/s/1 more'))
  deskAfter([command({ action: 'halt' })], desk)
  assert.equal(desk.unexplained, 'BALANCE s')
  deskAfter([command({ action: 'resume' })], desk)
  assert.equal(desk.unexplained, '')
  assert(desk.told.has('BALANCE/s/1 more'))
})

test('an order in doubt is not unexplained, and the clock is off until it is mended', () => {
  const desk = deskAfter([told('UNKNOWN_ORDERS'), told('CLOCK')])
  assert.deepEqual([desk.unexplained, desk.clockOff], ['', true])
  assert.equal(deskAfter([told('CLOCK_MENDED')], desk).clockOff, false)
})

test('only so many ended orders, fills and differences are remembered, the newest', () => {
  const desk = createOrderDesk()
  for (let count = 0; count < 3_000; count++) {
    const id = `cdb${count}` as typeof clientOrderId
    deskAfter([{ ...approved, order: { ...request, clientOrderId: id } }], desk)
    deskAfter([{ kind: 'abandoned', ...about, clientOrderId: id, reason: 'old' }], desk)
    deskAfter(
      [{ ...filled('1'), tradeId: String(count) } as TradingEvent, told('BALANCE', String(count))],
      desk,
    )
  }
  assert.deepEqual([desk.ended.size, desk.booked.size, desk.told.size], [500, 2_000, 500])
  assert(desk.booked.has('2999') && !desk.booked.has('999'))
})

test('a copy is changed apart, and a desk survives being text', () => {
  const desk = deskAfter([approved, submitting])
  const copy = deskAfter([accepted], copyOrderDesk(desk))
  assert.equal(desk.ledger.get(clientOrderId)?.state, 'submitting')
  assert.equal(copy.ledger.get(clientOrderId)?.state, 'accepted')
  assert.deepEqual(stateOfText(stateText(createOrderDesk())), createOrderDesk())
  assert.deepEqual(stateOfText(stateText(copy)), copy)
})
