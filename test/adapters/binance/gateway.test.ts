import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { quantity } from '../../../src/domain/decimal.ts'
import type { Placement, VenueTrade } from '../../../src/engine/venue-gateway.ts'
import { eventually, orderFor, venueGatewayContract } from '../../contracts/venue-gateway.ts'
import { control } from '../venue-simulator/simulator.ts'
import { gatewayOptions, startSession } from './venue-session.ts'
import type { VenueSession } from './venue-session.ts'
import { createBinanceGateway } from '../../../src/adapters/binance/gateway.ts'

venueGatewayContract('the Binance gateway at the simulated venue', () => startSession())

let session: VenueSession
let count = 0
const arm = async (fault: Readonly<Record<string, unknown>>): Promise<void> => {
  assert.equal((await control(session.venue, 'POST', '/sim/faults', fault)).status, 200)
}
const place = (id: string): Promise<Placement> => session.gateway.place(orderFor(session, { id }), Date.now())
const nextId = (): string => `cdbfault${++count}`
const entryOf = (id: string): Readonly<{ posts: number; refused: number; state: string }> | undefined =>
  session.venue.ledger().orders.find(({ clientOrderId }) => clientOrderId === id)
const found = (id: string): Promise<boolean> =>
  eventually(session, async () => (await session.gateway.order(session.instrument.id, id)) !== null || null)
before(async () => {
  session = await startSession({}, { timeoutMs: 400, streamSilenceMs: 600 })
})
after(() => session.close())
beforeEach(() => control(session.venue, 'DELETE', '/sim/faults'))

for (const fault of [
  { kind: 'dropReply' },
  { kind: 'resetAfterRequest' },
  { kind: 'error5xxAccepted' },
  { kind: 'acceptLate', ms: 900 },
]) {
  test(`${fault.kind}: unknown at first, found by a query, posted once`, async () => {
    const id = nextId()
    await arm(fault)
    assert.equal((await place(id)).kind, 'unknown')
    assert.equal(await found(id), true)
    assert.deepEqual([entryOf(id)?.posts, entryOf(id)?.state], [1, 'filled'])
  })
}

test('error5xxRefused: unknown, and never there', async () => {
  const id = nextId()
  await arm({ kind: 'error5xxRefused' })
  assert.equal((await place(id)).kind, 'unknown')
  assert.equal(await session.gateway.order(session.instrument.id, id), null)
  assert.deepEqual([entryOf(id)?.posts, entryOf(id)?.refused], [1, 1])
})

for (const status of [429, 418]) {
  test(`rateLimit ${status}: rejected, and nothing more is sent until the venue allows it`, async () => {
    const other = createBinanceGateway(gatewayOptions(session.venue))
    const [first, second] = [nextId(), nextId()]
    await arm({ kind: 'rateLimit', status })
    assert.equal((await other.place(orderFor(session, { id: first }), Date.now())).kind, 'rejected')
    const held = await other.place(orderFor(session, { id: second }), Date.now())
    assert(held.kind === 'rejected' && held.reason.startsWith('not sent: '))
    await assert.rejects(other.order(session.instrument.id, first), { code: 'CDB_VENUE_REFUSED' })
    assert.equal(entryOf(second), undefined)
    await other.close()
  })
}

test('hideOrder: no query finds it until it shows', async () => {
  const id = nextId()
  await arm({ kind: 'hideOrder', ms: 500 })
  assert.equal((await place(id)).kind, 'accepted')
  assert.equal(await session.gateway.order(session.instrument.id, id), null)
  const trades = await session.gateway.trades(session.instrument.id, '')
  assert(trades.every(({ clientOrderId }) => clientOrderId !== id))
  assert.equal(await found(id), true)
})

test('partialFills: two trades at least, one order, its quantity in all', async () => {
  const id = nextId()
  await arm({ kind: 'partialFills', ms: 100 })
  await place(id)
  const ofOrder = async (): Promise<readonly VenueTrade[]> =>
    (await session.gateway.trades(session.instrument.id, '')).filter(
      ({ clientOrderId }) => clientOrderId === id,
    )
  const half = await ofOrder()
  assert(half.reduce((sum, trade) => sum + trade.quantity, 0n) < quantity('0.01'))
  await eventually(session, async () => {
    const filled = (await session.gateway.order(session.instrument.id, id))?.state
    return filled === 'filled' || null
  })
  const whole = await ofOrder()
  assert(whole.length >= 2)
  assert.equal(
    whole.reduce((sum, trade) => sum + trade.quantity, 0n),
    quantity('0.01'),
  )
})

test('clockSkew: an honest submission is rejected by its time, and the offset is measured', async () => {
  await arm({ kind: 'clockSkew', ms: 5_000, forMs: 60_000 })
  const placed = await place(nextId())
  assert(placed.kind === 'rejected' && placed.reason.includes('-1021'))
  const { offsetMs, uncertaintyMs } = await session.gateway.clockOffset()
  assert(Math.abs(offsetMs - 5_000) < 500 && uncertaintyMs < 400)
  assert.equal((await session.gateway.openOrders(session.instrument.id)).length, 0)
  await control(session.venue, 'DELETE', '/sim/faults')
  await session.gateway.clockOffset()
})

test('duplicateUserEvents and closeStreams: news still come', async () => {
  await arm({ kind: 'duplicateUserEvents', count: 5 })
  await arm({ kind: 'closeStreams' })
  for (let round = 0; round < 2; round++) {
    const waiting = new AbortController()
    let woken = false
    const wait = session.gateway.waitForNews(60_000, waiting.signal).then(() => (woken = true))
    await place(nextId())
    await eventually(session, () => woken || null)
    waiting.abort()
    await wait
  }
})

test('silentUserStream: the silence is noticed and the stream opened again', async () => {
  await session.gateway.waitForNews(1, AbortSignal.timeout(1_000))
  await arm({ kind: 'silentUserStream', forMs: 900 })
  await place(nextId())
  let woken = false
  const wait = session.gateway.waitForNews(60_000, AbortSignal.timeout(10_000)).then(() => (woken = true))
  await eventually(session, () => woken || null)
  await wait
})

test('an order by hand is there with its trade, under its own name', async () => {
  const order = {
    action: 'place',
    clientOrderId: 'by-hand',
    side: 'BUY',
    type: 'MARKET',
    quantity: '0.001',
  }
  assert.equal((await control(session.venue, 'POST', '/sim/orders', order)).status, 200)
  const trades = await session.gateway.trades(session.instrument.id, '')
  assert(trades.some(({ clientOrderId }) => clientOrderId === 'by-hand'))
})

test('the same client id while the order is open is unknown, so that it is looked up', async () => {
  const id = nextId()
  const resting = orderFor(session, {
    id,
    type: 'limit',
    quantity: quantity('0.001'),
    price: (30_000n * 10n ** 12n) as never,
  })
  assert.equal((await session.gateway.place(resting, Date.now())).kind, 'accepted')
  assert.equal((await session.gateway.place(resting, Date.now())).kind, 'unknown')
  assert.equal(entryOf(id)?.posts, 2)
})

test('a venue that is not there: nothing was sent, and queries say so', async () => {
  const nowhere = { url: 'http://127.0.0.1:1', streamUrl: 'ws://127.0.0.1:1' }
  const gateway = createBinanceGateway(gatewayOptions(nowhere))
  const placed = await gateway.place(orderFor(session, { id: 'cdbnowhere' }), Date.now())
  assert(placed.kind === 'rejected' && placed.reason === 'not sent: ECONNREFUSED')
  await assert.rejects(gateway.openOrders(session.instrument.id), { code: 'CDB_VENUE_UNREACHABLE' })
  await gateway.close()
})

test('a key that is not the account’s is refused without a word of the key', async () => {
  const key = () => Promise.resolve({ apiKey: 'canary-key', secret: 'canary-secret' })
  const gateway = createBinanceGateway({ ...gatewayOptions(session.venue), key })
  const placed = await gateway.place(orderFor(session, { id: 'cdbkey' }), Date.now())
  assert(placed.kind === 'rejected' && !placed.reason.includes('canary'))
  await assert.rejects(gateway.balances(), (error: Error) => !String(error.stack).includes('canary'))
  await gateway.close()
})
