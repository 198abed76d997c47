import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { connectRedis } from '../../../src/adapters/redis/connection.ts'
import type { RedisConnection } from '../../../src/adapters/redis/connection.ts'
import { startRedis } from '../../servers/redis.ts'
import type { RedisServer, RedisServerOptions } from '../../servers/redis.ts'
import { inFolder } from '../recording/scratch.ts'
import { eventually, settingsOf, withOperator, withRedis } from './redis-client.ts'

async function withServer<T>(
  options: RedisServerOptions,
  work: (server: RedisServer) => Promise<T>,
): Promise<T> {
  const server = await startRedis(options)
  try {
    return await work(server)
  } finally {
    await server.remove()
  }
}

const ping = (redis: RedisConnection): Promise<string> => redis.run((client) => client.ping())
const refused = { code: 'CDB_REDIS_REFUSED' }
const unreachable = { code: 'CDB_REDIS_UNREACHABLE' }

test('a connection names itself, answers, and is gone when closed', async () => {
  await withServer({}, async (server) => {
    const redis = await connectRedis(settingsOf(server.url))
    const line = redis.line()
    assert.equal(await ping(redis), 'PONG')
    assert.equal(await line.run((client) => client.ping()), 'PONG')
    const clients = (): Promise<unknown> => withOperator(server.url, (client) => client.client('LIST'))
    assert.equal(String(await clients()).match(/name=cdb-test/g)?.length, 2)
    await redis.close()
    await redis.close()
    await eventually(async () => {
      assert.doesNotMatch(String(await clients()), /name=cdb-test/)
    })
    await assert.rejects(ping(redis), unreachable)
    await assert.rejects(
      line.run((client) => client.ping()),
      unreachable,
    )
  })
})

test('a Redis that evicts is refused at the start', async () => {
  await withServer({ config: ['maxmemory-policy allkeys-lru'] }, async ({ url }) => {
    await assert.rejects(connectRedis(settingsOf(url)), (error) => {
      assert(error instanceof Error && 'mend' in error && 'code' in error)
      assert.deepEqual([error.code, /allkeys-lru/.test(error.message)], ['CDB_REDIS_REFUSED', true])
      assert.match(String(error.mend), /noeviction/)
      return true
    })
    await assert.rejects(connectRedis(settingsOf(url), { mustAnswer: false }), refused)
  })
})

test('a Redis that evicts after a restart is refused from then on', async () => {
  await withServer({}, async (server) => {
    await withRedis(server.url, async (redis) => {
      await server.stop()
      writeFileSync(join(server.folder, 'redis.conf'), 'maxmemory-policy allkeys-lru\n', { flag: 'a' })
      await server.start()
      await eventually(() => assert.rejects(ping(redis), refused))
      assert.match(redis.problem(), /allkeys-lru/)
    })
  })
})

test('a wrong password and an unknown user are refused, also where Redis need not answer', async () => {
  const acl = 'user default off\nuser ws on >right ~* +@all\n'
  await withServer({ acl }, async ({ port }) => {
    for (const user of ['ws:wrong@', 'nobody:right@', '']) {
      const settings = settingsOf(`redis://${user}127.0.0.1:${port}`)
      await assert.rejects(connectRedis(settings), refused)
      await assert.rejects(connectRedis(settings, { mustAnswer: false }), refused)
    }
    await withRedis(`redis://ws:right@127.0.0.1:${port}`, ping)
  })
})

test('the password file is read again at the next connection', async () => {
  const acl = 'user default off\nuser ws on >first ~* +@all\nuser op on >op ~* +@all\n'
  await withServer({ acl }, async ({ port }) => {
    await inFolder(async (folder) => {
      const passwordFile = join(folder, 'password')
      writeFileSync(passwordFile, 'first\n')
      const redis = await connectRedis(settingsOf(`redis://ws@127.0.0.1:${port}`, { passwordFile }))
      try {
        writeFileSync(passwordFile, 'second\n')
        await withOperator(`redis://op:op@127.0.0.1:${port}`, async (client) => {
          await client.acl('SETUSER', 'ws', 'resetpass', '>second')
          await client.client('KILL', 'USER', 'ws')
        })
        assert.equal(await eventually(() => ping(redis)), 'PONG')
      } finally {
        await redis.close()
      }
    })
  })
})

test('TLS is kept to: own authority yes, no authority and plain text no', async () => {
  await withServer({ tls: true }, async ({ url, caFile, port }) => {
    const redis = await connectRedis(settingsOf(url, { caFile }))
    assert.equal(await ping(redis), 'PONG')
    await redis.close()
    await assert.rejects(connectRedis(settingsOf(url)), refused)
    await assert.rejects(connectRedis(settingsOf(`redis://127.0.0.1:${port}`)), unreachable)
    await assert.rejects(connectRedis(settingsOf(url.replace('127.0.0.1', 'localhost'), { caFile })), refused)
  })
})

test('no server is unreachable; where it need not answer it is used once it is there', async () => {
  await withServer({}, async (server) => {
    await server.stop()
    await assert.rejects(connectRedis(settingsOf(server.url)), unreachable)
    const problems: string[] = []
    const redis = await connectRedis(settingsOf(server.url), {
      mustAnswer: false,
      onProblem: (problem) => problems.push(problem),
    })
    try {
      assert.match(redis.problem(), /ECONNREFUSED/)
      await assert.rejects(ping(redis), unreachable)
      await server.start()
      assert.equal(await eventually(() => ping(redis)), 'PONG')
      await eventually(() => {
        assert.equal(redis.problem(), '')
        return Promise.resolve()
      })
      assert.equal(problems.at(-1), '')
      await server.kill()
      await eventually(() => assert.rejects(ping(redis), unreachable))
      await eventually(() => {
        assert.notEqual(redis.problem(), '')
        return Promise.resolve()
      })
      await server.start()
      assert.equal(await eventually(() => ping(redis)), 'PONG')
    } finally {
      await redis.close()
    }
  })
})

test('a server that takes connections and never answers is unreachable', { timeout: 30_000 }, async () => {
  const silent = createServer()
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  try {
    const address = silent.address()
    assert(typeof address === 'object' && address !== null)
    await assert.rejects(connectRedis(settingsOf(`redis://127.0.0.1:${address.port}`)), unreachable)
  } finally {
    silent.close()
  }
})

test('no command is sent again when the connection breaks', async () => {
  await withServer({}, async (server) => {
    await withRedis(server.url, async (redis) => {
      process.kill(server.pid, 'SIGSTOP')
      const counting = assert.rejects(
        redis.run((client) => client.incr('count')),
        unreachable,
      )
      await server.kill()
      await counting
      await server.start()
      assert.equal(await eventually(() => ping(redis)), 'PONG')
      assert.equal(await redis.run((client) => client.exists('count')), 0)
    })
  })
})
