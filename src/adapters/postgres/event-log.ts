import { decodeEvent } from '../../domain/codec.ts'
import { CdbError } from '../../domain/errors.ts'
import { chainHash } from '../../engine/journal.ts'
import type { LogEntry } from '../../engine/journal.ts'
import type { Cursor, Digest, EventLog } from '../../engine/ports.ts'
import { project } from './projections.ts'
import { claimRun, MARKET, PARTITION, ROLE } from './run.ts'
import type { RunRecord } from './run.ts'
import { migrate } from './schema.ts'
import { numberAt, textAt } from './sql.ts'
import type { Row, Sql, SqlDatabase } from './sql.ts'

type Head = Cursor & Readonly<{ hash: string }>

/** Entries whose chain is checked at every start; `cdb replay --verify` and `cdb doctor` check all. */
const TAIL_MAX = 1_000

/**
 * The trading log on PostgreSQL. One commit is one transaction: entries, cursor and projections move together
 * or not at all. Throws CDB_DATA_FOREIGN when the database holds another run or a newer schema,
 * CDB_LOG_DIVERGED when the newest entries do not chain.
 */
export async function openEventLog(db: SqlDatabase, run: RunRecord, digest: Digest): Promise<EventLog> {
  await migrate(db)
  await claimRun(db, run)
  return attachEventLog(db, run, digest)
}

/** The log of a database that has its run. */
export async function attachEventLog(db: SqlDatabase, run: RunRecord, digest: Digest): Promise<EventLog> {
  let head = await readHead(db)
  await verifyChain(db, digest, Math.max(0, head.logSeq - TAIL_MAX))
  return {
    head: () => Promise.resolve(head),
    read: (afterSeq, countMax) => readEntries(db, afterSeq, countMax),
    operatorCommands: () => readCommands(db),
    async commit(entries, cursor) {
      requireFollowing(head, entries, cursor)
      await db.transaction(async (tx) => {
        await move(tx, head, cursor)
        if (entries.length === 0) return
        await append(tx, entries)
        await project(tx, run, ROLE, entries)
      })
      head = { ...cursor, hash: entries.at(-1)?.hash ?? head.hash }
    },
    close: () => db.close(),
  }
}

async function readHead(db: Sql): Promise<Head> {
  const [row] = await db.query(
    `select next_seq - 1 as log_seq, cursor.seq as market_seq,
       coalesce((select hash from event_log where role = $1 and p = $2 and seq = next_seq - 1), '') as hash
     from partition, cursor
     where partition.role = $1 and partition.p = $2 and consumer = $3 and cursor.p = $2`,
    [ROLE, PARTITION, MARKET],
  )
  if (row === undefined) throw diverged('the log has no partition row')
  const head = {
    logSeq: numberAt(row, 'log_seq'),
    marketSeq: numberAt(row, 'market_seq'),
    hash: textAt(row, 'hash'),
  }
  if (head.logSeq > 0 && head.hash === '') throw diverged(`entry ${head.logSeq}, the newest, is missing`)
  return head
}

async function readEntries(db: Sql, afterSeq: number, countMax: number): Promise<readonly LogEntry[]> {
  const rows = await db.query(
    `select seq, cause_seq, market_seq, kind, payload, prev_hash, hash from event_log
     where role = $1 and p = $2 and seq > $3 order by seq limit $4`,
    [ROLE, PARTITION, afterSeq, countMax],
  )
  return rows.map(entryOf)
}

async function readCommands(db: Sql): Promise<readonly LogEntry[]> {
  const rows = await db.query(
    `select seq, cause_seq, market_seq, kind, payload, prev_hash, hash from event_log
     where role = $1 and p = $2 and kind = 'command' and cause_seq = 0 order by seq`,
    [ROLE, PARTITION],
  )
  return rows.map(entryOf)
}

const entryOf = (row: Row): LogEntry => ({
  seq: numberAt(row, 'seq'),
  causeSeq: numberAt(row, 'cause_seq'),
  marketSeq: numberAt(row, 'market_seq'),
  event: decodeEvent(textAt(row, 'payload')),
  payload: textAt(row, 'payload'),
  prevHash: textAt(row, 'prev_hash'),
  hash: textAt(row, 'hash'),
})

const CHAIN_PAGE = 10_000

/**
 * Checks sequence and hashes of the entries after a sequence number; returns how many there are.
 * Throws CDB_LOG_DIVERGED, naming the first entry that does not follow.
 */
export async function verifyChain(db: Sql, digest: Digest, afterSeq = 0): Promise<number> {
  const [before] = await db.query('select hash from event_log where role = $1 and p = $2 and seq = $3', [
    ROLE,
    PARTITION,
    afterSeq,
  ])
  if (before === undefined && afterSeq > 0) throw diverged(`entry ${afterSeq} is missing`)
  let prevHash = before === undefined ? '' : textAt(before, 'hash')
  let seq = afterSeq
  for (;;) {
    const rows = await db.query(
      `select seq, cause_seq, market_seq, payload, prev_hash, hash from event_log
       where role = $1 and p = $2 and seq > $3 order by seq limit $4`,
      [ROLE, PARTITION, seq, CHAIN_PAGE],
    )
    for (const row of rows) {
      seq += 1
      const found = numberAt(row, 'seq')
      if (found !== seq) throw diverged(`entry ${seq} is missing; the next is ${found}`)
      const hash = chainHash(digest, {
        seq,
        causeSeq: numberAt(row, 'cause_seq'),
        marketSeq: numberAt(row, 'market_seq'),
        payload: textAt(row, 'payload'),
        prevHash,
      })
      if (textAt(row, 'prev_hash') !== prevHash || textAt(row, 'hash') !== hash) {
        throw diverged(`entry ${seq} does not have the hash of its content: ${textAt(row, 'payload')}`)
      }
      prevHash = hash
    }
    if (rows.length < CHAIN_PAGE) return seq - afterSeq
  }
}

const diverged = (problem: string): CdbError =>
  new CdbError('CDB_LOG_DIVERGED', `the log is damaged: ${problem}`, {
    mend: 'do not trade on it: restore the data folder from a backup, or start in another one',
  })

const conflict = (message: string): CdbError =>
  new CdbError('CDB_LOG_CONFLICT', message, { mend: 'stop the other writer, then start again' })

/** What is committed must begin where the log ends. */
function requireFollowing(head: Head, entries: readonly LogEntry[], cursor: Cursor): void {
  let { hash, logSeq } = head
  for (const entry of entries) {
    if (entry.seq !== logSeq + 1 || entry.prevHash !== hash) {
      throw conflict(`entry ${entry.seq} does not follow entry ${logSeq}, the log's newest`)
    }
    logSeq = entry.seq
    hash = entry.hash
  }
  if (cursor.logSeq !== logSeq || cursor.marketSeq < head.marketSeq) {
    throw conflict(`cursor ${cursor.marketSeq}/${cursor.logSeq} is not after ${head.marketSeq}/${logSeq}`)
  }
}

/**
 * Moves partition and cursor from where this writer left them; that they are elsewhere proves another writer.
 */
async function move(tx: Sql, head: Head, cursor: Cursor): Promise<void> {
  const moved = await tx.query(
    'update partition set next_seq = $3 where role = $1 and p = $2 and next_seq = $4 returning next_seq',
    [ROLE, PARTITION, cursor.logSeq + 1, head.logSeq + 1],
  )
  if (moved.length === 0) throw conflict(`the log is no longer at entry ${head.logSeq}`)
  const read = await tx.query(
    'update cursor set seq = $3 where consumer = $1 and p = $2 and seq = $4 returning seq',
    [MARKET, PARTITION, cursor.marketSeq, head.marketSeq],
  )
  if (read.length === 0) throw conflict(`the cursor is no longer at market event ${head.marketSeq}`)
}

async function append(tx: Sql, entries: readonly LogEntry[]): Promise<void> {
  const rows = entries.map((entry) => ({
    seq: entry.seq,
    event_id: `${ROLE}/${PARTITION}/${entry.seq}`,
    kind: entry.event.kind,
    payload: entry.payload,
    cause_seq: entry.causeSeq,
    market_seq: entry.marketSeq,
    prev_hash: entry.prevHash,
    hash: entry.hash,
  }))
  await tx.query(
    `insert into event_log (role, p, seq, event_id, kind, payload, cause_seq, market_seq, prev_hash, hash)
     select $1, $2, seq, event_id, kind, payload, cause_seq, market_seq, prev_hash, hash
     from json_to_recordset($3::json) as given(seq bigint, event_id text, kind text, payload text,
       cause_seq bigint, market_seq bigint, prev_hash text, hash text)`,
    [ROLE, PARTITION, JSON.stringify(rows)],
  )
}
