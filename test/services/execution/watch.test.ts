import assert from 'node:assert/strict'
import { test } from 'node:test'
import { money, price, quantity } from '../../../src/domain/decimal.ts'
import type { OrderTerms } from '../../../src/adapters/simulated/venue-account.ts'
import type { Discrepancy } from '../../../src/domain/event.ts'
import {
  approve,
  command,
  createWorld,
  kindsIn,
  postsAt,
  resting,
  startExecution,
  stopExecution,
  written,
} from './world.ts'
import type { World } from './world.ts'

const byHand = (clientOrderId: string, changes: Partial<OrderTerms> = {}): OrderTerms => ({
  ...{ clientOrderId, side: 'buy', type: 'limit', quantity: quantity('0.001'), price: price('40000') },
  ...{ stopPrice: null, timeInForce: 'gtc', postOnly: false, reduceOnly: false, group: null },
  ...changes,
})

const told = (world: World): readonly Discrepancy[] =>
  written(world).filter((event) => event.kind === 'discrepancy')

test('an order at the venue that is not ours is told once, and new risk waits for a person', async () => {
  const world = createWorld()
  const replica = startExecution(world, 'a')
  await world.clock.advance(1_000)
  await approve(world, '0')
  world.venue.placeByHand(byHand('somebody'))
  await world.clock.advance(40_000)
  assert.deepEqual(
    told(world).map(({ code, subject }) => [code, subject]),
    [['EXTERNAL_ORDER', 'somebody']],
  )
  await approve(world, '1')
  await world.clock.advance(1_000)
  assert.equal(kindsIn(world).at(-1), 'abandoned')
  await command(world, 'resume')
  await approve(world, '2')
  await world.clock.advance(1_000)
  assert.equal(postsAt(world)['cdb2'], 1)
  await stopExecution(world, replica)
})

test('what the venue has before the first order is sent stops it from being sent', async () => {
  const world = createWorld()
  world.venue.placeByHand(byHand('cdbforgotten'))
  await approve(world, '1')
  const replica = startExecution(world, 'a')
  await world.clock.advance(1_000)
  assert.deepEqual(kindsIn(world), ['LOST_HISTORY', 'abandoned'])
  await stopExecution(world, replica)
})

test('a trade that is not ours is told; one from before our time is not', async () => {
  const world = createWorld()
  world.venue.placeByHand(byHand('early', { type: 'market', price: null }))
  await world.clock.advance(1_000)
  await approve(world, '1')
  const replica = startExecution(world, 'a')
  await world.clock.advance(2_000)
  assert.deepEqual(kindsIn(world), ['submitting', 'accepted', 'filled'])
  world.venue.placeByHand(byHand('late', { type: 'market', price: null }))
  await world.clock.advance(15_000)
  assert.deepEqual(
    told(world).map(({ code, subject }) => [code, subject]),
    [['UNEXPLAINED_FILL', '3']],
  )
  await stopExecution(world, replica)
})

test('a balance that the fills do not explain is told once', async () => {
  const world = createWorld()
  const replica = startExecution(world, 'a', { cash: money('10000') })
  await world.clock.advance(1_000)
  await approve(world, '1')
  await world.clock.advance(130_000)
  assert.deepEqual(told(world), [])
  world.venue.deposit(money('25'))
  await world.clock.advance(300_000)
  const [first, ...more] = told(world)
  assert(first?.code === 'BALANCE' && first.subject === 'USDT')
  assert.match(first.detail, /^25 more/)
  assert.deepEqual(more, [])
  await stopExecution(world, replica)
})

test('without an opening balance, balances are compared from the first time on', async () => {
  const world = createWorld()
  world.venue.deposit(money('777'))
  const replica = startExecution(world, 'a')
  await world.clock.advance(130_000)
  assert.deepEqual(told(world), [])
  world.venue.deposit(money('1'))
  await world.clock.advance(130_000)
  assert.equal(told(world).length, 1)
  await stopExecution(world, replica)
})

test('while the clock is off no new risk is sent; what reduces risk still is', async () => {
  const world = createWorld()
  let skewMs = 0
  world.faults.skewMs = () => skewMs
  const replica = startExecution(world, 'a')
  await world.clock.advance(1_000)
  await approve(world, '1')
  await world.clock.advance(1_000)
  skewMs = 400
  await world.clock.advance(31_000)
  await approve(world, '2')
  await approve(world, '3', { side: 'sell', reduceOnly: true, purpose: 'exit' })
  await world.clock.advance(1_000)
  skewMs = 0
  await world.clock.advance(31_000)
  await approve(world, '4')
  await world.clock.advance(1_000)
  assert.deepEqual(
    told(world).map(({ code }) => code),
    ['CLOCK', 'CLOCK_MENDED'],
  )
  assert.deepEqual(postsAt(world), { cdb1: 1, cdb3: 1, cdb4: 1 })
  await stopExecution(world, replica)
})

test('an order that ended in our books but rests at the venue is told and canceled there', async () => {
  const world = createWorld({ place: () => ({ isUnanswered: true, hiddenMs: 60_000 }) })
  const replica = startExecution(world, 'a')
  await world.clock.advance(1_000)
  await approve(world, '1', resting)
  await world.clock.advance(100_000)
  assert.deepEqual(kindsIn(world), ['submitting', 'unknown', 'UNKNOWN_ORDERS', 'notPlaced', 'EXTERNAL_ORDER'])
  assert.equal(world.venue.ledger().orders[0]?.state, 'canceled')
  await stopExecution(world, replica)
})

test('news of the account is followed at once, and trades are asked for without any', async () => {
  const world = createWorld()
  const replica = startExecution(world, 'a')
  await world.clock.advance(1_000)
  await approve(world, '1', resting)
  await world.clock.advance(1_000)
  world.market.price = price('48900')
  world.venue.onPrice()
  await world.clock.advance(500)
  assert.deepEqual(kindsIn(world), ['submitting', 'accepted', 'filled'])
  await stopExecution(world, replica)
})
