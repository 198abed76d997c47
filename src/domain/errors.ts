/**
 * Every operating error has a code from this table; docs/reference/errors.md lists the same codes, by test.
 */
export const errorMeanings = {
  CDB_DECIMAL_INVALID: 'a number is not plain decimal text within the allowed digits',
  CDB_INSTRUMENT_INVALID: 'an instrument id or its filters cannot be read',
  CDB_INSTRUMENT_MISMATCH: 'files or settings of one run name different instruments',
  CDB_EVENT_INVALID: 'an event does not decode: unknown kind, version or field',
  CDB_ORDER_TRANSITION: 'an order was asked to make a move its life cycle does not have',
  CDB_USAGE: 'a command was called with options or arguments it does not have',
  CDB_PARAM_UNKNOWN: 'a parameter is not one of those the strategy, control or venue has',
  CDB_PARAM_INVALID: 'a parameter cannot be read as its type',
  CDB_PARAM_RANGE: 'a parameter is outside its bounds',
  CDB_STRATEGY_UNKNOWN: 'no built-in strategy has this name, and no file is there',
  CDB_STRATEGY_INVALID: 'a strategy file does not export a strategy',
  CDB_STRATEGY_FAILED: 'a strategy threw an error or returned a wish that cannot be read',
  CDB_STRATEGY_STALLED: 'a strategy did not return within the time limit',
  CDB_FILE_MISSING: 'a file is not there',
  CDB_FILE_UNREADABLE: 'a file is a directory, or may not be read or written',
  CDB_FILE_EMPTY: 'a file has no data in it',
  CDB_FILE_CORRUPT: 'a file is truncated or damaged',
  CDB_FORMAT_UNKNOWN: 'no reader recognizes the content of a file',
  CDB_ROWS_BAD: 'rows of the input could not be read',
  CDB_DATA_LOCKED: 'the data folder is in use by another process',
  CDB_DATA_UNWRITABLE: 'the data folder cannot be written',
  CDB_DATA_FOREIGN: 'the data folder holds another run: other source, strategy or settings',
  CDB_DISK_FULL: 'the disk is full',
  CDB_LOG_DIVERGED: 'the log does not follow from its inputs, or its hash chain is broken',
  CDB_LOG_CONFLICT: 'another writer has moved the log',
  CDB_FENCED: 'the lease has passed to another process, which goes on in its place',
  CDB_COMMIT_UNKNOWN: 'no answer came to a commit: it may or may not have happened',
  CDB_DATABASE_UNREACHABLE: 'the database cannot be reached, or did not answer in time',
  CDB_DATABASE_REFUSED: 'the database refused: password, right, read-only or a missing database',
  CDB_SCHEMA_OLD: 'the database has an older schema than this program needs',
  CDB_REDIS_UNREACHABLE: 'the wire (Redis) cannot be reached, or did not answer in time',
  CDB_REDIS_REFUSED: 'the wire (Redis) refused: password, access list or a policy that evicts',
  CDB_REDIS_FULL: 'the wire (Redis) has no memory or disk left to write to',
  CDB_FEED_LOST: 'the market data connection ended or fell silent',
  CDB_VENUE_UNREACHABLE: 'the venue cannot be reached, or did not answer in time',
  CDB_VENUE_REFUSED: 'the venue refused a request: key, permission, rate or content',
  CDB_CONFIG_INVALID: 'a setting cannot be read, is missing or is not known',
  CDB_PORT_IN_USE: 'the port of the health server is taken',
  CDB_INTERRUPTED: 'a command was stopped by SIGINT or SIGTERM before its work was done',
} as const

export type ErrorCode = keyof typeof errorMeanings

type ErrorExtras = Readonly<{ mend?: string; cause?: unknown }>

/**
 * An operating error: expected to happen, told in one line, with what mends it. A broken invariant is an
 * assert instead.
 */
export class CdbError extends Error {
  readonly code: ErrorCode
  /** What the user can do about it; empty when nothing but a retry helps. */
  readonly mend: string

  constructor(code: ErrorCode, message: string, extras: ErrorExtras = {}) {
    super(message, extras.cause === undefined ? undefined : { cause: extras.cause })
    this.name = 'CdbError'
    this.code = code
    this.mend = extras.mend ?? ''
  }
}

/** A broken invariant ends the process: carrying on with wrong state costs more than stopping. */
export function assert(condition: boolean, invariant: string): asserts condition {
  if (!condition) throw new InvariantError(invariant)
}

export class InvariantError extends Error {
  constructor(invariant: string) {
    super(`invariant broken: ${invariant}`)
    this.name = 'InvariantError'
  }
}
