import assert from 'node:assert/strict'
import { test } from 'node:test'
import { approve, createWorld, kindsIn, postsAt, resting, startExecution, stopExecution } from './world.ts'

test('answers are waited for together, and at most 32 orders are on the way at once', async () => {
  const world = createWorld()
  const gateway = world.venue.connect()
  let onTheWay = 0
  let most = 0
  const replica = startExecution(world, 'a', {
    gateway: {
      ...gateway,
      async place(order, submitMs) {
        onTheWay += 1
        most = Math.max(most, onTheWay)
        await world.clock.sleep(200)
        const placement = await gateway.place(order, submitMs)
        onTheWay -= 1
        return placement
      },
    },
  })
  await world.clock.advance(1_000)
  for (let id = 0; id < 80; id++)
    await approve(world, `${id}`, { ...resting, quantity: resting.quantity ?? (0n as never) })
  await world.clock.advance(3_000)
  assert.equal(most, 32)
  assert.equal(Object.keys(postsAt(world)).length, 80)
  assert(Object.values(postsAt(world)).every((posts) => posts === 1))
  await stopExecution(world, replica)
})

test('an order that waited for half its window behind others is not sent', async () => {
  const world = createWorld()
  const gateway = world.venue.connect()
  const replica = startExecution(world, 'a', {
    gateway: {
      ...gateway,
      async place(order, submitMs) {
        await world.clock.sleep(1_600)
        return gateway.place(order, submitMs)
      },
    },
  })
  await world.clock.advance(1_000)
  for (let id = 0; id < 33; id++) await approve(world, `${id}`, resting)
  await world.clock.advance(60_000)
  assert.equal(Object.keys(postsAt(world)).length, 32)
  const kinds = kindsIn(world)
  assert.equal(kinds.filter((kind) => kind === 'notPlaced').length, 1)
  await stopExecution(world, replica)
})

test('a clock that is set while the order is committed stops it from being sent', async () => {
  const world = createWorld()
  const { log } = world
  const replica = startExecution(world, 'a', {
    log: {
      headSeq: () => log.headSeq(),
      cursor: (consumer) => log.cursor(consumer),
      read: (afterSeq, countMax) => log.read(afterSeq, countMax),
      async commit(step) {
        const entries = await log.commit(step)
        if (entries.some(({ event }) => event.kind === 'submitting')) world.clock.jump(30_000)
        return entries
      },
    },
  })
  await world.clock.advance(1_000)
  await approve(world, '1')
  await world.clock.advance(2_000)
  assert.deepEqual(kindsIn(world), ['submitting', 'unknown'])
  assert.deepEqual(postsAt(world), {})
  await stopExecution(world, replica)
})
