import fc from 'fast-check'
import type { MarketEvent } from '../../../src/domain/market.ts'
import type { OrderRequest } from '../../../src/domain/order.ts'
import { candle, gap, heartbeat, level, orderOf, quote, trade } from './market-day.ts'

/**
 * What a random day does next: the tape moves, or we send something. Times are told in steps, to run
 * backward at times.
 */
export type Move =
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

export const anyDay = fc.oneof(dayOf(anyTickEvent, 1), dayOf(anyCandle, 10_000))
export const anyAccount = fc.record({
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
