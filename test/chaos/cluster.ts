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
  restartMs: () => number
  roles?: readonly Role[]
}>

/** Everything that runs: two of each service, their servers, the venue, and proxies before execution's. */
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

/** Limits wide enough that orders flow however the market goes; what is tested is not the limits. */
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
  const database = await startProxy({ targetPort: postgres.port, seed: options.seed })
  const venueProxy = await startProxy({ targetPort: Number(new URL(venue.url).port), seed: options.seed })
  const environment: NodeJS.ProcessEnv = {
    ...process.env,
    DATABASE_URL: postgres.url,
    REDIS_URL: redis.url,
    CDB_VENUE_URL: venue.url,
    CDB_STRATEGY: strategy,
    CDB_PARAMS: `period=${options.period}`,
    CDB_LIMITS: limits.join(','),
    CDB_CASH: CASH,
    CDB_LOG_FORMAT: 'json',
  }
  const proxied: NodeJS.ProcessEnv = {
    ...environment,
    DATABASE_URL: withPort(postgres.url, database.port),
    CDB_VENUE_URL: withPort(venue.url, venueProxy.port),
  }
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
  const members = (options.roles ?? roles).flatMap((role) =>
    [1, 2].map((index) => {
      const isProxied = role === 'risk' || role === 'execution'
      const own = isProxied ? proxied : environment
      return startMember({ role, index, environment: own, logFolder, restartMs: options.restartMs })
    }),
  )
  return {
    postgres,
    redis,
    db,
    venueUrl: venue.url,
    logFolder,
    members,
    membersOf: (role) => members.filter((member) => member.role === role),
    proxies: { database, venue: venueProxy },
    cdb,
    async leaderOf(role) {
      const [row] = await db.query(
        'select owner from partition where role = $1 and lease_until > clock_timestamp()',
        [role],
      )
      const owner = textAt(row ?? { owner: '' }, 'owner')
      return members.find(({ name }) => owner.startsWith(`${name}-`)) ?? null
    },
    async stop() {
      await Promise.all(members.map((member) => member.stop()))
      venue.child.kill('SIGTERM')
      await Promise.all([database.close(), venueProxy.close(), db.close()])
      await Promise.all([postgres.remove(), redis.remove()])
    },
  }
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
