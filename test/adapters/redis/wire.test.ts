import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { connectRedis } from '../../../src/adapters/redis/connection.ts'
import { announceEntries, createRedisWire, wireId, wireKey } from '../../../src/adapters/redis/wire.ts'
import { growingLog, LONG_MS, testWire } from '../../contracts/wire.ts'
import { startRedis } from '../../servers/redis.ts'
import type { RedisServer } from '../../servers/redis.ts'
import { ACCOUNT, eventually, settingsOf, WIRE_KEY, withOperator, withRedis } from './redis-client.ts'

const never = new AbortController().signal
let server: RedisServer

before(async () => {
  server = await startRedis()
})
after(() => server.remove())

testWire('Redis', async () => {
  await withOperator(server.url, (client) => client.flushall())
  const [redis, redis2] = await Promise.all([1, 2].map(() => connectRedis(settingsOf(server.url))))
  assert(redis !== undefined && redis2 !== undefined)
  return {
    wire: createRedisWire(redis, ACCOUNT),
    wire2: createRedisWire(redis2, ACCOUNT),
    end: async () => {
      await Promise.all([redis.close(), redis2.close()])
    },
  }
})

test('an entry on the wire is its number and hash, under an id that Redis holds once', async () => {
  await withOperator(server.url, (client) => client.flushall())
  const entries = await growingLog().grow(3)
  assert.equal(wireKey(ACCOUNT), WIRE_KEY)
  await withRedis(server.url, async (redis) => {
    await announceEntries(redis, WIRE_KEY, entries.slice(1))
    await announceEntries(redis, WIRE_KEY, entries)
  })
  const onWire = await withOperator(server.url, (client) => client.xrange(WIRE_KEY, '-', '+'))
  assert.deepEqual(
    onWire,
    entries.slice(1).map(({ seq, hash }) => [wireId(seq), ['seq', String(seq), 'hash', hash]]),
  )
})

test('a forged entry beyond the log wakes, but does not spin', { timeout: 30_000 }, async () => {
  await withOperator(server.url, async (client) => {
    await client.flushall()
    await client.xadd(WIRE_KEY, '18446744073709551615-1', 'seq', 'forged')
  })
  await withRedis(server.url, async (redis) => {
    const wire = createRedisWire(redis, ACCOUNT)
    await wire.wait(7, LONG_MS, never)
    const untilMs = Date.now() + 1_000
    let turns = 0
    for (; Date.now() < untilMs; turns++) await wire.wait(7, LONG_MS, never)
    // It polls: neither without an end, nor never again.
    assert(turns > 1 && turns < 20, `${turns} turns`)
  })
})

test('without Redis announcing says nothing, waiting ends soon, and both go on with Redis', async () => {
  await withOperator(server.url, (client) => client.flushall())
  const { grow } = growingLog()
  await withRedis(server.url, async (redis) => {
    const wire = createRedisWire(redis, ACCOUNT)
    await server.kill()
    wire.announce(await grow(1))
    for (let turn = 0; turn < 4; turn++) await wire.wait(0, LONG_MS, never)
    await server.start()
    await eventually(() => {
      assert.equal(redis.problem(), '')
      return redis.run((client) => client.ping())
    })
    const entries = await grow(1)
    await eventually(async () => {
      wire.announce(entries)
      await wire.wait(1, 500, never)
      assert.equal(await redis.run((client) => client.exists(WIRE_KEY)), 1)
    })
    await wire.wait(1, LONG_MS, never)
  })
})

test('a frozen Redis is taken as away: waiting ends, and goes on when it thaws', async () => {
  await withOperator(server.url, (client) => client.flushall())
  const { grow } = growingLog()
  await withRedis(server.url, async (redis) => {
    const wire = createRedisWire(redis, ACCOUNT)
    await wire.wait(0, 10, never)
    process.kill(server.pid, 'SIGSTOP')
    try {
      for (let turn = 0; turn < 3; turn++) await wire.wait(0, LONG_MS, never)
    } finally {
      process.kill(server.pid, 'SIGCONT')
    }
    const entries = await grow(1)
    await eventually(async () => {
      await announceEntries(redis, WIRE_KEY, entries)
    })
    await wire.wait(0, LONG_MS, never)
  })
})

test('FLUSHALL under a reader that waits loses only what was on the wire', async () => {
  const { grow } = growingLog()
  await withRedis(server.url, async (redis) => {
    const wire = createRedisWire(redis, ACCOUNT)
    wire.announce(await grow(5))
    await wire.wait(4, LONG_MS, never)
    const waiting = wire.wait(5, LONG_MS, never)
    await withOperator(server.url, (client) => client.flushall())
    wire.announce(await grow(1))
    await waiting
  })
})
