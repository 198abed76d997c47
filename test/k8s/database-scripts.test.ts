import assert from 'node:assert/strict'
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { globSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { listAt, recordAt, textAt } from '../../src/adapters/kubernetes/value.ts'
import { roleNames } from '../../src/adapters/postgres/roles.ts'
import { freePort } from '../servers/free-port.ts'
import { startPostgres } from '../servers/postgres.ts'
import type { PostgresServer } from '../servers/postgres.ts'
import { root } from '../tidy/repository.ts'
import { configIn, environments, wordsAt, workloadIn } from './build.ts'

/*
 * The files of the database's ConfigMaps, and the scripts of backup and restore, against a real PostgreSQL:
 * what the pods would mount lies in a folder, and paths and address are replaced.
 */
const folder = mkdtempSync(join(tmpdir(), 'cdb-k8s-database-'))
const passwords = join(folder, 'passwords')
const backups = join(folder, 'backups')
const programs = [...globSync('/usr/lib/postgresql/15/bin'), process.env['PATH'] ?? ''].join(delimiter)
let server: PostgresServer

before(async () => {
  execFileSync('chmod', ['755', folder])
  for (const path of [passwords, backups]) mkdirSync(path)
  for (const name of [...roleNames, 'admin', 'backup'])
    writeFileSync(join(passwords, name), `${name}'s secret\n`)
  writeConfig('postgresql-config', '/etc/postgresql')
  server = await startPostgres({ settings: { config_file: join(folder, 'postgresql.conf') } })
  await ask('postgres', "create role cdb_admin superuser login password 'admin''s secret'")
  await ask('postgres', 'alter database cdb owner to cdb_admin')
})

after(async () => {
  await server.remove()
  rmSync(folder, { recursive: true })
})

/** Writes the files of a ConfigMap of dev, with the folder in place of the one that they are mounted at. */
function writeConfig(name: string, mountPath: string): void {
  for (const [file, text] of Object.entries(configIn('overlays/dev/infrastructure', name))) {
    writeFileSync(join(folder, file), text.replaceAll(mountPath, folder))
  }
}

async function ask(database: string, sql: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const url = new URL(server.url)
  url.pathname = `/${database}`
  const client = new pg.Client({ connectionString: url.href })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows
  } finally {
    await client.end()
  }
}

const runAs = (user: string, database: string): NodeJS.ProcessEnv => ({
  PATH: programs,
  PGHOST: '127.0.0.1',
  PGPORT: String(server.port),
  PGUSER: user,
  PGDATABASE: database,
})

type Run = Readonly<{ status: number | null; said: string }>

/** Runs a script as the container would, with the variables that the manifest gives it. */
function script(path: string, variables: NodeJS.ProcessEnv): Run {
  const { status, stdout, stderr } = spawnSync('sh', [join(root, 'k8s', 'base', path)], {
    env: variables,
    encoding: 'utf8',
  })
  return { status, said: stdout + stderr }
}

const backup = (count: number): Run =>
  script('migrations/backup.sh', {
    ...runAs('cdb_backup', 'cdb'),
    PASSWORD_FILE: join(passwords, 'backup'),
    BACKUP_FOLDER: backups,
    BACKUP_COUNT: String(count),
  })

const restoreVariables = (file: string): NodeJS.ProcessEnv => ({
  ...runAs('cdb_admin', 'cdb'),
  PASSWORD_FILE: join(passwords, 'admin'),
  BACKUP_FOLDER: backups,
  BACKUP_FILE: file,
})

const restore = (file = ''): Run => script('operations/restore/restore.sh', restoreVariables(file))

for (const environment of environments) {
  test(`${environment}: the server takes every line of its settings`, async () => {
    const files = configIn(`overlays/${environment}/infrastructure`, 'postgresql-config')
    writeFileSync(join(folder, 'memory.conf'), files['memory.conf'] ?? '')
    const wrong = await ask('cdb', "select name, error from pg_file_settings where error like '%syntax%'")
    const unknown = await ask(
      'cdb',
      'select name from pg_file_settings where lower(name) not in (select lower(name) from pg_settings)',
    )
    const rules = await ask('cdb', 'select error from pg_hba_file_rules where error is not null')
    assert.deepEqual([wrong, unknown, rules], [[], [], []])
    const [{ count } = {}] = await ask(
      'cdb',
      "select count(*)::int from pg_file_settings where name = 'work_mem'",
    )
    assert.equal(count, 1)
  })
}

test('the first start makes the role of the backup, which may read everything and nothing else', async () => {
  const path = join(folder, 'roles.sql')
  const { 'roles.sql': sql = '' } = configIn('overlays/dev/infrastructure', 'postgresql-init')
  writeFileSync(path, sql.replaceAll('/run/secrets/postgresql', passwords))
  // As the entry point of the image runs it.
  execFileSync('psql', ['-v', 'ON_ERROR_STOP=1', '--no-password', '--no-psqlrc', '-f', path], {
    env: { ...runAs('cdb_admin', 'cdb'), PGPASSWORD: "admin's secret" },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const [role] = await ask(
    'cdb',
    "select rolsuper, rolcreaterole, rolcreatedb, rolcanlogin, rolbypassrls from pg_roles where rolname = 'cdb_backup'",
  )
  assert.deepEqual(role, {
    ...{ rolsuper: false, rolcreaterole: false, rolcreatedb: false },
    ...{ rolcanlogin: true, rolbypassrls: true },
  })
})

test('a dump is taken before there is a schema, as before the first migration', () => {
  const { status, said } = backup(28)
  assert.equal(status, 0, said)
  assert.match(said, /^backup: wrote cdb-\d{8}T\d{6}Z\.dump, \d+ bytes$/m)
})

test('the migration runs with the arguments of its Job, and every role can log in', async () => {
  const { containers } = workloadIn('overlays/dev/migrations', 'cdb-migrate')
  const container = containers.find(({ name }) => name === 'migrate')
  const args = wordsAt(recordAt(container?.value), 'args').map((arg) =>
    arg === '/run/secrets/roles' ? passwords : arg,
  )
  const url = listAt(container?.value, 'env')
    .filter((each) => textAt(each, 'name') === 'DATABASE_URL')
    .map((each) => textAt(each, 'value') ?? '')
    .map((text) => text.replace('@postgresql:5432', `@127.0.0.1:${server.port}`))
  execFileSync(process.execPath, [join(root, 'src/cli/cdb.ts'), ...args], {
    env: { PATH: programs, DATABASE_URL: url[0], DATABASE_PASSWORD_FILE: join(passwords, 'admin') },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  for (const name of roleNames) {
    const client = new pg.Client({
      ...{ host: '127.0.0.1', port: server.port, database: 'cdb' },
      ...{ user: name, password: `${name}'s secret` },
    })
    await client.connect()
    await client.end()
  }
})

const COUNTS =
  'select (select count(*) from partition)::int as rows, (select count(*) from trades)::int as trades'

async function store(trades: number): Promise<void> {
  await ask(
    'cdb',
    `insert into trades (instrument, trade_id, event_ms, price, quantity, aggressor)
       select 'BTCUSDT.SIM', n, n, 1, 1, 'buy' from generate_series(1, ${trades}) n on conflict do nothing`,
  )
}

test('a dump has every row, also of tables whose rows have policies, and the newest are kept', async () => {
  await ask('cdb', "insert into partition (role, p, next_seq, owner, epoch) values ('ws', 7, 1, 'a test', 1)")
  await store(100)
  for (const day of ['01', '02', '03']) writeFileSync(join(backups, `cdb-202601${day}T000000Z.dump`), 'old')
  writeFileSync(join(backups, 'not-a-dump.txt'), '')
  for (const name of readdirSync(backups).filter((each) => !/202601|not-a/.test(each))) {
    rmSync(join(backups, name))
  }
  const { status, said } = backup(2)
  assert.equal(status, 0, said)
  const left = readdirSync(backups).sort()
  assert.equal(left.length, 3, left.join(' '))
  assert.deepEqual([left[0], left[2]], ['cdb-20260103T000000Z.dump', 'not-a-dump.txt'])
})

test('a restore refuses while somebody is connected', async () => {
  const client = new pg.Client({ connectionString: server.url })
  await client.connect()
  try {
    const { status, said } = restore()
    assert.deepEqual([status, said], [1, 'restore: 1 clients use cdb; scale the services to 0 first\n'])
  } finally {
    await client.end()
  }
})

test('a restore of what is no dump changes nothing', async () => {
  const { status, said } = restore('cdb-20260103T000000Z.dump')
  assert.equal(status, 1)
  assert.match(said, /could not be read; cdb is as it was\n$/)
  const names = await ask('postgres', "select datname from pg_database where datname like 'cdb%'")
  assert.deepEqual(names, [{ datname: 'cdb' }])
  assert.match(restore('none.dump').said, /there is no dump none\.dump in /)
})

test('a restore brings back what the newest dump holds, with its rights, and keeps what was', async () => {
  const dumped = await ask('cdb', COUNTS)
  await store(500)
  await ask('cdb', "delete from partition where owner = 'a test'")
  const { status, said } = restore()
  assert.equal(status, 0, said)
  assert.deepEqual(await ask('cdb', COUNTS), dumped)
  const [{ datname } = {}] = await ask(
    'postgres',
    "select datname from pg_database where datname like 'cdb_before%'",
  )
  assert.match(String(datname), /^cdb_before_\d{14}$/)
  const [{ trades } = {}] = await ask(String(datname), COUNTS)
  assert.equal(trades, 500)
  const [rights] = await ask(
    'cdb',
    `select has_table_privilege('cdb_signal', 'event_log', 'insert') as signal_appends,
       has_table_privilege('cdb_signal', 'trades', 'insert') as signal_stores,
       (select relrowsecurity from pg_class where relname = 'event_log') as rows_have_policies`,
  )
  assert.deepEqual(rights, { signal_appends: true, signal_stores: false, rows_have_policies: true })
})

test('a restore waits for a database that does not answer yet', async () => {
  const port = await freePort()
  const child = spawn('sh', [join(root, 'k8s/base/operations/restore/restore.sh')], {
    env: { ...restoreVariables(''), PGPORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const proxy = createServer((client) => {
    client.pipe(connect(server.port, '127.0.0.1')).pipe(client)
  })
  const late = setTimeout(() => proxy.listen(port, '127.0.0.1'), 1000)
  try {
    const ended = once(child, 'exit')
    const said = await text(child.stdout)
    assert.match(said, /^restore: cdb is what cdb-.*\.dump holds/m)
    assert.deepEqual(await ended, [0, null])
  } finally {
    clearTimeout(late)
    proxy.close()
  }
})

test('a backup with a wrong password ends with an error and leaves no file behind', () => {
  const before = readdirSync(backups).sort()
  writeFileSync(join(passwords, 'backup'), 'wrong')
  assert.notEqual(backup(28).status, 0)
  assert.deepEqual(readdirSync(backups).sort(), before)
})
