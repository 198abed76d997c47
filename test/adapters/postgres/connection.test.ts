import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { openPostgres } from '../../../src/adapters/postgres/connection.ts'
import type { PostgresSettings } from '../../../src/adapters/postgres/connection.ts'
import type { SqlDatabase } from '../../../src/adapters/postgres/sql.ts'
import { startPostgres } from '../../servers/postgres.ts'
import type { PostgresServer } from '../../servers/postgres.ts'

let server: PostgresServer
let db: SqlDatabase
let folder: string
before(async () => {
  server = await startPostgres()
  db = await openPostgres(settingsOf())
  folder = mkdtempSync(join(tmpdir(), 'cdb-connection-'))
})
after(async () => {
  await db.close()
  await server.remove()
  rmSync(folder, { recursive: true })
})

const settingsOf = (changes: Partial<PostgresSettings> = {}): PostgresSettings => ({
  ...{ url: server.url, passwordFile: null, applicationName: 'connection test', poolMax: 2, ...changes },
})

const urlWith = (change: (url: URL) => void): string => {
  const url = new URL(server.url)
  change(url)
  return url.href
}

test('each session is durable, waits for nothing long and notices a dead peer', async () => {
  const rows = await db.query(
    `select name, setting from pg_settings where name in ('synchronous_commit', 'lock_timeout',
       'statement_timeout', 'idle_in_transaction_session_timeout', 'client_connection_check_interval',
       'application_name') order by name`,
  )
  assert.deepEqual(Object.fromEntries(rows.map(({ name, setting }) => [name, setting])), {
    application_name: 'connection test',
    client_connection_check_interval: '1000',
    idle_in_transaction_session_timeout: '5000',
    lock_timeout: '2000',
    statement_timeout: '5000',
    synchronous_commit: 'on',
  })
})

test('a server that would lose commits is told to keep them; a stricter one is left alone', async () => {
  for (const [given, kept] of [
    ['off', 'on'],
    ['remote_apply', 'remote_apply'],
  ] as const) {
    await db.script(`alter role postgres set synchronous_commit = '${given}'`)
    const other = await openPostgres(settingsOf())
    assert.deepEqual(await other.query('show synchronous_commit'), [{ synchronous_commit: kept }])
    await other.close()
  }
  await db.script('alter role postgres reset synchronous_commit')
})

test('amounts and big integers come as text, never through a double', async () => {
  const [row] = await db.query(
    'select 9007199254740993::bigint as big, 0.000000000001::numeric(38,12) as small',
  )
  assert.deepEqual(row, { big: '9007199254740993', small: '0.000000000001' })
})

test('a transaction commits what its body did, and nothing when the body throws', async () => {
  await db.script('create table kept (n integer)')
  assert.equal(
    await db.transaction(async (tx) => (await tx.query('insert into kept values (1) returning n')).length),
    1,
  )
  const stopped = new Error('stopped')
  const failing = db.transaction(async (tx) => {
    await tx.query('insert into kept values (2)')
    throw stopped
  })
  await assert.rejects(failing, stopped)
  await assert.rejects(
    db.transaction((tx) => tx.query('insert into kept values (1 / 0)')),
    /division by zero/,
  )
  assert.deepEqual(await db.query('select n from kept'), [{ n: 1 }])
})

test('wrong settings are refused with what mends them', async () => {
  const cases = [
    [urlWith((url) => (url.password = 'wrong')), 'CDB_DATABASE_REFUSED', /password/],
    [urlWith((url) => (url.pathname = '/nowhere')), 'CDB_DATABASE_REFUSED', /database of DATABASE_URL/],
    [urlWith((url) => (url.port = '1')), 'CDB_DATABASE_UNREACHABLE', /host and port/],
    ['http://127.0.0.1/cdb', 'CDB_CONFIG_INVALID', /postgres:/],
    [`${server.url}?sslmode=maybe`, 'CDB_CONFIG_INVALID', /verify-full/],
    [`${server.url}?surprise=1`, 'CDB_CONFIG_INVALID', /postgres:/],
  ] as const
  for (const [url, code, mend] of cases) {
    await assert.rejects(openPostgres(settingsOf({ url })), (error: Error) => {
      assert('code' in error && 'mend' in error)
      assert.equal(error.code, code, error.message)
      assert.match(String(error.mend), mend)
      return true
    })
  }
  assert(!(await rejectionOf(urlWith((url) => (url.password = 'secret77')))).includes('secret77'))
})

async function rejectionOf(url: string): Promise<string> {
  try {
    await openPostgres(settingsOf({ url }))
    return ''
  } catch (error) {
    return String(error)
  }
}

test('the password file is read again for every new connection', async () => {
  const passwordFile = join(folder, 'password')
  const url = urlWith((given) => (given.username = 'keeper'))
  writeFileSync(passwordFile, 'first\n')
  await db.script(`create role keeper login password 'first'`)
  const other = await openPostgres(settingsOf({ url, passwordFile }))
  await db.script(`alter role keeper password 'second'`)
  writeFileSync(passwordFile, 'second\n')
  await db.query(`select pg_terminate_backend(pid) from pg_stat_activity where usename = 'keeper'`)
  // Whether the pool has heard of the end yet or not, the second attempt has a new connection.
  await other.query('select 1').catch(() => undefined)
  assert.deepEqual(await other.query('select current_user'), [{ current_user: 'keeper' }])
  await other.close()
  writeFileSync(passwordFile, 'third')
  await assert.rejects(openPostgres(settingsOf({ url, passwordFile })), { code: 'CDB_DATABASE_REFUSED' })
})

test('writing where it is not allowed is refused', async () => {
  await db.script("create table guarded (n integer); create role reader login password 'r'")
  const url = urlWith((given) => {
    given.username = 'reader'
    given.password = 'r'
  })
  const reader = await openPostgres(settingsOf({ url }))
  await assert.rejects(reader.query('insert into guarded values (1)'), { code: 'CDB_DATABASE_REFUSED' })
  await reader.close()
  const readOnly = db.transaction(async (tx) => {
    await tx.query('set transaction read only')
    await tx.query('insert into guarded values (1)')
  })
  await assert.rejects(readOnly, { code: 'CDB_DATABASE_REFUSED', message: /read-only/ })
})

test('what waits for a lock too long is given up', async () => {
  await db.script('create table locked (n integer)')
  await db.transaction(async (tx) => {
    await tx.query('lock table locked')
    await assert.rejects(db.query('select from locked'), {
      code: 'CDB_DATABASE_UNREACHABLE',
      message: /lock/,
    })
  })
})

test('a server that goes away is told, ends no process, and is found again when it is back', async () => {
  const under = db.query('select pg_sleep(4)')
  const told = assert.rejects(under, { code: 'CDB_DATABASE_UNREACHABLE' })
  await server.stop('immediate')
  await told
  await assert.rejects(db.query('select 1'), { code: 'CDB_DATABASE_UNREACHABLE' })
  await server.start()
  assert.deepEqual(await db.query('select 1 as one'), [{ one: 1 }])
  await server.kill()
  await server.start()
  await db.query('select 1').catch(() => undefined)
  assert.deepEqual(await db.query('select 2 as two'), [{ two: 2 }])
})

/** Passes bytes on to the server until it is told to cut every connection at the sight of a word. */
async function cuttingProxy(word: string): Promise<Readonly<{ url: string; arm(): void; close(): void }>> {
  let armed = false
  const sockets: Socket[] = []
  const proxy: Server = createServer((client) => {
    const upstream = connect(server.port, '127.0.0.1')
    sockets.push(client, upstream)
    let isCut = false
    client.on('data', (bytes) => {
      upstream.write(bytes)
      isCut ||= armed && bytes.toString('latin1').includes(word)
    })
    // The answer has left the server, so that the change is there although nobody is told.
    upstream.on('data', (bytes) => {
      if (isCut) client.destroy()
      else client.write(bytes)
    })
    for (const socket of [client, upstream]) socket.on('error', () => undefined)
    client.on('close', () => upstream.destroy())
    upstream.on('close', () => client.destroy())
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  const address = proxy.address()
  assert(typeof address === 'object' && address !== null)
  return {
    url: urlWith((url) => (url.port = String(address.port))),
    arm() {
      armed = true
    },
    close() {
      for (const socket of sockets) socket.destroy()
      proxy.close()
    },
  }
}

test('a commit whose answer is lost is unknown, and so is a statement that commits by itself', async () => {
  await db.script('create table answered (n integer)')
  const outcomes = [
    [
      'commit',
      (other: SqlDatabase) => other.transaction((tx) => tx.query('insert into answered values (1)')),
    ],
    ['answered values (2)', (other: SqlDatabase) => other.statement('insert into answered values (2)')],
  ] as const
  for (const [word, change] of outcomes) {
    const proxy = await cuttingProxy(word)
    const other = await openPostgres(settingsOf({ url: proxy.url, poolMax: 1 }))
    proxy.arm()
    await assert.rejects(change(other), { code: 'CDB_COMMIT_UNKNOWN' })
    proxy.close()
    await other.close()
  }
  assert.equal((await db.query('select n from answered')).length, 2)
})
