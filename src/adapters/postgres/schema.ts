import { CdbError } from '../../domain/errors.ts'
import { commitFunctions } from './commit-functions.ts'
import { numberAt } from './sql.ts'
import type { SqlDatabase } from './sql.ts'
import { tradingSchema } from './trading-schema.ts'

/** Migrations in order; the schema's version is how many have run. A released one is never changed. */
const migrations: readonly string[] = [
  `
create table run (
  id integer primary key check (id = 1),
  account text not null,
  instrument text not null,
  base_asset text not null,
  quote_asset text not null,
  cash_start numeric(38,12) not null,
  settings text not null,
  source_path text not null
);

create table partition (
  role text not null,
  p integer not null,
  next_seq bigint not null check (next_seq > 0),
  primary key (role, p)
);

create table event_log (
  role text not null,
  p integer not null,
  seq bigint not null check (seq > 0),
  event_id text not null unique,
  kind text not null,
  payload text not null,
  cause_seq bigint not null check (cause_seq >= 0 and cause_seq < seq),
  market_seq bigint not null check (market_seq >= 0),
  prev_hash text not null,
  hash text not null,
  primary key (role, p, seq)
);

create function refuse_change() returns trigger language plpgsql as $body$
begin
  raise exception '% is append-only', tg_table_name;
end
$body$;
create trigger event_log_append_only before update or delete or truncate on event_log
  for each statement execute function refuse_change();

create table cursor (
  consumer text not null,
  p integer not null,
  seq bigint not null check (seq >= 0),
  primary key (consumer, p)
);

create table orders (
  client_order_id text primary key,
  slot text not null unique,
  account text not null,
  strategy text not null,
  instrument text not null,
  side text not null check (side in ('buy', 'sell')),
  type text not null,
  quantity numeric(38,12) not null check (quantity > 0),
  price numeric(38,12),
  stop_price numeric(38,12),
  time_in_force text not null,
  post_only boolean not null,
  reduce_only boolean not null,
  order_group text,
  purpose text not null,
  decision_price numeric(38,12) not null,
  decided_ms bigint not null,
  expires_ms bigint,
  state text not null,
  filled numeric(38,12) not null check (filled >= 0 and filled <= quantity),
  approved_seq bigint not null,
  updated_seq bigint not null
);

create function refuse_revival() returns trigger language plpgsql as $body$
begin
  raise exception 'order % has ended as % and cannot become %', old.client_order_id, old.state, new.state;
end
$body$;
create trigger orders_end_once before update of state on orders for each row
  when (old.state in ('denied', 'abandoned', 'filled', 'canceled', 'expired', 'rejected', 'notPlaced')
    and new.state <> old.state)
  execute function refuse_revival();

create table fills (
  account text not null,
  instrument text not null,
  trade_id text not null,
  client_order_id text not null references orders,
  seq bigint not null unique,
  event_ms bigint not null,
  side text not null check (side in ('buy', 'sell')),
  price numeric(38,12) not null check (price > 0),
  quantity numeric(38,12) not null check (quantity > 0),
  leaves numeric(38,12) not null check (leaves >= 0),
  fee numeric(38,12) not null,
  fee_asset text not null,
  liquidity text not null,
  primary key (account, instrument, trade_id)
);

create table positions (
  account text not null,
  instrument text not null,
  quantity numeric(38,12) not null,
  cost numeric(38,12) not null,
  realized_pnl numeric(38,12) not null,
  updated_seq bigint not null,
  primary key (account, instrument)
);

create table cash (
  account text not null,
  asset text not null,
  start numeric(38,12) not null,
  amount numeric(38,12) not null,
  fees numeric(38,12) not null,
  updated_seq bigint not null,
  primary key (account, asset)
);

create table fees (
  account text not null,
  asset text not null,
  amount numeric(38,12) not null,
  primary key (account, asset)
);

create table kill (
  scope text primary key,
  state text not null check (state in ('active', 'reduceOnly', 'halted')),
  actor text not null,
  reason text not null,
  seq bigint not null
);

create table limits (
  param text primary key,
  value text not null,
  seq bigint not null
);

create view open_orders as
  select client_order_id, account, instrument, side, type, state, quantity - filled as leaves,
    ((quantity - filled) * coalesce(price, stop_price, decision_price))::numeric(38,12) as open_value
  from orders
  where state not in ('denied', 'abandoned', 'filled', 'canceled', 'expired', 'rejected', 'notPlaced');
`,
  `${tradingSchema}${commitFunctions}`,
]

export const SCHEMA_VERSION = migrations.length

/** Processes that migrate at once wait for each other by this advisory lock: "cdbddl" in ASCII. */
const MIGRATION_LOCK = '109282798625900'

/**
 * Brings the schema to this version, all in one transaction. A migration only adds (expand): programs of
 * the version before go on beside new ones; what only they need is dropped by a later one (contract). Safe
 * when run twice and by several processes. Throws CDB_DATA_FOREIGN on a newer schema.
 */
export async function migrate(db: SqlDatabase): Promise<void> {
  const current = await readVersion(db)
  refuseNewer(current)
  if (current === SCHEMA_VERSION) return
  const steps = migrations.map((text, index) => migrationStep(index + 1, text))
  await db.script(`begin; select pg_advisory_xact_lock(${MIGRATION_LOCK});
    create table if not exists schema_version (
      version integer primary key, applied_at timestamptz not null default now());
    ${steps.join('')}
    commit`)
  // Another process may have gone further meanwhile.
  refuseNewer(await readVersion(db))
}

/** Throws CDB_SCHEMA_OLD where migrations are missing, CDB_DATA_FOREIGN on a newer schema. */
export async function requireSchema(db: SqlDatabase): Promise<void> {
  const current = await readVersion(db)
  refuseNewer(current)
  if (current === SCHEMA_VERSION) return
  throw new CdbError(
    'CDB_SCHEMA_OLD',
    `the database is of schema ${current}; this program needs schema ${SCHEMA_VERSION}`,
    { mend: 'run: cdb migrate' },
  )
}

/** Runs a migration where it has not run, judged under the lock. */
const migrationStep = (version: number, text: string): string => `
  do $migration$ begin
    if not exists (select from schema_version where version >= ${version}) then
      execute $step$ ${text} $step$;
      insert into schema_version (version) values (${version});
    end if;
  end $migration$;`

async function readVersion(db: SqlDatabase): Promise<number> {
  const [known] = await db.query(`select to_regclass('schema_version') is not null as known`)
  if (known?.['known'] !== true) return 0
  const [row] = await db.query('select coalesce(max(version), 0) as version from schema_version')
  return row === undefined ? 0 : numberAt(row, 'version')
}

function refuseNewer(current: number): void {
  if (current <= SCHEMA_VERSION) return
  throw new CdbError(
    'CDB_DATA_FOREIGN',
    `the data is of schema ${current}; this program knows schemas up to ${SCHEMA_VERSION}`,
    { mend: 'use the newer version of cdb that wrote it, or another --data folder or database' },
  )
}
