import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { createRelay } from '../../../src/adapters/redis/relay.ts'
import { announceEntries } from '../../../src/adapters/redis/wire.ts'
import type { TradingLog } from '../../../src/engine/trading-log.ts'
import { growingLog } from '../../contracts/wire.ts'
import { startRedis } from '../../servers/redis.ts'
import type { RedisServer } from '../../servers/redis.ts'
import { ACCOUNT, WIRE_KEY, withOperator, withRedis } from './redis-client.ts'

let server: RedisServer

before(async () => {
  server = await startRedis()
})
after(() => server.remove())
beforeEach(() => withOperator(server.url, (client) => client.flushall()))

const onWire = async (): Promise<readonly number[]> =>
  (await withOperator(server.url, (client) => client.xrange(WIRE_KEY, '-', '+'))).map(([id]) =>
    Number(id.split('-')[0]),
  )

/** The log as it is, with every consumer at this place. */
const consumedTo = (log: TradingLog, seq: number): TradingLog => ({
  ...log,
  cursor: () => Promise.resolve(seq),
})

const sequence = (from: number, to: number): readonly number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index)

test('a sweep announces what the wire lacks, once', async () => {
  const { log, grow } = growingLog()
  await withRedis(server.url, async (redis) => {
    const relay = createRelay({ redis, log, account: ACCOUNT })
    assert.equal(await relay.sweep(), 0)
    await announceEntries(redis, WIRE_KEY, await grow(2))
    await grow(3)
    assert.equal(await relay.sweep(), 3)
    assert.equal(await relay.sweep(), 0)
    assert.deepEqual(await onWire(), sequence(1, 5))
  })
})

test('after FLUSHALL the wire is filled again from where consumers are, and two sweeps do no harm', async () => {
  const { log, grow } = growingLog()
  await grow(1_500)
  await withRedis(server.url, async (redis) => {
    const options = { redis, log: consumedTo(log, 200), account: ACCOUNT }
    await createRelay(options).sweep()
    await withOperator(server.url, (client) => client.flushall())
    await Promise.all([createRelay(options).sweep(), createRelay(options).sweep()])
    assert.deepEqual(await onWire(), sequence(201, 1_500))
  })
})

test('after a long log is lost only its newest entries are announced', async () => {
  const { log, grow } = growingLog()
  await grow(10_500)
  await withRedis(server.url, async (redis) => {
    assert.equal(await createRelay({ redis, log, account: ACCOUNT }).sweep(), 10_000)
    const kept = await onWire()
    assert.deepEqual([kept[0], kept.at(-1)], [501, 10_500])
  })
})

test('nothing is taken off that a consumer has not behind it', async () => {
  const { log, grow } = growingLog()
  await grow(2_000)
  await withRedis(server.url, async (redis) => {
    await createRelay({ redis, log, account: ACCOUNT }).sweep()
    assert.equal((await onWire()).length, 2_000)
    await createRelay({ redis, log: consumedTo(log, 1_500), account: ACCOUNT }).sweep()
    const kept = await onWire()
    assert.deepEqual(kept.slice(-501), sequence(1_500, 2_000))
    assert(kept.length < 700, `${kept.length} kept`)
  })
})

test('a wire that all have behind them stays known, though it is empty', async () => {
  const { log, grow } = growingLog()
  const entries = await grow(3)
  await withRedis(server.url, async (redis) => {
    await announceEntries(redis, WIRE_KEY, entries)
    await redis.run((client) => client.xtrim(WIRE_KEY, 'MAXLEN', 0))
    assert.equal(await createRelay({ redis, log, account: ACCOUNT }).sweep(), 0)
  })
})

test('a forged entry beyond the log costs the wire, which is written anew', async () => {
  const { log, grow } = growingLog()
  await grow(3)
  await withRedis(server.url, async (redis) => {
    await redis.run((client) => client.xadd(WIRE_KEY, '18446744073709551615-1', 'seq', 'forged'))
    assert.equal(await createRelay({ redis, log, account: ACCOUNT }).sweep(), 3)
    assert.deepEqual(await onWire(), [1, 2, 3])
    await announceEntries(redis, WIRE_KEY, await grow(1))
    assert.deepEqual(await onWire(), [1, 2, 3, 4])
  })
})

test('a sweep says when Redis is full or away', async () => {
  const { log, grow } = growingLog()
  await grow(3)
  await withRedis(server.url, async (redis) => {
    const relay = createRelay({ redis, log, account: ACCOUNT })
    await withOperator(server.url, async (client) => {
      await client.config('SET', 'maxmemory', '1mb')
      await assert.rejects(relay.sweep(), { code: 'CDB_REDIS_FULL' })
      await client.config('SET', 'maxmemory', '0')
    })
    assert.equal(await relay.sweep(), 3)
    await server.kill()
    await assert.rejects(relay.sweep(), { code: 'CDB_REDIS_UNREACHABLE' })
    await server.start()
  })
})
