import type { SqlDatabase } from './sql.ts'

/** Roles of the database, one a service, one for people's commands and one that only reads. */
export const roleNames = [
  'cdb_ws',
  'cdb_signal',
  'cdb_risk',
  'cdb_execution',
  'cdb_db_writer',
  'cdb_control',
  'cdb_read',
] as const
export type RoleName = (typeof roleNames)[number]

/** What a role may do with a table besides reading it: verbs of SQL, with columns where not all are meant. */
type Grants = Readonly<Record<string, readonly string[]>>

const LEASE: Grants = { partition: ['insert', 'update (owner, epoch, lease_until, next_seq)'] }
const APPENDS: Grants = { event_log: ['insert'] }
const READS: Grants = { cursor: ['update (seq)'] }
const KILLS: Grants = { kill: ['insert', 'update'] }
const KEEPS: Grants = { snapshot: ['insert', 'delete'] }
const MOVES_ORDERS: Grants = {
  orders: ['update (state, filled, updated_seq)'],
  risk_bucket: ['update (reserved, used)'],
}

/** The least that each needs; nobody may change or remove an entry of the log, or raise a limit by itself. */
const grants: Readonly<Record<RoleName, Grants>> = {
  cdb_ws: LEASE,
  cdb_signal: { ...LEASE, ...APPENDS },
  cdb_risk: {
    ...{ ...LEASE, ...APPENDS, ...READS, ...KILLS, ...KEEPS, ...MOVES_ORDERS },
    orders: ['insert', 'update (state, filled, updated_seq)'],
  },
  cdb_execution: {
    ...{ ...LEASE, ...APPENDS, ...READS, ...KEEPS, ...MOVES_ORDERS },
    fills: ['insert'],
    positions: ['insert', 'update'],
    cash: ['update (amount, fees, updated_seq)'],
    fees: ['insert', 'update'],
  },
  cdb_db_writer: {
    ...{ ...LEASE, ...READS },
    trades: ['insert', 'delete'],
    candles: ['insert', 'update', 'delete'],
    equity: ['insert', 'update', 'delete'],
    market_cursor: ['insert', 'update'],
  },
  cdb_control: { ...APPENDS, ...KILLS, partition: ['update (next_seq)'] },
  cdb_read: {},
}

/** ws needs to know of leases and the schema, not of the account. */
const WS_READS = ['schema_version', 'partition']

/** Whose entries, cursors and leases a role may write, as the rows name it. */
const writerOf: Readonly<Partial<Record<RoleName, string>>> = {
  cdb_ws: 'ws',
  cdb_signal: 'signal',
  cdb_risk: 'risk',
  cdb_execution: 'execution',
  cdb_db_writer: 'db-writer',
  cdb_control: 'control',
}

/**
 * Makes the roles, as groups that log-in users are put in, and gives each what it needs; a role that has a
 * password in the given ones may also log in itself. Safe to run again. Throws CDB_DATABASE_REFUSED when
 * the user may not.
 */
export async function createRoles(
  db: SqlDatabase,
  passwords: Readonly<Partial<Record<RoleName, string>>> = {},
): Promise<void> {
  await db.script(`begin;
    ${roleNames.map(roleSql).join('\n')}
    ${roleNames.map((name) => loginSql(name, passwords[name])).join('\n')}
    ${rowRules}
    revoke execute on function claim_run(json), follow_limit(text, bigint, boolean) from public;
    grant execute on function claim_run(json)
      to cdb_signal, cdb_risk, cdb_execution, cdb_db_writer, cdb_control;
    grant execute on function follow_limit(text, bigint, boolean) to cdb_risk;
    commit`)
}

function roleSql(name: RoleName): string {
  const given = Object.entries(grants[name]).map(
    ([table, verbs]) => `grant ${verbs.join(', ')} on ${table} to ${name};`,
  )
  const reads = name === 'cdb_ws' ? WS_READS.join(', ') : 'all tables in schema public'
  return `
    do $do$ begin
      if not exists (select from pg_roles where rolname = '${name}') then create role ${name}; end if;
    end $do$;
    revoke all on all tables in schema public from ${name};
    grant usage on schema public to ${name};
    grant select on ${reads} to ${name};
    ${given.join('\n')}`
}

const loginSql = (name: RoleName, password: string | undefined): string =>
  password === undefined ? '' : `alter role ${name} login password '${password.replaceAll("'", "''")}';`

/** Tables whose rows name whom they are of. */
const OWNED = ['event_log', 'partition', 'cursor']

/** A role writes its own rows only: entries of its writer, its cursor, its lease and the row of the log. */
const rowRules = `
  alter table event_log enable row level security;
  alter table partition enable row level security;
  alter table cursor enable row level security;
  ${OWNED.map((table) => policy(table, 'read', 'for select using (true)')).join('\n')}
  ${roleNames.map(ownRows).join('\n')}`

function policy(table: string, name: string, rule: string): string {
  return `drop policy if exists ${name} on ${table}; create policy ${name} on ${table} ${rule};`
}

function ownRows(name: RoleName): string {
  const writer = writerOf[name]
  if (writer === undefined) return ''
  const logs = 'event_log' in grants[name] ? `'${writer}', 'trading'` : `'${writer}'`
  return [
    policy('event_log', `${name}_appends`, `for insert to ${name} with check (writer = '${writer}')`),
    policy('partition', `${name}_leads`, `for insert to ${name} with check (role = '${writer}')`),
    policy('partition', `${name}_moves`, `for update to ${name} using (role in (${logs}))`),
    policy('cursor', `${name}_reads`, `for update to ${name} using (consumer = '${writer}')`),
  ].join('\n')
}
