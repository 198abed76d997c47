import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openPostgres } from '../../../src/adapters/postgres/connection.ts'
import { createLeaseStore } from '../../../src/adapters/postgres/lease-store.ts'
import { createRoles, roleNames } from '../../../src/adapters/postgres/roles.ts'
import type { RoleName } from '../../../src/adapters/postgres/roles.ts'
import type { SqlDatabase } from '../../../src/adapters/postgres/sql.ts'
import { openTradingLog } from '../../../src/adapters/postgres/trading-log.ts'
import { digest } from '../../../src/adapters/system/digest.ts'
import { formatDecimal } from '../../../src/domain/decimal.ts'
import type { TradingEvent } from '../../../src/domain/event.ts'
import type { Writer } from '../../../src/engine/trading-log.ts'
import { command, limitOrder } from '../../engine/controls/facts.ts'
import { signalAt } from '../../engine/risk/feed.ts'
import { bitcoin } from '../../engine/scenario.ts'
import { fillOf } from '../../engine/tally-events.ts'
import { startPostgres } from '../../servers/postgres.ts'
import type { PostgresServer } from '../../servers/postgres.ts'
import { run } from './stored-log.ts'
import { emptied } from './stored-trading.ts'

let server: PostgresServer
let db: SqlDatabase
const sessions = new Map<RoleName, SqlDatabase>()
before(async () => {
  server = await startPostgres()
  db = await openPostgres({ url: server.url, passwordFile: null, applicationName: 'test', poolMax: 2 })
  await emptied(db)
  await createRoles(db, Object.fromEntries(roleNames.map((name) => [name, `it's ${name}`])))
  for (const name of roleNames) {
    const url = new URL(server.url)
    url.username = name
    url.password = `it's ${name}`
    const settings = { url: url.href, passwordFile: null, applicationName: name, poolMax: 1 }
    sessions.set(name, await openPostgres(settings))
  }
})
after(async () => {
  for (const session of sessions.values()) await session.close()
  await db.close()
  await server.remove()
})

const as = (name: RoleName): SqlDatabase => {
  const session = sessions.get(name)
  assert(session !== undefined)
  return session
}

/**
 * Letters of each role's rights, in order of roleNames: select, insert, update of some or all, delete,
 * truncate.
 */
const matrix: Readonly<Record<string, string>> = {
  candles: '- s s s siud s s',
  cash: '- s s su s s s',
  cursor: '- s su su su s s',
  equity: '- s s s siud s s',
  event_log: '- si si si s si s',
  fees: '- s s siu s s s',
  fills: '- s s si s s s',
  kill: '- s siu s s siu s',
  limits: '- s s s s s s',
  market_cursor: '- s s s siu s s',
  order_transition: '- s s s s s s',
  orders: '- s siu su s s s',
  partition: 'siu siu siu siu siu su s',
  positions: '- s s siu s s s',
  risk_bucket: '- s su su s s s',
  run: '- s s s s s s',
  schema_version: 's s s s s s s',
  snapshot: '- s sid sid s s s',
  trades: '- s s s sid s s',
}

test('each role may do with each table what this matrix says, and nothing else', async () => {
  const verbs = ['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger']
  const found: Record<string, string> = {}
  const tables = await db.query(
    `select relname as name from pg_class
     where relkind = 'r' and relnamespace = 'public'::regnamespace order by 1`,
  )
  for (const { name } of tables) {
    const rights: string[] = []
    for (const role of roleNames) {
      let letters = ''
      for (const verb of verbs) {
        const isColumnVerb = ['select', 'insert', 'update', 'references'].includes(verb)
        const ask = isColumnVerb ? 'has_any_column_privilege' : 'has_table_privilege'
        const [row] = await db.query(`select ${ask}($1, $2, $3) as may`, [role, name, verb])
        if (row?.['may'] === true) letters += verb[0] ?? ''
      }
      rights.push(letters === '' ? '-' : letters)
    }
    found[String(name)] = rights.join(' ')
  }
  assert.deepEqual(found, matrix)
})

test('nobody changes, removes or empties the log', async () => {
  for (const name of roleNames) {
    for (const statement of [
      'update event_log set kind = kind',
      'delete from event_log',
      'truncate event_log',
    ]) {
      await assert.rejects(
        as(name).query(statement),
        { code: 'CDB_DATABASE_REFUSED' },
        `${name}: ${statement}`,
      )
    }
  }
})

const refused = { code: 'CDB_DATABASE_REFUSED' }

test('risk cannot raise a limit, nor say that one was raised which nobody ordered', async () => {
  await assert.rejects(as('cdb_risk').query('update risk_bucket set lim = 1000'), refused)
  await assert.rejects(as('cdb_risk').query(`update limits set value = '1000'`), refused)
  await assert.rejects(as('cdb_execution').query(`select follow_limit('trading', 1, false)`), refused)
})

const order = limitOrder('50000')
const about = {
  ...{ clientOrderId: order.clientOrderId, account: order.account, instrument: order.instrument },
  eventMs: order.decidedMs,
}

test('each service does all its work with the rights of its role', async () => {
  const lead = async (role: 'signal' | 'risk' | 'execution') => {
    const session = as(`cdb_${role}`)
    const lease = await createLeaseStore(session).acquire(role, 0, `${role} of the test`)
    const log = await openTradingLog({ db: session, run, digest })
    return (...events: readonly TradingEvent[]) =>
      log.commit({
        ...{ writer: role, lease, cursor: null },
        drafts: events.map((event) => ({ event, causeSeq: 0, marketSeq: 0 })),
      })
  }
  const [signal, risk, execution] = [await lead('signal'), await lead('risk'), await lead('execution')]
  await signal(signalAt(1, '100'))
  await risk({ kind: 'approved', eventMs: order.decidedMs, order })
  await execution({ kind: 'submitting', ...about })
  const fill = {
    ...fillOf({ atMs: 1, side: 'buy', price: '50000', quantity: formatDecimal(order.quantity) }),
    ...about,
  }
  await execution({ kind: 'accepted', ...about, venueOrderId: 'v' }, { ...fill, instrument: bitcoin.id })
  const entry = signalAt(1, '100').slot
  assert.deepEqual(await db.query('select event_id from event_log where seq = 1'), [
    { event_id: `signal/${entry}` },
  ])
  await assertLimitFollows()
  for (const role of ['ws', 'db-writer'] as const) {
    const session = as(role === 'ws' ? 'cdb_ws' : 'cdb_db_writer')
    assert.notEqual(await createLeaseStore(session).acquire(role, 0, 'a'), null)
  }
  await as('cdb_db_writer').query(`update cursor set seq = 6 where consumer = 'db-writer'`)
  assert.deepEqual(await db.query('select seq::integer from cursor order by consumer'), [
    { seq: 6 },
    { seq: 0 },
    { seq: 6 },
  ])
})

/** People order a limit, and risk, which may not write it, says that it has changed. */
async function assertLimitFollows(): Promise<void> {
  const control = await openTradingLog({ db: as('cdb_control'), run, digest })
  const [kill, limit] = [
    command({ id: 'k', action: 'halt', scope: 'global', subject: '' }),
    command({ id: 'l', action: 'setLimit', scope: 'global', subject: 'C12.accountMax', value: '9' }),
  ]
  const given = await control.commit({
    ...{ writer: 'control', lease: null, cursor: null },
    drafts: [kill, limit].map((event) => ({ event, causeSeq: 0, marketSeq: 0 })),
  })
  const riskLog = await openTradingLog({ db: as('cdb_risk'), run, digest })
  const lease = { role: 'risk', partition: 0, owner: 'risk of the test', epoch: 1 } as const
  await riskLog.commit({
    ...{ writer: 'risk', lease, cursor: { consumer: 'risk', fromSeq: 0, toSeq: 6 } },
    drafts: [
      {
        event: {
          ...{
            kind: 'alert',
            eventMs: 1,
            level: 'warning',
            code: 'LIMIT_CHANGED',
            scope: 'global',
            message: 'm',
          },
        },
        causeSeq: given[1]?.seq ?? 0,
        marketSeq: 0,
      },
    ],
  })
  assert.deepEqual(
    await db.query(`select trunc(lim)::integer as lim from risk_bucket where scope like 'account%'`),
    [{ lim: 9 }],
  )
}

test('a role writes entries, leases and cursors of its own only', async () => {
  const entry = (writer: Writer): string =>
    `insert into event_log values ('trading', 0, 99, 'x', 'mark', '{}', 0, 0, '', 'h', '${writer}', 1)`
  await assert.rejects(as('cdb_signal').query(entry('risk')), refused)
  await assert.rejects(as('cdb_risk').query(entry('control')), refused)
  await assert.rejects(as('cdb_control').query(entry('execution')), refused)
  assert.equal(
    await createLeaseStore(as('cdb_risk')).renew({
      role: 'execution',
      partition: 0,
      owner: 'execution of the test',
      epoch: 1,
    }),
    false,
  )
  await assert.rejects(createLeaseStore(as('cdb_signal')).acquire('ws', 1, 'thief'), refused)
  assert.deepEqual(
    await as('cdb_risk').query(`update cursor set seq = 0 where consumer = 'execution' returning seq`),
    [],
  )
  assert.deepEqual(
    await as('cdb_ws').query(`update partition set next_seq = 1 where role = 'trading' returning p`),
    [],
  )
})

test('roles are made again without harm', async () => {
  await createRoles(db)
  assert.deepEqual(await as('cdb_read').query('select count(*)::integer as n from run'), [{ n: 1 }])
})
