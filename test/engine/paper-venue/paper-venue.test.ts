import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { money, price } from '../../../src/domain/decimal.ts'
import type { ExecutionReport, Fill } from '../../../src/domain/execution-report.ts'
import type { MarketEvent } from '../../../src/domain/market.ts'
import { applyMove, isTerminal } from '../../../src/domain/order.ts'
import type { OrderRequest, OrderState } from '../../../src/domain/order.ts'
import { approvedOrder } from '../../../src/engine/approved-order.ts'
import { applyFill, createPortfolio, positionOf } from '../../../src/engine/portfolio.ts'
import {
  candle,
  feed,
  fillsOf,
  gap,
  heartbeat,
  idOf,
  instrument,
  level,
  openVenue,
  orderOf,
  quote,
  submit,
  trade,
} from './market-day.ts'
import type { VenueOptions } from './market-day.ts'

const CASH = '100000'

/**
 * What a random day does next: the tape moves, or we send something. Times are told in steps, to run
 * backward at times.
 */
type Move =
  | Readonly<{ kind: 'event'; event: MarketEvent }>
  | Readonly<{ kind: 'submit'; order: OrderRequest; sentMs: number }>
  | Readonly<{ kind: 'cancel'; id: string; sentMs: number }>

const anySide = fc.constantFrom('buy' as const, 'sell' as const)
const anyTick = fc.integer({ min: 9_900, max: 10_100 })
const anyLots = fc.integer({ min: 1, max: 400 })
const anyStep = fc.integer({ min: -3, max: 20 })
const textOf = (ticks: number): string => (ticks / 100).toFixed(2)

const anyTickEvent = (ms: number): fc.Arbitrary<MarketEvent> =>
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc
        .tuple(anyTick, anyLots, fc.option(anySide))
        .map(([at, lots, side]) => trade(ms, at / 100, lots / 100, side)),
    },
    {
      weight: 3,
      arbitrary: fc
        .tuple(anyTick, anyLots, anyLots)
        .map(([at, bid, ask]) => quote(ms, [at / 100, bid / 100], [(at + 3) / 100, ask / 100])),
    },
    {
      weight: 3,
      arbitrary: fc
        .tuple(anySide, anyTick, fc.integer({ min: 0, max: 300 }))
        .map(([side, at, lots]) => level(ms, side, at / 100, lots / 100)),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom<MarketEvent>(gap(ms, 5), heartbeat(ms), { kind: 'bookReset', eventMs: ms }),
    },
  )

const anyCandle = (ms: number): fc.Arbitrary<MarketEvent> =>
  fc
    .tuple(anyTick, anyTick, anyTick, anyTick, fc.integer({ min: 0, max: 5_000 }))
    .map(([a, b, c, d, lots]) => ({
      ...candle(
        ms * 10_000,
        [a / 100, Math.max(a, b, c, d) / 100, Math.min(a, b, c, d) / 100, d / 100],
        lots / 100,
      ),
      intervalMs: 10_000,
    }))

function anyOrder(index: number): fc.Arbitrary<OrderRequest> {
  return fc
    .record({
      side: anySide,
      lots: anyLots,
      limit: fc.option(anyTick),
      stop: fc.option(anyTick, { freq: 2 }),
      timeInForce: fc.constantFrom('gtc' as const, 'gtc' as const, 'ioc' as const, 'fok' as const),
      postOnly: fc.boolean(),
      reduceOnly: fc.boolean(),
      group: fc.constantFrom(null, null, 'g', 'h'),
      repeats: fc.integer({ min: 0, max: 9 }),
    })
    .map(({ side, lots, limit, stop, timeInForce, postOnly, reduceOnly, group, repeats }) =>
      orderOf({
        // Now and then an id is used again: the venue must not execute it a second time.
        id: `o${repeats === 0 ? Math.floor(index / 2) : index}`,
        side,
        quantity: (lots / 10).toFixed(1),
        ...(limit === null ? {} : { price: textOf(limit) }),
        ...(stop === null ? {} : { stopPrice: textOf(stop) }),
        timeInForce,
        postOnly: postOnly && limit !== null && stop === null && timeInForce === 'gtc',
        reduceOnly,
        group,
      }),
    )
}

const dayOf = (
  eventOf: (ms: number) => fc.Arbitrary<MarketEvent>,
  msPerStep: number,
): fc.Arbitrary<readonly Move[]> =>
  fc.array(anyStep, { minLength: 5, maxLength: 80 }).chain((steps) => {
    let ms = 100
    const moves = steps.map((step, index): fc.Arbitrary<Move> => {
      ms += step
      const sentMs = ms * msPerStep
      return fc.oneof(
        { weight: 3, arbitrary: eventOf(ms).map((event) => ({ kind: 'event' as const, event })) },
        {
          weight: 2,
          arbitrary: anyOrder(index).map((order) => ({ kind: 'submit' as const, order, sentMs })),
        },
        {
          weight: 1,
          arbitrary: fc.nat(index).map((of) => ({ kind: 'cancel' as const, id: `o${of}`, sentMs })),
        },
      )
    })
    return fc.tuple(...moves)
  })

const anyDay = fc.oneof(dayOf(anyTickEvent, 1), dayOf(anyCandle, 10_000))
const anyAccount = fc.record({
  short: fc.boolean(),
  params: fc.record({
    latencyMs: fc.constantFrom('0', '7'),
    latencyJitterMs: fc.constantFrom('0', '9'),
    feeIn: fc.constantFrom('quote', 'base'),
    slippageBps: fc.constantFrom('0', '5'),
    impactBpsMax: fc.constantFrom('0', '500'),
    candleTouch: fc.constantFrom('true', 'false'),
    queue: fc.constantFrom('true', 'false'),
  }),
})

type Day = Readonly<{ reports: readonly ExecutionReport[]; orders: ReadonlyMap<string, OrderRequest> }>

function play(
  moves: readonly Move[],
  options: VenueOptions,
): Day & { totals: ReturnType<ReturnType<typeof openVenue>['totals']> } {
  const venue = openVenue({ cash: CASH, ...options })
  const orders = new Map<string, OrderRequest>()
  const reports: ExecutionReport[] = []
  for (const move of moves) {
    if (move.kind === 'event') reports.push(...venue.onMarket(move.event))
    if (move.kind === 'cancel') venue.cancel(idOf(move.id), move.sentMs)
    if (move.kind !== 'submit') continue
    if (!orders.has(move.order.clientOrderId)) orders.set(move.order.clientOrderId, move.order)
    venue.submit(approvedOrder({ kind: 'approved', order: move.order }), move.sentMs)
    const { cash, position } = venue.totals()
    assert(options.short === true || (cash >= 0n && position >= 0n), 'a cash account owes nothing')
  }
  return { reports, orders, totals: venue.totals() }
}

const isDuplicate = (report: ExecutionReport): boolean =>
  report.kind === 'rejected' && report.reason.startsWith('duplicate')

/** Follows each order through its life cycle; an illegal move, as a fill after the end, throws. */
function checkLives({ reports, orders }: Day): void {
  const states = new Map<string, OrderState>()
  const filled = new Map<string, bigint>()
  const lastMs = new Map<string, number>()
  for (const report of reports) {
    if (isDuplicate(report)) continue
    const { clientOrderId: id } = report
    const order = orders.get(id)
    assert(order !== undefined)
    assert(report.eventMs >= (lastMs.get(id) ?? -Infinity), 'an order is never reported back in time')
    assert(Number.isSafeInteger(report.eventMs))
    lastMs.set(id, report.eventMs)
    if (report.kind === 'filled') {
      const sum = (filled.get(id) ?? 0n) + report.quantity
      filled.set(id, sum)
      assert(sum <= order.quantity, 'filled beyond its quantity')
      assert.equal(report.leaves, order.quantity - sum)
      checkFill(order, report)
    }
    states.set(id, applyMove(states.get(id) ?? 'submitting', moveOf(report)))
  }
  for (const [id, state] of states) {
    if (filled.get(id) === orders.get(id)?.quantity) assert(isTerminal(state))
  }
}

function moveOf(report: ExecutionReport): Parameters<typeof applyMove>[1] {
  switch (report.kind) {
    case 'accepted':
      return 'accept'
    case 'rejected':
      return 'reject'
    case 'canceled':
      return 'cancel'
    case 'expired':
      return 'expire'
    case 'unknown':
      return 'lose'
    case 'filled':
      return report.leaves === 0n ? 'fillRest' : 'fillPart'
    default:
      return report satisfies never
  }
}

function checkFill(order: OrderRequest, fill: Fill): void {
  assert.equal(fill.side, order.side)
  assert(fill.quantity > 0n && fill.quantity % instrument.lotSize === 0n)
  assert(fill.price > 0n && fill.price % instrument.tickSize === 0n)
  if (order.price !== null)
    assert(fill.side === 'buy' ? fill.price <= order.price : fill.price >= order.price)
  if (fill.liquidity === 'maker') assert.equal(fill.price, order.price, 'a maker trades at its limit')
  assert(fill.fee >= 0n)
  if (order.timeInForce === 'fok' && order.type !== 'stopLimit') assert(fill.liquidity === 'taker')
}

test('no history fills beyond an order, after its end, or past its limit', () => {
  fc.assert(
    fc.property(anyDay, anyAccount, (moves, account) => {
      checkLives(play(moves, account))
    }),
    { numRuns: 300 },
  )
})

test("the venue's cash, position and fees are those that its fills make in our portfolio", () => {
  fc.assert(
    fc.property(anyDay, anyAccount, (moves, account) => {
      const { reports, totals } = play(moves, account)
      const portfolio = createPortfolio(money(CASH))
      for (const fill of fillsOf(reports))
        assert(applyFill(portfolio, instrument, fill), 'each fill has its own id')
      assert.equal(portfolio.cash, totals.cash)
      assert.equal(positionOf(portfolio, instrument.id).quantity, totals.position)
      assert.equal(portfolio.feesByAsset.get('USDT') ?? 0n, totals.fees)
      assert.equal(portfolio.feesByAsset.get('BTC') ?? 0n, totals.feesBase)
    }),
    { numRuns: 200 },
  )
})

test('orders of one group are never both filled', () => {
  fc.assert(
    fc.property(anyDay, anyAccount, (moves, account) => {
      const { reports, orders } = play(moves, account)
      const ended = new Map<string, number>()
      const firstFill = new Map<string, number>()
      const started = new Map<string, number>()
      for (const [index, report] of reports.entries()) {
        const { clientOrderId: id, kind } = report
        if (kind === 'accepted') started.set(id, index)
        else if (kind === 'filled') firstFill.set(id, firstFill.get(id) ?? index)
        else if (!isDuplicate(report)) ended.set(id, index)
      }
      for (const [id, at] of firstFill) {
        const group = orders.get(id)?.group ?? null
        const rivals = [...firstFill].filter(
          ([other, first]) => other !== id && first > at && orders.get(other)?.group === group,
        )
        // A rival that fills later was sent after this fill: it was no sibling of its time.
        for (const [rival] of group === null ? [] : rivals)
          assert((started.get(rival) ?? 0) > at, `${id} and ${rival}`)
      }
      assert(ended.size <= orders.size)
    }),
    { numRuns: 200 },
  )
})

test('a fok order fills in full at once or not at all', () => {
  fc.assert(
    fc.property(anyDay, anyAccount, (moves, account) => {
      const { reports, orders } = play(moves, account)
      const sums = new Map<string, bigint>()
      for (const fill of fillsOf(reports))
        sums.set(fill.clientOrderId, (sums.get(fill.clientOrderId) ?? 0n) + fill.quantity)
      for (const [id, sum] of sums) {
        const order = orders.get(id)
        if (order?.timeInForce === 'fok') assert.equal(sum, order.quantity)
      }
    }),
    { numRuns: 200 },
  )
})

test('a reduce-only order never brings the position across zero', () => {
  fc.assert(
    fc.property(anyDay, anyAccount, (moves, account) => {
      const { reports, orders } = play(moves, { ...account, params: { ...account.params, feeIn: 'quote' } })
      let position = 0n
      for (const fill of fillsOf(reports)) {
        const after = fill.side === 'buy' ? position + fill.quantity : position - fill.quantity
        if (orders.get(fill.clientOrderId)?.reduceOnly === true) {
          assert(
            (position !== 0n && after >= 0n === position > 0n) || after === 0n,
            `${position} to ${after}`,
          )
        }
        position = after
      }
    }),
    { numRuns: 200 },
  )
})

test('equal seeds give equal reports; the seed moves nothing where chance has no part', () => {
  fc.assert(
    fc.property(anyDay, anyAccount, (moves, account) => {
      assert.deepEqual(
        play(moves, { ...account, seed: 7 }).reports,
        play(moves, { ...account, seed: 7 }).reports,
      )
      const certain = { ...account, params: { ...account.params, latencyJitterMs: '0', slippageNoise: '0' } }
      assert.deepEqual(
        play(moves, { ...certain, seed: 1 }).reports,
        play(moves, { ...certain, seed: 2 }).reports,
      )
    }),
    { numRuns: 100 },
  )
})

test('a trade without open orders returns the one shared, frozen nothing', () => {
  const venue = openVenue()
  const nothing = venue.onMarket(trade(1, 100))
  assert(Object.isFrozen(nothing) && nothing.length === 0)
  assert.equal(venue.onMarket(trade(2, 101)), nothing)
  assert.equal(venue.onMarket(heartbeat(3)), nothing)
})

test('fees are those of the liquidity, rounded up, in the asset that feeIn names', () => {
  for (const [feeIn, asset, fee] of [
    ['quote', 'USDT', '0.101'],
    ['base', 'BTC', '0.001'],
  ] as const) {
    const venue = openVenue({ params: { takerFee: '0.001', makerFee: '0.0005', feeIn } })
    feed(venue, quote(1, [99, 5], [101, 5]))
    submit(venue, { id: 'a', side: 'buy', quantity: '1' })
    submit(venue, { id: 'b', side: 'sell', quantity: '0.5', price: '101' })
    const [taken] = fillsOf(feed(venue, heartbeat(2)))
    const [made] = fillsOf(feed(venue, trade(3, 101.01)))
    assert.deepEqual([taken?.feeAsset, taken?.fee], [asset, price(fee)])
    assert.deepEqual([made?.feeAsset, made?.fee], ['USDT', price('0.02525')])
  }
})
