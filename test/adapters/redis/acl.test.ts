import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { aclFile, redisUsers } from '../../../src/adapters/redis/acl.ts'
import type { RedisUser } from '../../../src/adapters/redis/acl.ts'
import { loadRedisFunctions, PUBLISH_FUNCTION } from '../../../src/adapters/redis/market-function.ts'
import { createMarketPublisher } from '../../../src/adapters/redis/market-publisher.ts'
import { createMarketReader } from '../../../src/adapters/redis/market-reader.ts'
import { createRelay } from '../../../src/adapters/redis/relay.ts'
import { announceEntries, createRedisWire } from '../../../src/adapters/redis/wire.ts'
import { batchFrom } from '../../contracts/market-stream.ts'
import { growingLog, LONG_MS } from '../../contracts/wire.ts'
import { startRedis } from '../../servers/redis.ts'
import type { RedisServer } from '../../servers/redis.ts'
import { ACCOUNT, instrument, MARKET_KEY, WIRE_KEY, withOperator, withRedis } from './redis-client.ts'

const never = new AbortController().signal
const folder = mkdtempSync(join(tmpdir(), 'cdb-test-'))
const fileOf = (user: RedisUser): string => join(folder, user)
const passwordOf = (user: RedisUser): string => `canary-${user}`
const files: Readonly<Record<RedisUser, string>> = {
  ...{ ws: fileOf('ws'), signal: fileOf('signal'), risk: fileOf('risk') },
  ...{ execution: fileOf('execution'), 'db-writer': fileOf('db-writer'), migrate: fileOf('migrate') },
}
let server: RedisServer

before(async () => {
  for (const user of redisUsers) writeFileSync(fileOf(user), `${passwordOf(user)}\n`)
  const acl = `${aclFile(files)}user op on >op ~* &* +@all\n`
  // So that it is the right that is missing, and not the command.
  server = await startRedis({ acl, config: ['enable-debug-command yes'] })
  await withOperator(urlOf('op', 'op'), (client) => client.set('other', 'value'))
})
after(async () => {
  await server.remove()
  rmSync(folder, { recursive: true })
})

const urlOf = (user: string, password: string): string =>
  `redis://${user}:${password}@127.0.0.1:${server.port}`
const userUrl = (user: RedisUser): string => urlOf(user, passwordOf(user))

type Call = readonly [command: string, ...args: (string | number)[]]

/** What no service may do, whatever its keys. */
const forbidden: readonly Call[] = [
  ['FLUSHALL'],
  ['FLUSHDB'],
  ['CONFIG', 'GET', '*'],
  ['CONFIG', 'SET', 'maxmemory', '1'],
  ['DEBUG', 'SLEEP', '0'],
  ['KEYS', '*'],
  ['SCAN', '0'],
  ['EVAL', 'return 1', 0],
  ['SCRIPT', 'LOAD', 'return 1'],
  ['FUNCTION', 'FLUSH'],
  ['FUNCTION', 'DUMP'],
  ['ACL', 'LIST'],
  ['ACL', 'SETUSER', 'x'],
  ['MONITOR'],
  ['SHUTDOWN', 'NOSAVE'],
  ['CLIENT', 'LIST'],
  ['CLIENT', 'KILL', 'TYPE', 'normal'],
  ['REPLICAOF', 'NO', 'ONE'],
  ['SUBSCRIBE', 'x'],
  ['PUBLISH', 'x', 'y'],
  ['SWAPDB', 0, 1],
  ['SORT', 'other'],
  ['GET', 'other'],
  ['SET', 'other', 'x'],
  ['DEL', MARKET_KEY],
  ['RENAME', WIRE_KEY, 'other'],
  ['XREAD', 'STREAMS', 'other', '0'],
  ['XADD', 'other', '*', 'a', 'b'],
  ['XDEL', WIRE_KEY, '1-1'],
  ['XSETID', WIRE_KEY, '9-9'],
  ['XTRIM', MARKET_KEY, 'MAXLEN', 0],
  ['XGROUP', 'CREATE', WIRE_KEY, 'g', '0'],
  ['UNLINK', MARKET_KEY],
]

const readMarket: Call = ['XREAD', 'STREAMS', MARKET_KEY, '0']
const writeMarket: Call = ['XADD', MARKET_KEY, '*', 'a', 'b']
const readWire: Call = ['XREAD', 'STREAMS', WIRE_KEY, '0']
const writeWire: Call = ['XADD', WIRE_KEY, '*', 'a', 'b']
const publish: Call = ['FCALL', PUBLISH_FUNCTION, 1, MARKET_KEY, 1, 0, 1, 1, 9, 'b']
const trimWire: Call = ['XTRIM', WIRE_KEY, 'MINID', '1-1']
const dropWire: Call = ['UNLINK', WIRE_KEY]
const load: Call = ['FUNCTION', 'LOAD', 'REPLACE', '#!lua name=cdb']

/** What is beyond the rights of one user alone. */
const beyond: Readonly<Record<RedisUser, readonly Call[]>> = {
  ws: [readMarket, readWire, writeWire, trimWire, dropWire],
  signal: [writeMarket, publish, trimWire, dropWire, load],
  risk: [readMarket, writeMarket, publish, trimWire, dropWire, load],
  execution: [readMarket, writeMarket, publish, trimWire, dropWire, load],
  'db-writer': [writeMarket, publish, load],
  migrate: [readMarket, writeMarket, readWire, writeWire, publish, trimWire, dropWire],
}

for (const user of redisUsers) {
  test(`${user} is denied all that is not its business`, async () => {
    await withOperator(userUrl(user), async (client) => {
      for (const [command, ...args] of [...forbidden, ...beyond[user]]) {
        const said = await client.call(command, ...args).catch((error: unknown) => String(error))
        assert.match(String(said), /NOPERM/, [command, ...args].join(' '))
      }
    })
  })
}

test('every service does its work with its rights, and Redis has nothing to complain of', async () => {
  await withOperator(urlOf('op', 'op'), (client) => client.acl('LOG', 'RESET'))
  const { log, grow } = growingLog()
  await withRedis(userUrl('migrate'), loadRedisFunctions)
  await withOperator(urlOf('op', 'op'), (client) => client.function('FLUSH'))
  await withRedis(userUrl('ws'), async (redis) => {
    const publisher = createMarketPublisher(redis, instrument)
    await publisher.publish(batchFrom(0))
    assert.equal((await publisher.last())?.firstSeq, 0)
  })
  for (const user of ['signal', 'db-writer'] as const) {
    await withRedis(userUrl(user), async (redis) => {
      const reader = createMarketReader(redis, instrument)
      assert.equal((await reader.read(await reader.positionAt(0), 10, 1_000, never)).length, 1)
      assert.notEqual(await reader.end(), '0')
    })
  }
  for (const user of ['signal', 'risk', 'execution', 'db-writer'] as const) {
    await withRedis(userUrl(user), async (redis) => {
      const entries = await grow(1)
      await announceEntries(redis, WIRE_KEY, entries)
      await createRedisWire(redis, ACCOUNT).wait((entries[0]?.seq ?? 0) - 1, LONG_MS, never)
    })
  }
  await withRedis(userUrl('db-writer'), async (redis) => {
    await grow(2)
    assert.equal(await createRelay({ redis, log, account: ACCOUNT }).sweep(), 2)
    await redis.run((client) => client.xadd(WIRE_KEY, '999-1', 'seq', 'forged'))
    assert.equal(await createRelay({ redis, log, account: ACCOUNT }).sweep(), 6)
  })
  const complaints = await withOperator(urlOf('op', 'op'), (client) => client.acl('LOG'))
  assert.deepEqual(complaints, [])
})

test('the file of users holds no password, and needs one for each', () => {
  const text = aclFile(files)
  assert.doesNotMatch(text, /canary|>/)
  assert.deepEqual(
    [...text.matchAll(/^user (\S+) on #[0-9a-f]{64} /gm)].map(([, user]) => user),
    [...redisUsers],
  )
  assert.match(text, /^user default off /)
  const empty = join(folder, 'empty')
  writeFileSync(empty, '\n')
  for (const path of [empty, join(folder, 'missing')]) {
    assert.throws(() => aclFile({ ...files, risk: path }), { code: 'CDB_CONFIG_INVALID' })
  }
})
