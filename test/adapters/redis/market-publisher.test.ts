import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { connectRedis } from '../../../src/adapters/redis/connection.ts'
import { createMarketPublisher } from '../../../src/adapters/redis/market-publisher.ts'
import { createMarketReader } from '../../../src/adapters/redis/market-reader.ts'
import { batchFrom, testMarketStream } from '../../contracts/market-stream.ts'
import { startRedis } from '../../servers/redis.ts'
import type { RedisServer } from '../../servers/redis.ts'
import { eventually, instrument, MARKET_KEY, settingsOf, withOperator, withRedis } from './redis-client.ts'

let server: RedisServer

before(async () => {
  server = await startRedis()
})
after(() => server.remove())

const flush = (): Promise<string> => withOperator(server.url, (client) => client.flushall())

testMarketStream('Redis', async () => {
  await flush()
  const [redis, redis2] = await Promise.all([1, 2].map(() => connectRedis(settingsOf(server.url))))
  assert(redis !== undefined && redis2 !== undefined)
  return {
    publisher: createMarketPublisher(redis, instrument),
    publisher2: createMarketPublisher(redis2, instrument),
    reader: createMarketReader(redis2, instrument),
    end: async () => {
      await Promise.all([redis.close(), redis2.close()])
    },
  }
})

test('batches given at once arrive in the order given', async () => {
  await flush()
  await withRedis(server.url, async (redis) => {
    const publisher = createMarketPublisher(redis, instrument)
    const starts = Array.from({ length: 50 }, (_, index) => index * 3)
    await Promise.all(starts.map((firstSeq) => publisher.publish(batchFrom(firstSeq))))
    const reader = createMarketReader(redis, instrument)
    const read = await reader.read('0', 100, 1_000, new AbortController().signal)
    assert.deepEqual(
      read.map(({ firstSeq }) => firstSeq),
      starts,
    )
  })
})

test('the stream keeps about as many batches as it is told', async () => {
  await flush()
  await withRedis(server.url, async (redis) => {
    const publisher = createMarketPublisher(redis, instrument, { batchesMax: 200 })
    const batches = Array.from({ length: 1_000 }, (_, index) => batchFrom(index * 3))
    await Promise.all(batches.map((batch) => publisher.publish(batch)))
    const kept = await redis.run((client) => client.xlen(MARKET_KEY))
    assert(kept >= 200 && kept < 400, `${kept} kept`)
  })
})

test('the newest batch is found behind entries that others have spoiled', async () => {
  await flush()
  await withRedis(server.url, async (redis) => {
    const publisher = createMarketPublisher(redis, instrument)
    await publisher.publish(batchFrom(0))
    await redis.run(async (client) => {
      for (let turn = 0; turn < 3; turn++) await client.xadd(MARKET_KEY, '*', 'hello', 'world')
    })
    assert.equal((await publisher.last())?.firstSeq, 0)
    await publisher.publish(batchFrom(3))
    assert.equal((await publisher.last())?.firstSeq, 3)
  })
})

test('publishing goes on by itself after the functions were flushed and Redis was replaced', async () => {
  await flush()
  await withRedis(server.url, async (redis) => {
    const publisher = createMarketPublisher(redis, instrument)
    await publisher.publish(batchFrom(0))
    await withOperator(server.url, async (client) => {
      await client.function('FLUSH')
      await client.flushall()
    })
    await publisher.publish(batchFrom(3))
    assert.equal((await publisher.last())?.firstSeq, 3)
  })
})

test('a full Redis says so, and publishing goes on once there is room', async () => {
  await flush()
  await withRedis(server.url, async (redis) => {
    const publisher = createMarketPublisher(redis, instrument)
    await publisher.publish(batchFrom(0))
    await withOperator(server.url, async (client) => {
      await client.config('SET', 'maxmemory', '1mb')
      await assert.rejects(publisher.publish(batchFrom(3)), { code: 'CDB_REDIS_FULL' })
      await client.config('SET', 'maxmemory', '0')
    })
    await publisher.publish(batchFrom(3))
    assert.equal((await publisher.last())?.firstSeq, 3)
  })
})

test('a key that another program uses is refused', async () => {
  await flush()
  await withRedis(server.url, async (redis) => {
    await redis.run((client) => client.set(MARKET_KEY, 'mine'))
    const publisher = createMarketPublisher(redis, instrument)
    await assert.rejects(publisher.publish(batchFrom(0)), { code: 'CDB_REDIS_REFUSED' })
    await assert.rejects(publisher.last(), { code: 'CDB_REDIS_REFUSED' })
  })
})

test('what Redis has taken outlives kill -9, and publishing goes on', async () => {
  await flush()
  await withRedis(server.url, async (redis) => {
    const publisher = createMarketPublisher(redis, instrument)
    await publisher.publish(batchFrom(0))
    await server.kill()
    await assert.rejects(publisher.publish(batchFrom(3)), { code: 'CDB_REDIS_UNREACHABLE' })
    await server.start()
    await eventually(() => publisher.publish(batchFrom(3)))
    const reader = createMarketReader(redis, instrument)
    const read = await reader.read('0', 10, 1_000, new AbortController().signal)
    assert.deepEqual(
      read.map(({ firstSeq }) => firstSeq),
      [0, 3],
    )
  })
})
