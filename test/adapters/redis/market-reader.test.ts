import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createMarketPublisher } from '../../../src/adapters/redis/market-publisher.ts'
import { createMarketReader } from '../../../src/adapters/redis/market-reader.ts'
import { batchFrom, START_MS } from '../../contracts/market-stream.ts'
import { startRedis } from '../../servers/redis.ts'
import type { RedisServer } from '../../servers/redis.ts'
import { eventually, instrument, MARKET_KEY, withOperator, withRedis } from './redis-client.ts'

const never = new AbortController().signal
const LONG_MS = 600_000
let server: RedisServer

before(async () => {
  server = await startRedis()
})
after(() => server.remove())

const flush = (): Promise<string> => withOperator(server.url, (client) => client.flushall())

test('an entry that cannot be read is a gap, and what follows is read', async () => {
  await flush()
  await withRedis(server.url, async (redis) => {
    await createMarketPublisher(redis, instrument).publish(batchFrom(0))
    await withOperator(server.url, async (client) => {
      await client.xadd(MARKET_KEY, `${START_MS}-7`, 'hello', 'world')
    })
    await createMarketPublisher(redis, instrument).publish(batchFrom(3))
    const read = await createMarketReader(redis, instrument).read('0', 10, LONG_MS, never)
    assert.deepEqual(
      read.map(({ firstSeq, events }) => [firstSeq, events[0]?.kind]),
      [
        [0, 'trade'],
        [0, 'gap'],
        [3, 'trade'],
      ],
    )
  })
})

test('a reader that waits goes on after FLUSHALL', { timeout: 30_000 }, async () => {
  await flush()
  await withRedis(server.url, async (redis) => {
    const publisher = createMarketPublisher(redis, instrument)
    await publisher.publish(batchFrom(0))
    const reader = createMarketReader(redis, instrument)
    const waiting = reader.read(await reader.end(), 10, LONG_MS, never)
    await flush()
    await publisher.publish(batchFrom(3))
    assert.equal((await waiting)[0]?.firstSeq, 3)
  })
})

test(
  'a stream begun anew by a clock that is behind is read from its start',
  { timeout: 30_000 },
  async () => {
    await flush()
    await withRedis(server.url, async (redis) => {
      const publisher = createMarketPublisher(redis, instrument)
      await publisher.publish(batchFrom(0))
      const reader = createMarketReader(redis, instrument)
      const place = await reader.end()
      await flush()
      await publisher.publish(batchFrom(3, { sentMs: START_MS - 60_000 }))
      assert.equal((await reader.read(place, 10, LONG_MS, never))[0]?.firstSeq, 3)
    })
  },
)

test('reading fails while Redis is away and goes on where it was', { timeout: 60_000 }, async () => {
  await flush()
  await withRedis(server.url, async (redis) => {
    const publisher = createMarketPublisher(redis, instrument)
    await publisher.publish(batchFrom(0))
    const reader = createMarketReader(redis, instrument)
    const place = await reader.end()
    const waiting = assert.rejects(reader.read(place, 10, LONG_MS, never), { code: 'CDB_REDIS_UNREACHABLE' })
    await server.kill()
    await waiting
    await server.start()
    await eventually(() => publisher.publish(batchFrom(3)))
    const read = await eventually(() => reader.read(place, 10, LONG_MS, never))
    assert.equal(read[0]?.firstSeq, 3)
  })
})

test(
  'a frozen Redis ends reading and publishing, which go on when it thaws',
  { timeout: 60_000 },
  async () => {
    await flush()
    await withRedis(server.url, async (redis) => {
      const publisher = createMarketPublisher(redis, instrument)
      const reader = createMarketReader(redis, instrument)
      await publisher.publish(batchFrom(0))
      const place = await reader.end()
      process.kill(server.pid, 'SIGSTOP')
      try {
        await Promise.all([
          assert.rejects(reader.read(place, 10, LONG_MS, never), { code: 'CDB_REDIS_UNREACHABLE' }),
          assert.rejects(publisher.publish(batchFrom(3)), { code: 'CDB_REDIS_UNREACHABLE' }),
        ])
      } finally {
        process.kill(server.pid, 'SIGCONT')
      }
      // Whether the first attempt was carried out after the thaw is not known; it is there once.
      await eventually(() => publisher.publish(batchFrom(3)))
      await eventually(() => publisher.publish(batchFrom(6)))
      const read = await eventually(() => reader.read(place, 10, LONG_MS, never))
      assert.deepEqual(
        read.map(({ firstSeq }) => firstSeq),
        [3, 6],
      )
    })
  },
)
