import { CdbError } from '../../domain/errors.ts'
import type { ErrorCode } from '../../domain/errors.ts'

type Cause = Readonly<{ code: ErrorCode; mend: string }>

const START = 'check that Redis runs, and the address in REDIS_URL'
const PASSWORD = 'check user and password of Redis, and the rights of the user (docs/reference/redis.md)'
const FULL = 'give Redis more memory or disk; market data begins again by itself'
const CERTIFICATE = 'name the file of the authority that signed the certificate of Redis'
const FOREIGN = 'let no other program write keys that begin with md: or log: on this Redis'

/** How replies of Redis begin that are errors, in the order in which they are tried. */
const replies: readonly (readonly [RegExp, Cause])[] = [
  [/^(?:WRONGPASS|NOAUTH|NOPERM|ERR invalid password|ERR AUTH)/, refused(PASSWORD)],
  [/^(?:OOM|MISCONF)/, { code: 'CDB_REDIS_FULL', mend: FULL }],
  [/^(?:LOADING|BUSY|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|ERR max number of clients)/, unreachable()],
]

const CERTIFICATE_CODES = /^(?:CERT_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_|ERR_TLS_CERT|ERR_SSL|ERR_OSSL)/

/**
 * What went wrong with Redis as an operating error: no answer CDB_REDIS_UNREACHABLE, no right
 * CDB_REDIS_REFUSED, no room CDB_REDIS_FULL. `lineError` is why the connection is down, where it is known.
 */
export function redisError(error: unknown, lineError: Error | null = null): CdbError {
  if (error instanceof CdbError) return error
  const known = error instanceof Error ? error : new Error(String(error))
  if (lineError !== null && isLineDown(known)) return redisError(lineError)
  const { code, mend } = causeOf(known)
  return new CdbError(code, `Redis: ${wordsOf(known)}`, { mend, cause: known })
}

function causeOf(error: Error): Cause {
  if (isReply(error)) {
    return replies.find(([pattern]) => pattern.test(error.message))?.[1] ?? refused(FOREIGN)
  }
  return CERTIFICATE_CODES.test(codeOf(error)) ? refused(CERTIFICATE) : unreachable()
}

function refused(mend: string): Cause {
  return { code: 'CDB_REDIS_REFUSED', mend }
}

function unreachable(): Cause {
  return { code: 'CDB_REDIS_UNREACHABLE', mend: START }
}

/** Connecting to several addresses fails with an error that has no words of its own. */
const wordsOf = (error: Error): string =>
  error.message === '' ? codeOf(error) || error.name : error.message.slice(0, 200)

export const isReply = (error: unknown): boolean => error instanceof Error && error.name === 'ReplyError'

/** The command did not get as far as Redis because the connection was down already. */
const isLineDown = (error: Error): boolean =>
  /Connection is closed|isn't writeable|max retries per request/i.test(error.message)

const codeOf = (error: Error): string => ('code' in error && typeof error.code === 'string' ? error.code : '')
