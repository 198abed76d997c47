import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PlacementFaults } from '../../../src/adapters/simulated/venue-gateway.ts'
import { price, quantity } from '../../../src/domain/decimal.ts'
import { approve, createWorld, kindsIn, startExecution, stopExecution, written } from './world.ts'

test('a trade that comes to light behind later ones is booked too, and only once', async () => {
  const faults: Record<string, PlacementFaults> = { cdb1: { hiddenMs: 8_000, isUnanswered: true } }
  const world = createWorld({ place: (id) => faults[id] ?? {} })
  const replica = startExecution(world, 'a')
  await world.clock.advance(1_000)
  await approve(world, '1')
  await world.clock.advance(1_000)
  await approve(world, '2')
  await world.clock.advance(60_000)
  const booked = written(world).flatMap((event) => (event.kind === 'filled' ? [event.tradeId] : []))
  assert.deepEqual(booked, ['2', '1'])
  await stopExecution(world, replica)
})

test('more trades than a page holds are all read', async () => {
  const world = createWorld()
  const byHand = { side: 'buy', type: 'market', price: null, stopPrice: null, timeInForce: 'ioc' } as const
  for (let count = 0; count < 1_005; count++) {
    world.venue.placeByHand({
      ...{ clientOrderId: `other${count}`, ...byHand, quantity: quantity('0.0001') },
      ...{ postOnly: false, reduceOnly: false, group: null },
    })
  }
  await world.clock.advance(1_000)
  const replica = startExecution(world, 'a')
  await world.clock.advance(1_000)
  world.market.price = price('50001')
  await approve(world, '1')
  await world.clock.advance(1_000)
  assert.deepEqual(kindsIn(world), ['submitting', 'accepted', 'filled'])
  await stopExecution(world, replica)
})

test('open orders that were asked for before an order ended say nothing of it', async () => {
  const world = createWorld()
  const gateway = world.venue.connect()
  const replica = startExecution(world, 'a', {
    gateway: {
      ...gateway,
      async openOrders(instrument) {
        const orders = await gateway.openOrders(instrument)
        // The answer is long on its way.
        await world.clock.sleep(3_000)
        return orders
      },
    },
  })
  await world.clock.advance(5_000)
  await approve(world, '1', { type: 'limit', price: price('49000'), timeInForce: 'gtc' })
  await world.clock.advance(6_000)
  world.market.price = price('48900')
  world.venue.onPrice()
  await world.clock.advance(60_000)
  assert.deepEqual(kindsIn(world), ['submitting', 'accepted', 'filled'])
  await stopExecution(world, replica)
})
