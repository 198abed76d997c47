import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { exitCodes } from '../../src/cli/command.ts'
import { startRedis } from '../servers/redis.ts'
import type { RedisServer } from '../servers/redis.ts'
import { startAccountDatabase } from './account-database.ts'
import type { AccountDatabase } from './account-database.ts'
import { runCaptured } from './run-cli.ts'
import type { CliRun } from './run-cli.ts'
import { inTemporaryFolder } from './temporary-folder.ts'

/* What is wrong when a service starts ends it with one clear line; nothing is written. */

let account: AccountDatabase
let redis: RedisServer
let evicting: RedisServer
let locked: RedisServer

before(async () => {
  account = await startAccountDatabase()
  redis = await startRedis()
  evicting = await startRedis({ config: ['maxmemory 10mb', 'maxmemory-policy allkeys-lru'] })
  locked = await startRedis({ config: ['requirepass canary'] })
})
after(async () => {
  for (const server of [redis, evicting, locked]) await server.remove()
  await account.remove()
})

/** Runs a command in an environment of its own. */
async function inEnvironment(changes: Readonly<Record<string, string>>, ...argv: string[]): Promise<CliRun> {
  const kept = { ...process.env }
  Object.assign(process.env, { REDIS_URL: redis.url, ...changes })
  try {
    return await runCaptured(argv)
  } finally {
    for (const name of Object.keys(changes)) Reflect.deleteProperty(process.env, name)
    Object.assign(process.env, kept)
  }
}

async function refusesToStart(
  code: string,
  changes: Readonly<Record<string, string>>,
  service = 'signal',
): Promise<void> {
  const { code: exit, stderr } = await inEnvironment(changes, service)
  assert.equal(exit, exitCodes.failed, stderr)
  assert.match(stderr, new RegExp(`^cdb: ${code}: [^\\n]+\\n(?:  mend: [^\\n]+\\n)?$`))
  assert(!stderr.includes('canary'), stderr)
}

const databaseUrl = (from: string, to: string): string => account.server.url.replace(from, to)

test('a wrong password of the database', () =>
  refusesToStart('CDB_DATABASE_REFUSED', { DATABASE_URL: databaseUrl(':cdb-test@', ':canary@') }))

test('a database that is not there', () =>
  refusesToStart('CDB_DATABASE_REFUSED', { DATABASE_URL: databaseUrl('/cdb', '/nowhere') }))

test('a database without the schema', async () => {
  await account.db.query('create database bare')
  await refusesToStart('CDB_SCHEMA_OLD', { DATABASE_URL: databaseUrl('/cdb', '/bare') })
})

test('a database of another account, or of other limits', async () => {
  await refusesToStart('CDB_DATA_FOREIGN', { CDB_ACCOUNT: 'other' })
  await refusesToStart('CDB_DATA_FOREIGN', { CDB_LIMITS: 'C05.share=0.02' }, 'risk')
})

test('a Redis that evicts, for every service', async () => {
  for (const service of ['ws', 'signal', 'risk', 'execution', 'db-writer']) {
    await refusesToStart('CDB_REDIS_REFUSED', { REDIS_URL: evicting.url }, service)
  }
})

test('a wrong password of Redis', () =>
  refusesToStart('CDB_REDIS_REFUSED', { REDIS_URL: locked.url.replace('//', '//:wrong-canary@') }))

test('a password file that is not there', () =>
  refusesToStart('CDB_FILE_UNREADABLE', { DATABASE_PASSWORD_FILE: '/nowhere' }))

test('a parameter that the strategy does not have', () =>
  refusesToStart('CDB_PARAM_UNKNOWN', { CDB_PARAMS: 'speed=1' }))

test('a key file without a key', () =>
  inTemporaryFolder(async (folder) => {
    const path = join(folder, 'key.json')
    await writeFile(path, '{"apiKey":"canary"}')
    const { code, stderr } = await inEnvironment({ CDB_VENUE_KEY_FILE: path }, 'execution')
    assert.equal(code, exitCodes.usage)
    assert.match(stderr, /^cdb: CDB_CONFIG_INVALID: CDB_VENUE_KEY_FILE: /)
    assert(!stderr.includes('canary'))
  }))

test('nothing of all that has written to the log or taken a lease', async () => {
  assert.equal(await account.log.headSeq(), 0)
  const leases = await account.db.query(`select role from partition where role <> 'trading'`)
  assert.deepEqual(leases, [])
})
