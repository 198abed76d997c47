import { execFileSync, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { chownSync, existsSync, globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { endOf } from './end-of.ts'
import { freePort } from './free-port.ts'

/** A PostgreSQL server of its own: fresh data, a free port of 127.0.0.1, passwords by SCRAM. */
export type PostgresServer = Readonly<{
  /** Of the empty database `cdb`, as its superuser. */
  url: string
  /** Of the database `postgres`. */
  adminUrl: string
  port: number
  dataFolder: string
  /** Of the running postmaster. */
  pid: number
  stop(mode?: StopMode): Promise<void>
  /** Starts again on the same data and port. */
  start(): Promise<void>
  /** Kills the postmaster with SIGKILL; its backends end by themselves. */
  kill(): Promise<void>
  /** Stops it and removes its folder. */
  remove(): Promise<void>
}>

export type StopMode = 'smart' | 'fast' | 'immediate'
export type PostgresOptions = Readonly<{
  /** Server settings, such as `fsync: 'off'`. */
  settings?: Readonly<Record<string, string>>
}>

const PASSWORD = 'cdb-test'
const START_MS_MAX = 60_000
const stopSignals = { smart: 'SIGTERM', fast: 'SIGINT', immediate: 'SIGQUIT' } as const

/** Programs of Debian first: what the path finds may be another PostgreSQL. */
function binariesFolder(): string {
  const found = globSync('/usr/lib/postgresql/*/bin').sort().reverse()
  const folder = found.find((path) => existsSync(join(path, 'initdb')))
  return folder ?? execFileSync('pg_config', ['--bindir'], { encoding: 'utf8' }).trim()
}

/** PostgreSQL does not run as root; the user that its package makes does. */
function serverUser(): Readonly<{ uid: number; gid: number }> | null {
  if (process.getuid?.() !== 0) return null
  const idOf = (flag: string): number =>
    Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }).trim())
  return { uid: idOf('-u'), gid: idOf('-g') }
}

export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const binaries = binariesFolder()
  const user = serverUser()
  const folder = mkdtempSync(join(tmpdir(), 'cdb-postgres-'))
  const dataFolder = join(folder, 'data')
  const passwordPath = join(folder, 'password')
  writeFileSync(passwordPath, PASSWORD)
  if (user !== null) for (const path of [folder, passwordPath]) chownSync(path, user.uid, user.gid)
  execFileSync(
    join(binaries, 'initdb'),
    [
      ...['-D', dataFolder, '-U', 'postgres', '-A', 'scram-sha-256', '--pwfile', passwordPath],
      ...['-E', 'UTF8', '--locale', 'C', '--no-sync', '--no-instructions'],
    ],
    { ...user, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
  )
  const port = await freePort()
  const args = [
    ...['-D', dataFolder, '-p', String(port), '-c', 'listen_addresses=127.0.0.1'],
    ...['-c', 'unix_socket_directories=', '-c', 'max_connections=100', '-c', 'shared_buffers=32MB'],
    // As it is deployed: where the disk is busy with other things, a commit waits only for its own pages.
    ...['-c', 'wal_sync_method=open_datasync'],
    ...Object.entries(options.settings ?? {}).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ]
  let running = await launch(join(binaries, 'postgres'), args, { cwd: folder, user })
  const stop = async (mode: StopMode = 'fast'): Promise<void> => {
    await endOf(running, stopSignals[mode])
  }
  const url = (database: string): string => `postgres://postgres:${PASSWORD}@127.0.0.1:${port}/${database}`
  await createDatabase(url('postgres'))
  return {
    url: url('cdb'),
    adminUrl: url('postgres'),
    port,
    dataFolder,
    get pid() {
      return running.pid ?? 0
    },
    stop,
    async start() {
      running = await launch(join(binaries, 'postgres'), args, { cwd: folder, user })
    },
    kill: () => endOf(running, 'SIGKILL'),
    async remove() {
      await stop('immediate')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function createDatabase(adminUrl: string): Promise<void> {
  const { Client } = (await import('pg')).default
  const client = new Client({ connectionString: adminUrl })
  await client.connect()
  await client.query('create database cdb')
  await client.end()
}

type Place = Readonly<{ cwd: string; user: Readonly<{ uid: number; gid: number }> | null }>

/**
 * Starts the postmaster and returns once it takes connections. Backends of a killed one may hold its memory
 * for a moment, so a start that ends at once is tried again.
 */
async function launch(program: string, args: readonly string[], place: Place): Promise<ChildProcess> {
  const untilMs = Date.now() + START_MS_MAX
  for (;;) {
    const started = await tryLaunch(program, args, place)
    if (typeof started !== 'string') return started
    if (Date.now() > untilMs) throw new Error(`postgres does not start: ${started}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** The running server, or what it said before it ended. */
const tryLaunch = (
  program: string,
  args: readonly string[],
  { cwd, user }: Place,
): Promise<ChildProcess | string> =>
  new Promise((resolve) => {
    const child = spawn(program, [...args], { ...user, cwd, stdio: ['ignore', 'ignore', 'pipe'] })
    const endWithUs = (): void => {
      child.kill('SIGQUIT')
    }
    process.once('exit', endWithUs)
    let said = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-4_000)
      if (said.includes('ready to accept connections')) resolve(child)
    })
    child.once('exit', () => {
      process.off('exit', endWithUs)
      resolve(said)
    })
  })
