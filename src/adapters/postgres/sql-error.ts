import { CdbError } from '../../domain/errors.ts'
import type { ErrorCode } from '../../domain/errors.ts'
import { sqlStates } from './commit-functions.ts'

type Refusal = Readonly<{ code: ErrorCode; mend: string }>

const REFUSED = 'CDB_DATABASE_REFUSED'
const UNREACHABLE = 'CDB_DATABASE_UNREACHABLE'

/** What PostgreSQL answered, by SQLSTATE, that an operator can mend or a new start gets over. */
const refusals: Readonly<Record<string, Refusal>> = {
  '28P01': { code: REFUSED, mend: 'check the user and password of DATABASE_URL, or DATABASE_PASSWORD_FILE' },
  '28000': { code: REFUSED, mend: 'check the user of DATABASE_URL and the server\u2019s pg_hba.conf' },
  '3D000': { code: REFUSED, mend: 'check the database of DATABASE_URL, or create it' },
  '42501': { code: REFUSED, mend: 'check the user of DATABASE_URL; grant its role: cdb migrate --roles' },
  '25006': { code: REFUSED, mend: 'point DATABASE_URL at the primary: this server is read-only' },
  '42P01': { code: 'CDB_SCHEMA_OLD', mend: 'run: cdb migrate' },
  '42883': { code: 'CDB_SCHEMA_OLD', mend: 'run: cdb migrate' },
  '53100': { code: 'CDB_DISK_FULL', mend: 'free space on the disk of the database' },
  '40001': { code: 'CDB_LOG_CONFLICT', mend: '' },
  '40P01': { code: 'CDB_LOG_CONFLICT', mend: '' },
  [sqlStates.fenced]: { code: 'CDB_FENCED', mend: '' },
  [sqlStates.conflict]: { code: 'CDB_LOG_CONFLICT', mend: '' },
  // Lock and statement timeouts, and a session that was idle in a transaction for too long.
  '55P03': { code: UNREACHABLE, mend: 'look for long transactions in pg_stat_activity' },
  '57014': { code: UNREACHABLE, mend: 'look for load and long transactions in pg_stat_activity' },
  '25P03': { code: UNREACHABLE, mend: '' },
  '53300': { code: UNREACHABLE, mend: 'raise max_connections of the server, or run fewer replicas' },
}

/** Network errors of Node.js, and classes of SQLSTATE by which a server ends a session. */
const LOST_CODES = /^(?:E(?:CONN|PIPE|HOST|NET|TIMEDOUT|AI_)|ENOTFOUND|57P0|08)/
const LOST_MESSAGES =
  /Connection terminated|timeout exceeded when trying to connect|Query read timeout|not queryable|was closed/i

const codeOf = (error: Error): string => ('code' in error && typeof error.code === 'string' ? error.code : '')

/** Whether the session ended, so that nobody knows what became of a commit under way. */
export function isConnectionLost(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return LOST_CODES.test(codeOf(error)) || LOST_MESSAGES.test(error.message)
}

/**
 * The operating error that a failure of the driver stands for; what is no such error is returned as it is.
 */
export function operatingErrorOf(error: unknown, place: string): unknown {
  if (!(error instanceof Error) || error instanceof CdbError) return error
  const refusal = refusals[codeOf(error)]
  if (refusal !== undefined) {
    return new CdbError(refusal.code, `${place}: ${error.message}`, { mend: refusal.mend, cause: error })
  }
  if (!isConnectionLost(error)) return error
  const mend = 'check that the database runs and that DATABASE_URL names its host and port'
  return new CdbError(UNREACHABLE, `${place}: ${messageOf(error)}`, { mend, cause: error })
}

/** Failures of several addresses have no message of their own. */
function messageOf(error: Error): string {
  if (error.message !== '') return error.message
  return error instanceof AggregateError ? error.errors.map(String).join('; ') : codeOf(error)
}
