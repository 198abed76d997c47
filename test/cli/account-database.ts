import { openPostgres } from '../../src/adapters/postgres/connection.ts'
import { migrate } from '../../src/adapters/postgres/schema.ts'
import type { SqlDatabase } from '../../src/adapters/postgres/sql.ts'
import { openTradingLog } from '../../src/adapters/postgres/trading-log.ts'
import { digest } from '../../src/adapters/system/digest.ts'
import { runCli } from '../../src/cli/cdb.ts'
import { serviceConfigOf } from '../../src/cli/service-config.ts'
import { parseServiceSettings } from '../../src/cli/service-settings.ts'
import type { TradingLog } from '../../src/engine/trading-log.ts'
import { startPostgres } from '../servers/postgres.ts'
import type { PostgresServer } from '../servers/postgres.ts'
import { capturedTerminal } from './captured-terminal.ts'
import type { CapturedTerminal } from './captured-terminal.ts'
import { runCaptured } from './run-cli.ts'
import type { CliRun } from './run-cli.ts'

/** A database with the run of an account in it, and commands that are given to it. There is no Redis. */
export type AccountDatabase = Readonly<{
  server: PostgresServer
  db: SqlDatabase
  log: TradingLog
  cdb(...argv: string[]): Promise<CliRun>
  /** The risk service in this process, once it leads. */
  startRisk(): Promise<CapturedTerminal & Readonly<{ code: Promise<number> }>>
  remove(): Promise<void>
}>

/** Nothing listens there. */
const NO_REDIS = 'redis://127.0.0.1:1'

export async function startAccountDatabase(): Promise<AccountDatabase> {
  const server = await startPostgres()
  const before = { ...process.env }
  Object.assign(process.env, { DATABASE_URL: server.url, REDIS_URL: NO_REDIS, CDB_HEALTH_PORT: '0' })
  const db = await openPostgres({
    ...{ url: server.url, passwordFile: null },
    ...{ applicationName: 'test', poolMax: 2 },
  })
  await migrate(db)
  const { run } = await serviceConfigOf(parseServiceSettings(process.env, null))
  const log = await openTradingLog({ db, run, digest })
  return {
    ...{ server, db, log },
    cdb: (...argv) => runCaptured(argv),
    async startRisk() {
      const captured = capturedTerminal()
      const code = runCli(['risk'], captured.terminal)
      await captured.saw('"msg":"leads"')
      return { ...captured, code }
    },
    async remove() {
      for (const name of ['DATABASE_URL', 'REDIS_URL', 'CDB_HEALTH_PORT']) {
        if (before[name] === undefined) Reflect.deleteProperty(process.env, name)
        else process.env[name] = before[name]
      }
      await db.close()
      await server.remove()
    },
  }
}
