import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createSimulatedGateway } from '../../../src/adapters/simulated/venue-gateway.ts'
import type { SimulatedGateway, VenueFaults } from '../../../src/adapters/simulated/venue-gateway.ts'
import { CdbError } from '../../../src/domain/errors.ts'
import { money, price, quantity } from '../../../src/domain/decimal.ts'
import type { Price } from '../../../src/domain/decimal.ts'
import type { OrderRequest } from '../../../src/domain/order.ts'
import { approvedOrder } from '../../../src/engine/approved-order.ts'
import type { Clock } from '../../../src/engine/clock.ts'
import type { Placement } from '../../../src/engine/venue-gateway.ts'
import { venueGatewayContract } from '../../contracts/venue-gateway.ts'
import { bitcoin, NOW_MS, order } from '../../engine/controls/facts.ts'
import { createVirtualClock } from '../../services/virtual-clock.ts'
import type { VirtualClock } from '../../services/virtual-clock.ts'

const PRICE = price('60000')

/** Time that passes by itself, a hundred times as fast. */
function createFastClock(): Clock {
  const startMs = performance.now()
  const passedMs = (): number => (performance.now() - startMs) * 100
  return {
    nowMs: () => Math.round(NOW_MS + passedMs()),
    monotonicMs: passedMs,
    sleep: (ms, signal) =>
      sleep(ms / 100, undefined, signal === undefined ? {} : { signal }).catch(() => undefined),
  }
}

venueGatewayContract('the simulated gateway', () => {
  const clock = createFastClock()
  const options = { clock, instrument: bitcoin, account: 'paper', cash: money('10000'), price: () => PRICE }
  const gateway = createSimulatedGateway({ ...options, faults: { latencyMs: () => 1 } })
  return Promise.resolve({
    ...{ gateway, instrument: bitcoin, account: 'paper', nowMs: () => clock.nowMs() },
    pass: (ms) => clock.sleep(ms),
    ledger: () => gateway.ledger(),
    close: () => Promise.resolve(),
  })
})

type Scene = Readonly<{ clock: VirtualClock; venue: SimulatedGateway; market: { price: Price } }>

function createScene(faults: VenueFaults): Scene {
  const clock = createVirtualClock(NOW_MS)
  const market = { price: PRICE }
  const options = { clock, instrument: bitcoin, account: 'paper', cash: money('10000') }
  return { clock, market, venue: createSimulatedGateway({ ...options, price: () => market.price, faults }) }
}

/** The answer to a POST, and when it came, in ms. */
async function answerOf(
  { clock, venue }: Scene,
  changes: Partial<OrderRequest> = {},
): Promise<Readonly<{ placement: Placement; ms: number }>> {
  const startMs = clock.monotonicMs()
  const request = approvedOrder({ kind: 'approved', order: order(changes) })
  const answer = venue.place(request, clock.nowMs()).then((placement) => ({
    placement,
    ms: clock.monotonicMs() - startMs,
  }))
  await clock.advance(30_000)
  return answer
}

const statesOf = ({ venue }: Scene): readonly string[] =>
  venue.ledger().orders.map(({ posts, state, filled }) => `${posts} ${state} ${filled}`)

test('what is taken without an answer, or after its time limit, is unknown and there', async () => {
  for (const fault of [{ isUnanswered: true }, { isUnanswered: true, arrivalMs: 2_000 }]) {
    const scene = createScene({ place: () => fault })
    const { placement, ms } = await answerOf(scene)
    assert.deepEqual([placement.kind, ms], ['unknown', 10_000])
    assert.deepEqual(statesOf(scene), ['1 filled 0.001'])
  }
})

test('what is lost never arrives', async () => {
  const scene = createScene({ place: () => ({ isLost: true }) })
  assert.equal((await answerOf(scene)).placement.kind, 'unknown')
  assert.deepEqual(statesOf(scene), [])
})

test('what arrives after its window is refused, whether anybody hears of it or not', async () => {
  const scene = createScene({ place: () => ({ arrivalMs: 3_001 }) })
  const { placement } = await answerOf(scene)
  assert(placement.kind === 'rejected' && placement.reason.startsWith('-1021'))
  const late = createScene({ place: () => ({ arrivalMs: 12_000 }) })
  assert.equal((await answerOf(late)).placement.kind, 'unknown')
  assert.deepEqual(statesOf(late), ['1 rejected 0'])
})

test('the window is measured by the clock of the venue', async () => {
  const ahead = createScene({ skewMs: () => 3_001 })
  assert.equal((await answerOf(ahead)).placement.kind, 'rejected')
  const behind = createScene({ skewMs: () => -1_001 })
  assert.equal((await answerOf(behind)).placement.kind, 'rejected')
  assert.equal((await answerOf(createScene({ skewMs: () => -1_000 }))).placement.kind, 'accepted')
})

test('a refusal is a refusal, and a second order of an id that is open is none', async () => {
  const refusing = createScene({ place: () => ({ isRefused: true }) })
  assert.equal((await answerOf(refusing)).placement.kind, 'rejected')
  const scene = createScene({})
  const resting = { type: 'limit', price: price('50000'), timeInForce: 'gtc' } as const
  assert.equal((await answerOf(scene, resting)).placement.kind, 'accepted')
  assert.equal((await answerOf(scene, resting)).placement.kind, 'unknown')
  assert.deepEqual(statesOf(scene), ['2 open 0'])
})

test('hidden orders and their trades show later', async () => {
  const scene = createScene({ place: () => ({ hiddenMs: 40_000 }) })
  await answerOf(scene)
  const asked = async (): Promise<readonly unknown[]> => [
    await scene.venue.order(bitcoin.id, 'cdb1'),
    ...(await scene.venue.trades(bitcoin.id, '')),
  ]
  assert.deepEqual(await asked(), [null])
  await scene.clock.advance(10_000)
  assert.equal((await asked()).length, 2)
  assert.notEqual((await asked())[0], null)
})

test('a market order in parts leaves what it is told to, and ends', async () => {
  const scene = createScene({ place: () => ({ parts: 3, isPartLeft: true }), latencyMs: () => 10 })
  await answerOf(scene, { quantity: quantity('0.003') })
  assert.deepEqual(statesOf(scene), ['1 expired 0.002'])
  assert.equal(scene.venue.ledger().trades.length, 2)
})

test('a fill can come before the answer', async () => {
  const scene = createScene({ place: () => ({ answerMs: 5_000 }) })
  const { ms } = await answerOf(scene)
  assert.equal(ms, 5_000)
  const [trade] = await scene.venue.trades(bitcoin.id, '')
  assert.equal(trade?.eventMs, NOW_MS)
})

test('a resting order is filled when the price comes, or just before its cancel', async () => {
  const resting = { type: 'limit', price: price('59000'), timeInForce: 'gtc' } as const
  const scene = createScene({})
  await answerOf(scene, resting)
  scene.market.price = price('58900')
  scene.venue.onPrice()
  assert.deepEqual(statesOf(scene), ['1 filled 0.001'])
  const race = createScene({ cancelRace: () => true })
  await answerOf(race, resting)
  await race.venue.cancel(bitcoin.id, 'cdb1')
  assert.deepEqual(statesOf(race), ['1 filled 0.001'])
})

test('a query without an answer throws, and says nothing', async () => {
  const { venue } = createScene({ query: (method) => method === 'order' })
  await assert.rejects(
    venue.order(bitcoin.id, 'cdb1'),
    (error) => error instanceof CdbError && error.code === 'CDB_VENUE_UNREACHABLE',
  )
  assert.deepEqual(await venue.openOrders(bitcoin.id), [])
})

test('each gateway hears news of its own, twice where it is told twice', async () => {
  const scene = createScene({ isToldTwice: () => true })
  const { clock, venue } = scene
  const other = venue.connect()
  const never = new AbortController().signal
  venue.placeByHand(order({ clientOrderId: 'cdb2' as never }))
  const heard: string[] = []
  const listen = async (name: string, gateway: Pick<typeof other, 'waitForNews'>): Promise<void> => {
    for (let count = 0; count < 2; count++) {
      await gateway.waitForNews(60_000, never)
      heard.push(`${name} ${clock.monotonicMs()}`)
    }
  }
  const both = Promise.all([listen('a', venue), listen('b', other)])
  await clock.advance(5_000)
  await both
  assert.deepEqual(heard, ['a 0', 'b 0', 'a 1000', 'b 1000'])
})
