import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { formatDecimal, price, quantity } from '../../src/domain/decimal.ts'
import type { Instrument } from '../../src/domain/instrument.ts'
import type { ClientOrderId, OrderRequest } from '../../src/domain/order.ts'
import { approvedOrder } from '../../src/engine/approved-order.ts'
import type { ApprovedOrder } from '../../src/engine/approved-order.ts'
import type { VenueGateway, VenueTrade } from '../../src/engine/venue-gateway.ts'

/** A gateway under test: its account has 10,000 in quote and nothing in base. */
export type GatewayUnderTest = Readonly<{
  gateway: VenueGateway
  instrument: Instrument
  account: string
  /** The venue's time. */
  nowMs(): number
  /** Lets the venue's time pass, where it passes only when told to; else waits a little. */
  pass(ms: number): Promise<void>
  ledger(): Readonly<{
    orders: readonly Readonly<{ clientOrderId: string; posts: number }>[]
    trades: readonly Readonly<{ tradeId: string }>[]
    balances: Readonly<Record<string, string>>
  }>
  close(): Promise<void>
}>

export const orderFor = (
  { instrument, account }: Readonly<{ instrument: Instrument; account: string }>,
  wanted: Partial<OrderRequest> & Readonly<{ id: string }>,
): ApprovedOrder => {
  const { id, ...fields } = wanted
  const order: OrderRequest = {
    ...{
      slot: id,
      clientOrderId: id as ClientOrderId,
      account,
      strategy: 'contract',
      instrument: instrument.id,
    },
    ...{ side: 'buy', type: 'market', quantity: quantity('0.01'), price: null, stopPrice: null },
    ...{ timeInForce: 'gtc', postOnly: false, reduceOnly: false, group: null, purpose: 'entry' },
    ...{ decisionPrice: price('60000'), decidedMs: 0, expiresMs: null },
    ...fields,
  }
  return approvedOrder({ kind: 'approved', order })
}

const TRIES = 200

/** Asks again until the answer is there; a bounded number of times. */
export async function eventually<T>(
  venue: Readonly<{ pass(ms: number): Promise<void> }>,
  ask: () => T | null | Promise<T | null>,
): Promise<T> {
  for (let tries = 0; tries < TRIES; tries++) {
    const answer = await ask()
    if (answer !== null) return answer
    await venue.pass(25)
  }
  throw new Error('it never came')
}

const LOW = { type: 'limit', quantity: quantity('0.001'), price: price('30000') } as const

async function tradesOf(venue: GatewayUnderTest, id: string): Promise<readonly VenueTrade[]> {
  const trades = await venue.gateway.trades(venue.instrument.id, '')
  return trades.filter(({ clientOrderId }) => clientOrderId === id)
}

const facts: Readonly<Record<string, (venue: GatewayUnderTest) => void | Promise<void>>> = {
  'a market order is accepted and fills; its trades, state and balances agree': async (venue) => {
    const { gateway, instrument } = venue
    const placed = await gateway.place(orderFor(venue, { id: 'cdbmarket1' }), venue.nowMs())
    assert.equal(placed.kind, 'accepted')
    const order = await eventually(venue, async () => {
      const found = await gateway.order(instrument.id, 'cdbmarket1')
      return found?.state === 'filled' ? found : null
    })
    assert.equal(order.filled, quantity('0.01'))
    const trades = await tradesOf(venue, 'cdbmarket1')
    assert.equal(
      trades.reduce((sum, trade) => sum + trade.quantity, 0n),
      order.filled,
    )
    assert(trades.every(({ side, liquidity }) => side === 'buy' && liquidity === 'taker'))
    assert(trades.every(({ venueOrderId }) => venueOrderId === order.venueOrderId))
    const balances = await gateway.balances()
    const { balances: booked } = venue.ledger()
    for (const { asset, total } of balances) assert.equal(formatDecimal(total), booked[asset])
  },

  'trades are given after a trade id, oldest first': async (venue) => {
    const all = await venue.gateway.trades(venue.instrument.id, '')
    const ids = all.map(({ tradeId }) => tradeId)
    assert.deepEqual(
      ids,
      [...ids].sort((left, right) => Number(left) - Number(right)),
    )
    assert.deepEqual(await venue.gateway.trades(venue.instrument.id, ids.at(-1) ?? ''), [])
  },

  'a limit order rests, is among the open ones, and ends when canceled; again does nothing': async (
    venue,
  ) => {
    const { gateway, instrument } = venue
    const placed = await gateway.place(orderFor(venue, { id: 'cdblimit1', ...LOW }), venue.nowMs())
    assert.equal(placed.kind, 'accepted')
    await eventually(venue, async () => {
      const open = await gateway.openOrders(instrument.id)
      return (
        open.some(({ clientOrderId, state }) => clientOrderId === 'cdblimit1' && state === 'open') || null
      )
    })
    await gateway.cancel(instrument.id, 'cdblimit1')
    await eventually(venue, async () => {
      const order = await gateway.order(instrument.id, 'cdblimit1')
      return order?.state === 'canceled' || null
    })
    assert.deepEqual(await gateway.openOrders(instrument.id), [])
    await gateway.cancel(instrument.id, 'cdblimit1')
  },

  'what the account cannot pay is rejected, and the venue does not have it': async (venue) => {
    const { gateway, instrument } = venue
    const dear = orderFor(venue, { id: 'cdbdear1', quantity: quantity('5') })
    const placed = await gateway.place(dear, venue.nowMs())
    assert.equal(placed.kind, 'rejected')
    assert.equal((await gateway.order(instrument.id, 'cdbdear1'))?.state ?? 'rejected', 'rejected')
  },

  'a submission that is older than the window is rejected': async (venue) => {
    const late = orderFor(venue, { id: 'cdblate1', ...LOW })
    const placed = await venue.gateway.place(late, venue.nowMs() - 4_000)
    assert.equal(placed.kind, 'rejected')
  },

  'an order that was never sent is not there, and canceling it does nothing': async (venue) => {
    assert.equal(await venue.gateway.order(venue.instrument.id, 'cdbnever1'), null)
    await venue.gateway.cancel(venue.instrument.id, 'cdbnever1')
  },

  'news of an order wakes who waits': async (venue) => {
    const { gateway } = venue
    const waiting = new AbortController()
    await gateway.waitForNews(1, waiting.signal)
    let woken = false
    const wait = gateway.waitForNews(60_000, waiting.signal).then(() => {
      woken = true
    })
    await gateway.place(orderFor(venue, { id: 'cdbnews1' }), venue.nowMs())
    await eventually(venue, () => woken || null)
    waiting.abort()
    await wait
  },

  'each order was posted once': (venue) => {
    const { orders } = venue.ledger()
    assert(orders.length > 0)
    assert(orders.every(({ posts }) => posts <= 1))
  },
}

/** What every VenueGateway does, whatever is behind it; the facts follow one another on one venue. */
export function venueGatewayContract(name: string, create: () => Promise<GatewayUnderTest>): void {
  suite(name, () => {
    let venue: GatewayUnderTest
    before(async () => {
      venue = await create()
    })
    after(() => venue.close())
    for (const [fact, check] of Object.entries(facts)) test(fact, () => check(venue))
  })
}
