import { decodeEvent, encodeEvent } from '../../domain/codec.ts'
import { assert, CdbError } from '../../domain/errors.ts'
import type { TradingEvent } from '../../domain/event.ts'
import type { TradingState } from '../../engine/control.ts'
import { eventIdOf, isOnceOnly } from '../../engine/event-id.ts'
import { approvedRecord } from '../../engine/order-ledger.ts'
import type { Digest } from '../../engine/ports.ts'
import { tradingHash } from '../../engine/trading-hash.ts'
import type { Draft, Step, TradingEntry, TradingLog } from '../../engine/trading-log.ts'
import type { ScopeStates } from '../../engine/trading-state.ts'
import { orderRow, orderRowMoveOf } from './order-row.ts'
import { isProjected, overridesOf, project } from './projections.ts'
import type { RunRecord } from './run.ts'
import { requireSchema } from './schema.ts'
import { operatingErrorOf } from './sql-error.ts'
import { numberAt, textAt } from './sql.ts'
import type { Row, Sql, SqlDatabase } from './sql.ts'
import { claimTradingRun } from './trading-run.ts'

/** The trading log is one log: the row of `partition` that its entries hang on. */
const ROLE = 'trading'
const COMMIT = 'select draft, at_seq, before, chained from trading_commit($1::json)'
const ENTER = 'select at_scope, at_state from trading_enter($1::json)'
const APPEND = 'select draft, at_seq, before, chained from trading_append($1::json)'
/** A place among the drafts that none has: the states of scopes are not those that were given. */
const OTHER_STATES = -1
const COLUMNS = 'seq, cause_seq, market_seq, payload, prev_hash, hash, writer, epoch'

/** Entries whose chain is checked at every start; `cdb audit data` checks all. */
const TAIL_MAX = 1_000
const CHAIN_PAGE = 5_000

/**
 * The trading log of the services on PostgreSQL. A commit is one transaction: fence, cursor, entries and the
 * tables that follow from them. Throws CDB_SCHEMA_OLD, CDB_DATA_FOREIGN when the database holds another run,
 * and CDB_LOG_DIVERGED when the newest entries do not chain.
 */
export async function openTradingLog(
  options: Readonly<{ db: SqlDatabase; run: RunRecord; digest: Digest }>,
): Promise<TradingLog> {
  const { db, run, digest } = options
  await requireSchema(db)
  await claimTradingRun(db, run)
  await verifyTradingChain(db, digest, Math.max(0, (await readHeadSeq(db)) - TAIL_MAX))
  return attachTradingLog(db, run)
}

/** The log of a database that has its run, its chain unchecked: a kill is written on a damaged log too. */
export function attachTradingLog(db: SqlDatabase, run: RunRecord): TradingLog {
  const place: Place = { db, run, states: new Map() }
  return {
    headSeq: () => readHeadSeq(db),
    cursor: (consumer) => readCursor(db, consumer),
    read: (afterSeq, countMax) => readTradingEntries(db, afterSeq, countMax),
    commit: (step) => commit(place, step),
  }
}

type Place = {
  readonly db: SqlDatabase
  readonly run: RunRecord
  /** Scopes that were not active when last asked for: the next submission is decided by them first. */
  states: ScopeStates
}

async function readHeadSeq(db: Sql): Promise<number> {
  const [row] = await db.query('select next_seq - 1 as seq from partition where role = $1 and p = 0', [ROLE])
  assert(row !== undefined, 'the trading log has a partition row')
  return numberAt(row, 'seq')
}

async function readCursor(db: Sql, consumer: string): Promise<number> {
  const [row] = await db.query('select seq from cursor where consumer = $1 and p = 0', [consumer])
  assert(row !== undefined, 'every consumer of the trading log has a cursor')
  return numberAt(row, 'seq')
}

/** Entries after a sequence number, in order. Throws CDB_EVENT_INVALID on one that does not decode. */
export async function readTradingEntries(
  db: Sql,
  afterSeq: number,
  countMax: number,
): Promise<readonly TradingEntry[]> {
  const rows = await db.query(
    `select ${COLUMNS} from event_log where role = $1 and p = 0 and seq > $2 order by seq limit $3`,
    [ROLE, afterSeq, countMax],
  )
  return rows.map((row) => ({
    ...unhashedOf(row),
    event: decodeEvent(textAt(row, 'payload')),
    hash: textAt(row, 'hash'),
  }))
}

/** The writer is text that a commit wrote, so it is of its union. */
const unhashedOf = (row: Row): Omit<TradingEntry, 'event' | 'hash'> => ({
  seq: numberAt(row, 'seq'),
  causeSeq: numberAt(row, 'cause_seq'),
  marketSeq: numberAt(row, 'market_seq'),
  payload: textAt(row, 'payload'),
  prevHash: textAt(row, 'prev_hash'),
  writer: textAt(row, 'writer') as TradingEntry['writer'],
  epoch: numberAt(row, 'epoch'),
})

async function commit(place: Place, step: Step): Promise<readonly TradingEntry[]> {
  try {
    return (
      (await commitAtOnce(place, step)) ?? (await place.db.transaction((tx) => commitIn(tx, place, step)))
    )
  } catch (error) {
    throw operatingErrorOf(error, 'the trading log')
  }
}

/**
 * In one statement, where the tables can be written without reading them first. Null where they cannot, and
 * where scopes have other states than a submission was decided by: nothing has been written then.
 */
async function commitAtOnce(place: Place, step: Step): Promise<readonly TradingEntry[] | null> {
  const isByStates = typeof step.drafts === 'function'
  const drafts = typeof step.drafts === 'function' ? step.drafts(place.states) : step.drafts
  if (!drafts.every(isSimple)) return null
  const given = {
    ...factsOf(step),
    ...(isByStates ? { states: Object.fromEntries(place.states) } : {}),
    drafts: withRows(drafts),
  }
  const rows = await place.db.statement(COMMIT, [JSON.stringify(given)])
  const isRefused = rows[0] !== undefined && numberAt(rows[0], 'draft') === OTHER_STATES
  return isRefused ? null : entriesOf(rows, step, drafts)
}

const isSimple = ({ event }: Draft): boolean =>
  event.kind === 'approved' || orderRowMoveOf(event) !== null || !isProjected(event)

async function commitIn(tx: Sql, place: Place, step: Step): Promise<readonly TradingEntry[]> {
  const facts = factsOf(step)
  place.states = statesOf(await tx.query(ENTER, [JSON.stringify(facts)]))
  const drafts = typeof step.drafts === 'function' ? step.drafts(place.states) : step.drafts
  const given = { ...facts, drafts: drafts.map(draftRow) }
  const entries = entriesOf(await tx.query(APPEND, [JSON.stringify(given)]), step, drafts)
  await project(tx, place.run, ROLE, entries)
  return entries
}

const statesOf = (rows: readonly Row[]): ScopeStates =>
  new Map(rows.map((row) => [textAt(row, 'at_scope'), textAt(row, 'at_state') as TradingState]))

/** What a commit needs to know of a step besides its drafts, as the functions of the database read it. */
const factsOf = ({ writer, lease, cursor, drafts }: Step): Row => ({
  writer,
  role: lease?.role ?? null,
  p: lease?.partition ?? null,
  owner: lease?.owner ?? null,
  epoch: lease?.epoch ?? 0,
  consumer: cursor?.consumer ?? null,
  fromSeq: cursor?.fromSeq ?? null,
  toSeq: cursor?.toSeq ?? null,
  lock: typeof drafts === 'function' ? 'shared' : drafts.some(changesState) ? 'exclusive' : 'none',
})

const draftRow = ({ event, causeSeq, marketSeq }: Draft): Row => ({
  id: eventIdOf(event),
  once: isOnceOnly(event),
  kind: event.kind,
  payload: encodeEvent(event),
  cause: causeSeq,
  market: marketSeq,
})

/** Drafts with what the tables say of them. */
function withRows(drafts: readonly Draft[]): readonly Row[] {
  const overrides = overridesOf(drafts)
  return drafts.map((draft) => {
    const { event } = draft
    if (event.kind !== 'approved') return { ...draftRow(draft), move: orderRowMoveOf(event) ?? undefined }
    const { order } = event
    return { ...draftRow(draft), order: orderRow(approvedRecord(order), overrides.has(order.clientOrderId)) }
  })
}

const stateActions: readonly string[] = ['halt', 'haltCancel', 'reduceOnly', 'resume']
const changesState = ({ event }: Draft): boolean =>
  event.kind === 'command' && stateActions.includes(event.action)

function entriesOf(rows: readonly Row[], step: Step, drafts: readonly Draft[]): readonly TradingEntry[] {
  return rows.map((row) => {
    const draft = drafts[numberAt(row, 'draft')]
    assert(draft !== undefined, 'what was appended was given')
    const { event, causeSeq, marketSeq } = draft
    return {
      seq: numberAt(row, 'at_seq'),
      causeSeq,
      marketSeq,
      event,
      payload: encodeEvent(event satisfies TradingEvent),
      prevHash: textAt(row, 'before'),
      hash: textAt(row, 'chained'),
      writer: step.writer,
      epoch: step.lease?.epoch ?? 0,
    }
  })
}

/**
 * Checks sequence and hashes of the entries after a sequence number; returns how many there are. Throws
 * CDB_LOG_DIVERGED, naming the first entry that does not follow.
 */
export async function verifyTradingChain(db: Sql, digest: Digest, afterSeq = 0): Promise<number> {
  const [before] = await db.query(
    `select hash from event_log where role = '${ROLE}' and p = 0 and seq = $1`,
    [afterSeq],
  )
  if (before === undefined && afterSeq > 0) throw diverged(`entry ${afterSeq} is missing`)
  let prevHash = before === undefined ? '' : textAt(before, 'hash')
  let seq = afterSeq
  for (;;) {
    const rows = await db.query(
      `select ${COLUMNS} from event_log where role = $1 and p = 0 and seq > $2 order by seq limit $3`,
      [ROLE, seq, CHAIN_PAGE],
    )
    for (const row of rows) {
      seq += 1
      const unhashed = unhashedOf(row)
      if (unhashed.seq !== seq) throw diverged(`entry ${seq} is missing; the next is ${unhashed.seq}`)
      const hash = tradingHash(digest, { ...unhashed, prevHash })
      if (unhashed.prevHash !== prevHash || textAt(row, 'hash') !== hash) {
        throw diverged(`entry ${seq} does not have the hash of its content: ${unhashed.payload}`)
      }
      prevHash = hash
    }
    if (rows.length < CHAIN_PAGE) return seq - afterSeq
  }
}

const diverged = (problem: string): CdbError =>
  new CdbError('CDB_LOG_DIVERGED', `the trading log is damaged: ${problem}`, {
    mend: 'halt trading; restore the database from a backup',
  })
