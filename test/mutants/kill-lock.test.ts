import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { openPostgres } from '../../src/adapters/postgres/connection.ts'
import type { SqlDatabase } from '../../src/adapters/postgres/sql.ts'
import { openTradingLog } from '../../src/adapters/postgres/trading-log.ts'
import { digest } from '../../src/adapters/system/digest.ts'
import { CdbError } from '../../src/domain/errors.ts'
import type { Command } from '../../src/domain/event.ts'
import { run } from '../adapters/postgres/stored-log.ts'
import { emptied } from '../adapters/postgres/stored-trading.ts'
import { startPostgres } from '../servers/postgres.ts'
import type { PostgresServer } from '../servers/postgres.ts'

/** Overlapping submissions, each of which holds the kill lock shared. */
const HOLDERS = 16
const HOLD_MS = 30
/** So many may end between the giving of the kill and its commit: those that had begun, and some. */
const FINISHED_MAX = 4 * HOLDERS

let server: PostgresServer
let db: SqlDatabase
let people: SqlDatabase
before(async () => {
  server = await startPostgres()
  const settings = { url: server.url, passwordFile: null }
  db = await openPostgres({ ...settings, applicationName: 'submissions', poolMax: HOLDERS })
  people = await openPostgres({ ...settings, applicationName: 'people', poolMax: 2 })
})
after(async () => {
  await db.close()
  await people.close()
  await server.remove()
})

const halt: Command = {
  ...{ kind: 'command', id: 'person/1', eventMs: 1_700_000_000_000, action: 'halt', scope: 'global' },
  ...{ actor: 'person', approver: '', reason: 'to see it', subject: '', value: '' },
}

test('submissions that never cease do not keep a kill waiting', async () => {
  await emptied(db)
  await openTradingLog({ db, run, digest })
  const log = await openTradingLog({ db: people, run, digest })
  const stop = new AbortController()
  let finished = 0
  const holders = Array.from({ length: HOLDERS }, async (_, index) => {
    await sleep((index * HOLD_MS) / HOLDERS)
    while (!stop.signal.aborted) {
      await db.transaction(async (sql) => {
        await sql.query('select * from trading_enter($1::json)', [JSON.stringify({ lock: 'shared' })])
        await sleep(HOLD_MS)
      })
      finished += 1
    }
  })
  try {
    await sleep(4 * HOLD_MS)
    const before = finished
    await log
      .commit({
        writer: 'control',
        lease: null,
        cursor: null,
        drafts: [{ event: halt, causeSeq: 0, marketSeq: 0 }],
      })
      .catch((error: unknown) => {
        if (error instanceof CdbError) assert.fail(`the kill was given up: ${error.message}`)
        throw error
      })
    const passed = finished - before
    assert(passed <= FINISHED_MAX, `${passed} submissions went ahead of the kill`)
  } finally {
    stop.abort()
    await Promise.allSettled(holders)
  }
})
