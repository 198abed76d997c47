import { readFileSync } from 'node:fs'
import pg from 'pg'
import type { ClientBase, PoolClient, PoolConfig } from 'pg'
import { CdbError } from '../../domain/errors.ts'
import { isConnectionLost, operatingErrorOf } from './sql-error.ts'
import type { Row, Sql, SqlDatabase } from './sql.ts'

export type PostgresSettings = Readonly<{
  /** `postgres://user@host:5432/database`; `?sslmode=verify-full&sslrootcert=FILE` for TLS. */
  url: string
  /** Read again for every new connection, so that a password can be changed under a running process. */
  passwordFile: string | null
  applicationName: string
  poolMax: number
}>

const CONNECT_MS_MAX = 5_000
/** The server ends a statement first; this is for a server that does not answer at all. */
const ANSWER_MS_MAX = 8_000
const MIGRATION_MS_MAX = 600_000

/** What each session is given (R8): nothing waits long, and a dead peer is noticed. */
const sessionOptions = [
  'lock_timeout=2s',
  'statement_timeout=5s',
  'idle_in_transaction_session_timeout=5s',
  'client_connection_check_interval=1s',
  'tcp_keepalives_idle=10',
  'tcp_keepalives_interval=3',
  'tcp_keepalives_count=3',
  'tcp_user_timeout=10s',
]

/** A commit that returned survives a crash; a stronger setting of the server (remote_apply) is left alone. */
const DURABLE = `select set_config('synchronous_commit', 'on', false)
  where current_setting('synchronous_commit') in ('off', 'local', 'remote_write')`

/** The pool waits for it, although its type does not say so. */
const makeDurable = (client: ClientBase): unknown => client.query(DURABLE)

/**
 * Opens a pool of connections to PostgreSQL and tries one. Throws CDB_DATABASE_UNREACHABLE,
 * CDB_DATABASE_REFUSED and CDB_CONFIG_INVALID; statements throw these, CDB_COMMIT_UNKNOWN, CDB_DISK_FULL,
 * and what the functions of the schema raise.
 */
export async function openPostgres(settings: PostgresSettings): Promise<SqlDatabase> {
  const config = poolConfigOf(settings)
  const place = `the database at ${config.host ?? ''}:${config.port ?? ''}`
  const pool = new pg.Pool(config)
  // A connection that ends while nobody uses it is replaced when the next is needed.
  pool.on('error', () => undefined)
  const use = async <T>(body: (client: PoolClient) => Promise<T>): Promise<T> => {
    let client: PoolClient
    try {
      client = await pool.connect()
    } catch (error) {
      throw operatingErrorOf(error, place)
    }
    return useClient(client, body, place)
  }
  const db: SqlDatabase = {
    query: (text, params = []) => use((client) => rowsOf(client, text, params)),
    statement: (text, params = []) => use((client) => committing(() => rowsOf(client, text, params), place)),
    script: (text) => use((client) => runScript(client, text)),
    transaction: (body) => use((client) => inTransaction(client, body, place)),
    close: () => pool.end(),
  }
  try {
    await db.query('select 1')
  } catch (error) {
    await pool.end()
    throw error
  }
  return db
}

/** Settings of the driver, for what needs a connection of its own. Throws CDB_CONFIG_INVALID. */
export function poolConfigOf(settings: PostgresSettings): PoolConfig {
  const url = parseUrl(settings.url)
  const { passwordFile } = settings
  return {
    host: url.hostname,
    port: url.port === '' ? 5432 : Number(url.port),
    user: decodeURIComponent(url.username),
    database: decodeURIComponent(url.pathname.slice(1)),
    password: passwordFile === null ? decodeURIComponent(url.password) : () => readPassword(passwordFile),
    ssl: tlsOf(url),
    application_name: settings.applicationName,
    max: settings.poolMax,
    connectionTimeoutMillis: CONNECT_MS_MAX,
    query_timeout: ANSWER_MS_MAX,
    keepAlive: true,
    options: sessionOptions.map((option) => `-c ${option}`).join(' '),
    onConnect: makeDurable,
  }
}

const TLS_MODES = ['require', 'verify-ca', 'verify-full']

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null
  const parameters = [...(url?.searchParams.keys() ?? [])]
  const isKnown = parameters.every((name) => name === 'sslmode' || name === 'sslrootcert')
  if (url !== null && /^postgres(?:ql)?:$/.test(url.protocol) && url.pathname.length > 1 && isKnown)
    return url
  throw new CdbError('CDB_CONFIG_INVALID', 'DATABASE_URL is not the address of a PostgreSQL database', {
    mend: 'write postgres://USER@HOST:5432/DATABASE, with ?sslmode=verify-full&sslrootcert=FILE for TLS',
  })
}

/** The certificate is always checked: a connection that could be anybody's is worth no more than none. */
function tlsOf(url: URL): PoolConfig['ssl'] {
  const mode = url.searchParams.get('sslmode') ?? 'disable'
  if (mode === 'disable') return false
  if (!TLS_MODES.includes(mode)) {
    throw new CdbError('CDB_CONFIG_INVALID', `DATABASE_URL has sslmode=${mode}`, {
      mend: `use disable, ${TLS_MODES.join(', ')}`,
    })
  }
  const file = url.searchParams.get('sslrootcert')
  return file === null ? true : { ca: readFileSync(file, 'utf8') }
}

function readPassword(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    throw new CdbError('CDB_FILE_UNREADABLE', `the password file ${file} cannot be read`, {
      mend: 'check DATABASE_PASSWORD_FILE',
      cause: error,
    })
  }
}

/** A connection that failed in itself is closed, not given to the next. */
async function useClient<T>(
  client: PoolClient,
  body: (client: PoolClient) => Promise<T>,
  place: string,
): Promise<T> {
  let isLost = false
  const onError = (): void => {
    isLost = true
  }
  client.on('error', onError)
  try {
    return await body(client)
  } catch (error) {
    isLost ||= isConnectionLost(error) || error instanceof CdbError
    throw operatingErrorOf(error, place)
  } finally {
    client.off('error', onError)
    client.release(isLost)
  }
}

/** Statements with parameters are of the code, so they are few, and a session prepares each once. */
const STATEMENTS_MAX = 200
const statementNames = new Map<string, string>()

function statementName(text: string): string | undefined {
  const known = statementNames.get(text)
  if (known !== undefined || statementNames.size >= STATEMENTS_MAX) return known
  const name = `cdb_${statementNames.size}`
  statementNames.set(text, name)
  return name
}

async function rowsOf(client: PoolClient, text: string, params: readonly unknown[]): Promise<readonly Row[]> {
  const name = params.length === 0 ? undefined : statementName(text)
  const { rows } = await client.query<Row>({
    text,
    values: [...params],
    ...(name === undefined ? {} : { name }),
  })
  return rows
}

/** Schema changes may take as long as they need. */
async function runScript(client: PoolClient, text: string): Promise<void> {
  const query = { text, query_timeout: MIGRATION_MS_MAX }
  try {
    await client.query(`set statement_timeout = ${MIGRATION_MS_MAX}; set lock_timeout = ${MIGRATION_MS_MAX}`)
    await client.query(query)
    await client.query('reset statement_timeout; reset lock_timeout')
  } catch (error) {
    await client.query('rollback').catch(() => undefined)
    throw error
  }
}

/** When the session ends under it, a commit may or may not have happened. */
async function committing<T>(commit: () => Promise<T>, place: string): Promise<T> {
  try {
    return await commit()
  } catch (error) {
    if (!isConnectionLost(error)) throw error
    throw new CdbError('CDB_COMMIT_UNKNOWN', `${place} did not answer a commit`, { cause: error })
  }
}

async function inTransaction<T>(
  client: PoolClient,
  body: (tx: Sql) => Promise<T>,
  place: string,
): Promise<T> {
  await client.query('begin')
  let result: T
  try {
    result = await body({ query: (text, params = []) => rowsOf(client, text, params) })
  } catch (error) {
    if (!isConnectionLost(error)) await client.query('rollback')
    throw error
  }
  const { command } = await committing(() => client.query('commit'), place)
  if (command === 'COMMIT') return result
  throw new CdbError('CDB_LOG_CONFLICT', `${place} rolled a transaction back`)
}
