import assert from 'node:assert/strict'
import { test } from 'node:test'
import { price, quantity } from '../../../src/domain/decimal.ts'
import {
  approve,
  askCancel,
  createWorld,
  kindsIn,
  postsAt,
  resting,
  startExecution,
  stopExecution,
  written,
} from './world.ts'
import type { World } from './world.ts'
import type { PlacementFaults } from '../../../src/adapters/simulated/venue-gateway.ts'
import type { OrderRequest } from '../../../src/domain/order.ts'

/** One order with this fault, and what is on the log so long after. */
async function afterFault(
  fault: PlacementFaults,
  ms: number,
  changes: Partial<OrderRequest> = {},
): Promise<Readonly<{ world: World; finish: () => Promise<void> }>> {
  const world = createWorld({ place: () => fault })
  const replica = startExecution(world, 'a')
  await world.clock.advance(1_000)
  await approve(world, '1', changes)
  await world.clock.advance(ms)
  return {
    world,
    finish: async () => {
      assert.equal(await stopExecution(world, replica), null)
      assert((postsAt(world)['cdb1'] ?? 0) <= 1)
    },
  }
}

test('a taken order whose answer is lost is found and booked', async () => {
  const { world, finish } = await afterFault({ isUnanswered: true, hiddenMs: 12_000 }, 20_000, resting)
  assert.deepEqual(kindsIn(world), ['submitting', 'unknown', 'accepted'])
  await finish()
})

test('a fill tells that the order was taken before its answer does', async () => {
  const { world, finish } = await afterFault({ answerMs: 9_000 }, 20_000)
  assert.deepEqual(kindsIn(world), ['submitting', 'accepted', 'filled'])
  await finish()
})

test('an order that the venue takes after 20 s is refused by its window, and then shown not to be there', async () => {
  const { world, finish } = await afterFault({ arrivalMs: 20_000 }, 28_000)
  assert.deepEqual(kindsIn(world), ['submitting', 'unknown'])
  await world.clock.advance(40_000)
  assert.deepEqual(kindsIn(world), ['submitting', 'unknown', 'UNKNOWN_ORDERS', 'notPlaced'])
  await finish()
})

test('not found counts only after every packet is dead, three times, five seconds apart', async () => {
  const { world, finish } = await afterFault({ isLost: true }, 80_000)
  const events = written(world)
  const submitting = events.find(({ kind }) => kind === 'submitting')
  const notPlaced = events.find(({ kind }) => kind === 'notPlaced')
  assert(submitting !== undefined && notPlaced !== undefined)
  assert(notPlaced.eventMs - submitting.eventMs >= 29_000 + 10_000)
  assert.deepEqual(kindsIn(world), ['submitting', 'unknown', 'UNKNOWN_ORDERS', 'notPlaced'])
  assert.deepEqual(postsAt(world), {})
  await finish()
})

test('an order hidden from queries for half a minute stays unknown and is found', async () => {
  const { world, finish } = await afterFault({ isUnanswered: true, hiddenMs: 30_000 }, 29_000)
  assert.deepEqual(kindsIn(world), ['submitting', 'unknown'])
  await world.clock.advance(30_000)
  assert.deepEqual(kindsIn(world).slice(0, 2), ['submitting', 'unknown'])
  assert.deepEqual(kindsIn(world).slice(-2), ['accepted', 'filled'])
  await finish()
})

test('queries that fail are no information', async () => {
  const world = createWorld({ place: () => ({ isLost: true }) })
  const replica = startExecution(world, 'a')
  await world.clock.advance(1_000)
  await approve(world, '1')
  await world.clock.advance(5_000)
  world.faults.query = (method) => method === 'trades'
  await world.clock.advance(120_000)
  assert.deepEqual(kindsIn(world), ['submitting', 'unknown', 'UNKNOWN_ORDERS'])
  world.faults.query = () => false
  await world.clock.advance(30_000)
  assert.equal(kindsIn(world).at(-1), 'notPlaced')
  await stopExecution(world, replica)
})

test('a fill after the order was given up for lost is booked all the same', async () => {
  const { world, finish } = await afterFault({ isUnanswered: true, hiddenMs: 100_000 }, 150_000)
  assert.deepEqual(kindsIn(world), [
    ...['submitting', 'unknown', 'UNKNOWN_ORDERS', 'notPlaced'],
    ...['BALANCE', 'BALANCE', 'filled'],
  ])
  await finish()
})

test('a cancel is asked for until the order has ended, and says what was filled before', async () => {
  const world = createWorld()
  const replica = startExecution(world, 'a')
  await world.clock.advance(1_000)
  const request = await approve(world, '1', resting)
  await world.clock.advance(1_000)
  world.faults.query = (method) => method === 'cancel'
  await askCancel(world, request)
  await world.clock.advance(5_000)
  assert.deepEqual(kindsIn(world), ['submitting', 'accepted'])
  world.faults.query = () => false
  await world.clock.advance(2_000)
  assert.deepEqual(kindsIn(world), ['submitting', 'accepted', 'canceled'])
  await stopExecution(world, replica)
})

test('a fill that crosses the cancel wins', async () => {
  const world = createWorld({ cancelRace: () => true })
  const replica = startExecution(world, 'a')
  await world.clock.advance(1_000)
  const request = await approve(world, '1', resting)
  await world.clock.advance(1_000)
  await askCancel(world, request)
  await world.clock.advance(3_000)
  assert.deepEqual(kindsIn(world), ['submitting', 'accepted', 'filled'])
  await stopExecution(world, replica)
})

test('an order filled in part ends only when the fills reach what the venue says', async () => {
  const { world, finish } = await afterFault({ parts: 3, isPartLeft: true }, 5_000, {
    quantity: quantity('0.003'),
  })
  assert.deepEqual(kindsIn(world), ['submitting', 'accepted', 'filled', 'filled', 'expired'])
  const leaves = written(world).flatMap((event) => (event.kind === 'filled' ? [event.leaves] : []))
  assert.deepEqual(leaves, [quantity('0.002'), quantity('0.001')])
  await finish()
})

test('an order that somebody cancels by hand, or that its sibling excludes, is seen to have ended', async () => {
  const world = createWorld()
  const replica = startExecution(world, 'a')
  await world.clock.advance(1_000)
  await approve(world, '0', { quantity: quantity('0.004') })
  await world.clock.advance(1_000)
  await approve(world, '1', resting)
  const exit = {
    side: 'sell',
    reduceOnly: true,
    group: 'g',
    quantity: quantity('0.004'),
    timeInForce: 'gtc',
  } as const
  await approve(world, '2', { ...exit, type: 'stop', stopPrice: price('48000'), purpose: 'stopLoss' })
  await approve(world, '3', { ...exit, type: 'limit', price: price('52000'), purpose: 'takeProfit' })
  await world.clock.advance(1_000)
  world.venue.cancelByHand('cdb1')
  await world.clock.advance(2_000)
  assert.equal(kindsIn(world).at(-1), 'canceled')
  world.market.price = price('52000')
  world.venue.onPrice()
  await world.clock.advance(12_000)
  assert.deepEqual(kindsIn(world).slice(-2), ['filled', 'canceled'])
  await stopExecution(world, replica)
})
