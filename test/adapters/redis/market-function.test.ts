import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  isFunctionMissing,
  loadRedisFunctions,
  PUBLISH_FUNCTION,
} from '../../../src/adapters/redis/market-function.ts'
import { startRedis } from '../../servers/redis.ts'
import type { RedisServer } from '../../servers/redis.ts'
import { withOperator, withRedis } from './redis-client.ts'

let server: RedisServer

before(async () => {
  server = await startRedis()
})
after(() => server.remove())

const publish = (...args: readonly (string | number)[]): Promise<unknown> =>
  withOperator(server.url, (client) =>
    client.fcall(PUBLISH_FUNCTION, 1, 'md:X', ...args, 100, 'events').catch((error: unknown) => error),
  )

test('a Redis without the functions is known, and loading them twice is harmless', async () => {
  assert.equal(isFunctionMissing(await publish(1, 0, 3, 1_000)), true)
  assert.equal(isFunctionMissing(new Error('ERR Function not found')), false)
  await withRedis(server.url, async (redis) => {
    await Promise.all([loadRedisFunctions(redis), loadRedisFunctions(redis)])
    await loadRedisFunctions(redis)
  })
  assert.equal(await publish(1, 0, 3, 1_000), 1)
})

test('an entry is refused to an older epoch, and written once', async () => {
  await withRedis(server.url, loadRedisFunctions)
  await withOperator(server.url, (client) => client.flushall())
  assert.equal(await publish(2, 0, 3, 1_000), 1)
  assert.match(String(await publish(1, 3, 3, 1_001)), /FENCED epoch 2/)
  assert.equal(await publish(2, 0, 3, 1_000), 0)
  assert.equal(await publish(2, 3, 3, 900), 1)
  const entries = await withOperator(server.url, (client) => client.xrange('md:X', '-', '+'))
  assert.deepEqual(entries, [
    ['1000-0', ['e', '2', 's', '0', 'n', '3', 't', '1000', 'b', 'events']],
    ['1000-1', ['e', '2', 's', '3', 'n', '3', 't', '900', 'b', 'events']],
  ])
})
