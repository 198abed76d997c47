import { execFile, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { openPostgres } from '../../src/adapters/postgres/connection.ts'
import { textAt } from '../../src/adapters/postgres/sql.ts'
import type { SqlDatabase } from '../../src/adapters/postgres/sql.ts'
import { roles } from '../../src/engine/lease.ts'
import type { Role } from '../../src/engine/lease.ts'
import { startPostgres } from '../servers/postgres.ts'
import type { PostgresServer } from '../servers/postgres.ts'
import { startRedis } from '../servers/redis.ts'
import type { RedisServer } from '../servers/redis.ts'
import { startMember } from './member.ts'
import type { Member } from './member.ts'
import { startProxy } from './proxy.ts'
import type { FaultProxy } from './proxy.ts'

const entryPoint = join(import.meta.dirname, '..', '..', 'src', 'cli', 'cdb.ts')
const strategy = join(import.meta.dirname, 'busy-strategy.ts')
const run = promisify(execFile)
const CASH = '80000'

export type ClusterOptions = Readonly<{
  seed: number
  /** Trades a second of the simulated market. */
  rate: number
  /** Time between a wish of the strategy and the next, as a duration. */
  period: string
  /** Trades between a wish and the next, in place of the period. */
  wishTrades?: number
  restartMs: () => number
  roles?: readonly Role[]
  /** Of each service; two when left out. */
  replicas?: number
  /** No proxies, whose hops a measurement would find in its figures. */
  isDirect?: boolean
}>

/** Everything that runs: replicas of each service, their servers, the venue, and proxies before some. */
export type Cluster = Readonly<{
  postgres: PostgresServer
  redis: RedisServer
  db: SqlDatabase
  venueUrl: string
  logFolder: string
  members: readonly Member[]
  membersOf(role: Role): readonly Member[]
  /** Between every replica of risk and execution and the database, and between execution and the venue. */
  proxies: Readonly<{ database: FaultProxy; venue: FaultProxy }>
  /** Runs `cdb` to its end; returns what it printed. */
  cdb(...args: readonly string[]): Promise<string>
  /** The replica that leads a role by the database; null while none does. */
  leaderOf(role: Role): Promise<Member | null>
  stop(): Promise<void>
}>

/** Limits wide enough that orders flow however the market goes; the limits are not what is tested. */
const limits = [
  'C11.second=100000',
  'C11.minute=1000000',
  'C14.day=1000',
  'C14.hourShare=1',
  'C16.entriesMax=100000',
  'C16.losses=100000',
  'C17.rejects=100000',
  'C17.share=1',
]

export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const logFolder = mkdtempSync(join(tmpdir(), 'cdb-chaos-'))
  const [postgres, redis] = await Promise.all([startPostgres(), startRedis()])
  const venue = await startVenue(options, logFolder)
  const proxies = {
    database: await startProxy({ targetPort: postgres.port, seed: options.seed }),
    venue: await startProxy({ targetPort: Number(new URL(venue.url).port), seed: options.seed }),
  }
  const environment = environmentOf(options, { postgres, redis, venueUrl: venue.url })
  const cdb = async (...args: readonly string[]): Promise<string> => {
    const { stdout } = await run(process.execPath, [entryPoint, ...args], { env: environment })
    return stdout
  }
  await cdb('migrate')
  const db = await openPostgres({
    url: postgres.url,
    passwordFile: null,
    applicationName: 'chaos',
    poolMax: 2,
  })
  const proxied: NodeJS.ProcessEnv = {
    ...environment,
    DATABASE_URL: withPort(postgres.url, proxies.database.port),
    CDB_VENUE_URL: withPort(venue.url, proxies.venue.port),
  }
  const members = (options.roles ?? roles).flatMap((role) => {
    const isProxied = options.isDirect !== true && (role === 'risk' || role === 'execution')
    const own = isProxied ? proxied : environment
    const { restartMs, replicas = 2 } = options
    return Array.from({ length: replicas }, (_, index) => index + 1).map((index) =>
      startMember({ role, index, environment: own, logFolder, restartMs }),
    )
  })
  return {
    ...{ postgres, redis, db, logFolder, members, proxies, cdb },
    venueUrl: venue.url,
    membersOf: (role) => members.filter((member) => member.role === role),
    leaderOf: (role) => leaderOf(db, members, role),
    async stop() {
      await Promise.all(members.map((member) => member.stop()))
      await Promise.all([proxies.database.close(), proxies.venue.close(), db.close()])
      // A venue that owes replies which it was told to drop waits for them.
      venue.child.kill('SIGKILL')
      await Promise.all([postgres.remove(), redis.remove()])
    },
  }
}

const environmentOf = (
  options: ClusterOptions,
  { postgres, redis, venueUrl }: Readonly<{ postgres: PostgresServer; redis: RedisServer; venueUrl: string }>,
): NodeJS.ProcessEnv => ({
  ...process.env,
  DATABASE_URL: postgres.url,
  REDIS_URL: redis.url,
  CDB_VENUE_URL: venueUrl,
  CDB_STRATEGY: strategy,
  CDB_PARAMS: `period=${options.period},trades=${options.wishTrades ?? 0}`,
  CDB_LIMITS: limits.join(','),
  CDB_CASH: CASH,
  CDB_LOG_FORMAT: 'json',
})

async function leaderOf(db: SqlDatabase, members: readonly Member[], role: Role): Promise<Member | null> {
  const [row] = await db
    .query('select owner from partition where role = $1 and lease_until > clock_timestamp()', [role])
    .catch(() => [])
  const owner = textAt(row ?? { owner: '' }, 'owner')
  return members.find(({ name }) => owner.startsWith(`${name}-`)) ?? null
}

function withPort(text: string, port: number): string {
  const url = new URL(text)
  url.port = String(port)
  return url.toString().replace(/\/$/, '')
}

async function startVenue(
  { seed, rate }: ClusterOptions,
  logFolder: string,
): Promise<Readonly<{ url: string; child: ChildProcess }>> {
  const args = ['venue', '--port', '0', '--seed', String(seed), '--rate', String(rate), '--cash', CASH]
  const child = spawn(process.execPath, [entryPoint, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  child.stderr.pipe(createWriteStream(join(logFolder, 'venue.log')))
  const lines = createInterface({ input: child.stdout })
  const [line] = (await once(lines, 'line')) as [string]
  const url = /http:\/\/[\d.:]+/.exec(line)?.[0]
  if (url === undefined) throw new Error(`the venue did not say where it is: ${line}`)
  return { url, child }
}
