import assert from 'node:assert/strict'
import { test } from 'node:test'
import { money, price, quantity, ZERO_QUANTITY } from '../../src/domain/decimal.ts'
import type { Quantity } from '../../src/domain/decimal.ts'
import type { TradingEvent } from '../../src/domain/event.ts'
import type { ClientOrderId } from '../../src/domain/order.ts'
import { applyToDesk, createOrderDesk } from '../../src/engine/order-desk.ts'
import type { OrderDesk } from '../../src/engine/order-desk.ts'
import type { VenueOrder, VenueTrade } from '../../src/engine/venue-gateway.ts'
import { createVenueNews } from '../../src/engine/venue-news.ts'
import type { VenueNews } from '../../src/engine/venue-news.ts'
import { reportsOf } from '../../src/engine/venue-reports.ts'
import type { ReportFacts, Reports } from '../../src/engine/venue-reports.ts'
import { bitcoin, NOW_MS, order } from './controls/facts.ts'

const request = order({ quantity: quantity('3'), clientOrderId: 'cdb1' as ClientOrderId })
const { clientOrderId: id, account, instrument } = request
const about = { clientOrderId: id, account, instrument, eventMs: NOW_MS }
const approved: TradingEvent = { kind: 'approved', eventMs: NOW_MS, order: request }
const submitting: TradingEvent = { kind: 'submitting', ...about }
const unknown: TradingEvent = { kind: 'unknown', ...about, reason: 'no answer' }
const accepted: TradingEvent = { kind: 'accepted', ...about, venueOrderId: 'v1' }
const cancelRequested: TradingEvent = { kind: 'cancelRequested', ...about, reason: 'asked' }
const notPlaced: TradingEvent = { kind: 'notPlaced', ...about, reason: 'not found' }

function deskAfter(events: readonly TradingEvent[]): OrderDesk {
  const desk = createOrderDesk()
  for (const event of events) applyToDesk(desk, bitcoin, event, ++desk.seq)
  return desk
}

const report = (
  events: readonly TradingEvent[],
  news: Partial<VenueNews>,
  facts: Partial<ReportFacts> = {},
): Reports =>
  reportsOf(
    deskAfter(events),
    { ...createVenueNews(), ...news },
    {
      ...{
        account,
        instrument: bitcoin,
        nowMs: NOW_MS + 100,
        inFlight: new Set([id]),
        ghosts: new Set<string>(),
      },
      ...facts,
    },
  )

const kindsOf = ({ drafts }: Reports): readonly string[] =>
  drafts.map(({ event }) => (event.kind === 'discrepancy' ? event.code : event.kind))

const trade = (tradeId: string, amount: string, clientOrderId: string = id): VenueTrade => ({
  ...{ tradeId, venueOrderId: 'v1', clientOrderId, instrument, side: 'buy', price: price('100') },
  ...{
    quantity: quantity(amount),
    fee: money('0.1'),
    feeAsset: 'USDT',
    liquidity: 'taker',
    eventMs: NOW_MS + 50,
  },
})
const tradesNews = (...trades: readonly VenueTrade[]): Partial<VenueNews> => ({
  trades: new Map(trades.map((one) => [one.tradeId, one])),
})
const venueOrder = (
  state: VenueOrder['state'],
  filled: Quantity = ZERO_QUANTITY,
  clientOrderId: string = id,
): VenueOrder => ({ clientOrderId, venueOrderId: 'v1', instrument, state, filled, updatedMs: NOW_MS + 60 })
const orderNews = (state: VenueOrder['state'], filled = ZERO_QUANTITY): Partial<VenueNews> => ({
  orders: new Map([[id, venueOrder(state, filled)]]),
})
const openNews = (askedSeq: number, ...orders: readonly VenueOrder[]): Partial<VenueNews> => ({
  openOrders: { orders, askedSeq },
})

test('the answer to a POST is written as it is, and caused by the approval', () => {
  const of = { eventMs: NOW_MS + 9 }
  const answers = [
    [{ kind: 'accepted', venueOrderId: 'v1', ...of }, 'accepted'],
    [{ kind: 'rejected', reason: 'no', ...of }, 'rejected'],
    [{ kind: 'unknown', reason: 'no answer' }, 'unknown'],
  ] as const
  for (const [placement, kind] of answers) {
    const reports = report([approved, submitting], { placements: new Map([[id, placement]]) })
    assert.deepEqual(kindsOf(reports), [kind])
    assert.equal(reports.drafts[0]?.causeSeq, 1)
  }
})

test('a refusal or silence says nothing of an order that has been found at the venue or is lost', () => {
  for (const before of [
    [approved, submitting, accepted],
    [approved, submitting, unknown],
  ]) {
    for (const placement of [
      { kind: 'rejected', reason: 'no', eventMs: NOW_MS },
      { kind: 'unknown', reason: 'no answer' },
    ] as const) {
      assert.deepEqual(kindsOf(report(before, { placements: new Map([[id, placement]]) })), [])
    }
  }
})

test('a submission that nobody has in hand is unknown', () => {
  assert.deepEqual(kindsOf(report([approved, submitting], {})), [])
  assert.deepEqual(kindsOf(report([approved, submitting], {}, { inFlight: new Set() })), ['unknown'])
})

test('a trade tells of the acceptance too, and each fill of what is left', () => {
  const reports = report([approved, submitting], tradesNews(trade('1', '1'), trade('2', '2')))
  assert.deepEqual(kindsOf(reports), ['accepted', 'filled', 'filled'])
  assert.deepEqual(
    reports.drafts.flatMap(({ event }) => (event.kind === 'filled' ? [event.leaves] : [])),
    [quantity('2'), ZERO_QUANTITY],
  )
})

test('a trade of an order that has ended is booked, one beyond its quantity is not explained', () => {
  const ended = [approved, submitting, unknown, notPlaced]
  assert.deepEqual(kindsOf(report(ended, tradesNews(trade('1', '1')))), ['filled'])
  assert.deepEqual(kindsOf(report(ended, tradesNews(trade('1', '4')))), ['UNEXPLAINED_FILL'])
  assert.deepEqual(kindsOf(report([approved, submitting, accepted], tradesNews(trade('1', '4')))), [
    'UNEXPLAINED_FILL',
  ])
})

test('a trade of an order that was never submitted is not explained', () => {
  assert.deepEqual(kindsOf(report([approved], tradesNews(trade('1', '1')))), ['UNEXPLAINED_FILL'])
})

test('a trade of an order by our prefix that is not on the log means lost history; of any other, it is foreign', () => {
  assert.deepEqual(kindsOf(report([approved], tradesNews(trade('1', '1', 'cdb9')))), ['LOST_HISTORY'])
  assert.deepEqual(kindsOf(report([approved], tradesNews(trade('1', '1', 'web_9')))), ['UNEXPLAINED_FILL'])
  const early = { ...trade('1', '1', 'web_9'), eventMs: NOW_MS - 1 }
  assert.deepEqual(kindsOf(report([approved], tradesNews(early))), [])
})

test('an end is written only when the fills reach what the venue has filled', () => {
  const open = [approved, submitting, accepted]
  assert.deepEqual(kindsOf(report(open, orderNews('canceled'))), ['canceled'])
  assert.deepEqual(kindsOf(report(open, orderNews('expired'))), ['expired'])
  const lacking = report(open, orderNews('canceled', quantity('1')))
  assert.deepEqual([kindsOf(lacking), lacking.lacksTrades], [[], true])
  const reached = report(open, { ...orderNews('canceled', quantity('1')), ...tradesNews(trade('1', '1')) })
  assert.deepEqual(kindsOf(reached), ['filled', 'canceled'])
  const stale = report(open, { ...orderNews('canceled'), ...tradesNews(trade('1', '1')) })
  assert.deepEqual(kindsOf(stale), ['filled'])
})

test('a found order is adopted in whatever state it is, and is never rejected once it was lost', () => {
  const lost = [approved, submitting, unknown]
  assert.deepEqual(kindsOf(report(lost, orderNews('open'))), ['accepted'])
  assert.deepEqual(kindsOf(report(lost, orderNews('canceled'))), ['accepted', 'canceled'])
  assert.deepEqual(kindsOf(report(lost, orderNews('rejected'))), ['accepted', 'expired'])
  assert.deepEqual(kindsOf(report(lost, openNews(9, venueOrder('open')))), ['accepted'])
})

test('why an order was canceled depends on whether we asked', () => {
  const reasonOf = ({ drafts }: Reports): string =>
    drafts[0]?.event.kind === 'canceled' ? drafts[0].event.reason : ''
  const open = [approved, submitting, accepted]
  assert.equal(reasonOf(report(open, orderNews('canceled'))), 'canceled at the venue')
  assert.equal(reasonOf(report([...open, cancelRequested], orderNews('canceled'))), 'canceled on request')
})

test('an order that is not listed as open is to be asked for', () => {
  assert.deepEqual(report([approved, submitting, accepted], openNews(9)).missing, [id])
  assert.deepEqual(report([approved, submitting], openNews(9)).missing, [])
  assert.deepEqual(report([approved, submitting, accepted], openNews(9, venueOrder('open'))).missing, [])
})

test('foreign open orders are told once', () => {
  const news = openNews(
    9,
    venueOrder('open', ZERO_QUANTITY, 'web_1'),
    venueOrder('open', ZERO_QUANTITY, 'cdb9'),
  )
  const reports = report([approved], news)
  assert.deepEqual(kindsOf(reports), ['EXTERNAL_ORDER', 'LOST_HISTORY'])
  const events = reports.drafts.map(({ event }) => event)
  assert.deepEqual(kindsOf(report([approved, ...events], news)), [])
})

test('an ended order must be listed as open twice, each time asked for after its end', () => {
  const ended = [approved, submitting, unknown, notPlaced]
  const open = venueOrder('open')
  assert.deepEqual(report(ended, openNews(3, open)).ghosts, new Set())
  const first = report(ended, openNews(4, open))
  assert.deepEqual([kindsOf(first), first.ghosts, first.unwanted], [[], new Set([id]), []])
  const between = report(ended, {}, { ghosts: first.ghosts })
  assert.deepEqual([kindsOf(between), between.ghosts, between.unwanted], [[], new Set([id]), []])
  const second = report(ended, openNews(4, open), { ghosts: first.ghosts })
  assert.deepEqual([kindsOf(second), second.unwanted], [['EXTERNAL_ORDER'], [id]])
  assert.deepEqual(report(ended, openNews(4), { ghosts: first.ghosts }).ghosts, new Set())
})

test('what was looked for in vain is not placed only while it is still lost', () => {
  const news = { notPlaced: new Map([[id, 'not found']]) }
  assert.deepEqual(kindsOf(report([approved, submitting, unknown], news)), ['notPlaced'])
  assert.deepEqual(kindsOf(report([approved, submitting, unknown, accepted], news)), [])
  const both = { ...news, ...tradesNews(trade('1', '1')) }
  assert.deepEqual(kindsOf(report([approved, submitting, unknown], both)), ['accepted', 'filled'])
})

test('an order in doubt for more than half a minute is told once', () => {
  const lost = [approved, submitting, unknown]
  assert.deepEqual(kindsOf(report(lost, {}, { nowMs: NOW_MS + 30_000 })), [])
  const reports = report(lost, {}, { nowMs: NOW_MS + 30_001 })
  assert.deepEqual(kindsOf(reports), ['UNKNOWN_ORDERS'])
  const events = reports.drafts.map(({ event }) => event)
  assert.deepEqual(kindsOf(report([...lost, ...events], {}, { nowMs: NOW_MS + 60_000 })), [])
})

test('the clock is told when it goes off and when it is right again', () => {
  const off = { clock: { offsetMs: 300, uncertaintyMs: 1 } }
  const right = { clock: { offsetMs: 3, uncertaintyMs: 1 } }
  const events = report([], off).drafts.map(({ event }) => event)
  assert.deepEqual(kindsOf(report([], off)), ['CLOCK'])
  assert.deepEqual(kindsOf(report(events, off)), [])
  assert.deepEqual(kindsOf(report(events, right)), ['CLOCK_MENDED'])
  assert.deepEqual(kindsOf(report([], right)), [])
})
