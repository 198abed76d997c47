/**
 * What the services need beside the log of one process: leases and epochs, who wrote what, market data,
 * snapshots and the buckets of limits. Rules that no program may break are triggers. It only adds, and what
 * it adds has defaults, so that programs of the schema before it go on beside it (expand); what they alone
 * need is taken away by a later migration, when none of them runs (contract).
 */
export const tradingSchema = `
alter table partition
  add owner text not null default '',
  add epoch bigint not null default 0,
  add lease_until timestamptz not null default '-infinity';

create function refuse_older_epoch() returns trigger language plpgsql as $body$
begin
  raise exception 'the epoch of % cannot go from % back to %', old.role, old.epoch, new.epoch;
end
$body$;
create trigger partition_epoch_grows before update of epoch on partition for each row
  when (new.epoch < old.epoch) execute function refuse_older_epoch();

alter table event_log
  add writer text not null default '',
  add epoch bigint not null default 0;

create function refuse_superseded() returns trigger language plpgsql as $body$
declare
  found record;
begin
  select added.seq, added.writer, added.epoch, lease.epoch as newest into found
    from added join partition as lease on lease.role = added.writer and lease.p = added.p
    where added.epoch <> lease.epoch limit 1;
  if found is not null then
    raise exception 'entry % of % is of epoch %; its newest is %',
      found.seq, found.writer, found.epoch, found.newest;
  end if;
  return null;
end
$body$;
create trigger event_log_epoch after insert on event_log referencing new table as added
  for each statement execute function refuse_superseded();

create table order_transition (
  from_state text not null,
  to_state text not null,
  direct boolean not null default true,
  primary key (from_state, to_state)
);
insert into order_transition (from_state, to_state) values
  ('new', 'denied'), ('new', 'approved'),
  ('approved', 'abandoned'), ('approved', 'submitting'),
  ('submitting', 'partiallyFilled'), ('submitting', 'filled'), ('submitting', 'canceled'),
  ('submitting', 'expired'), ('submitting', 'accepted'), ('submitting', 'rejected'),
  ('submitting', 'unknown'),
  ('unknown', 'partiallyFilled'), ('unknown', 'filled'), ('unknown', 'canceled'), ('unknown', 'expired'),
  ('unknown', 'accepted'), ('unknown', 'notPlaced'),
  ('accepted', 'partiallyFilled'), ('accepted', 'filled'), ('accepted', 'canceled'), ('accepted', 'expired'),
  ('accepted', 'cancelPending'),
  ('partiallyFilled', 'partiallyFilled'), ('partiallyFilled', 'filled'), ('partiallyFilled', 'canceled'),
  ('partiallyFilled', 'expired'), ('partiallyFilled', 'cancelPending'),
  ('cancelPending', 'cancelPending'), ('cancelPending', 'filled'), ('cancelPending', 'canceled'),
  ('cancelPending', 'expired');
-- Moves that come in one commit are written as one, so where several moves lead is listed as well.
insert into order_transition (from_state, to_state, direct)
  with recursive reached as (
    select from_state, to_state from order_transition
    union
    select reached.from_state, further.to_state
      from reached join order_transition as further on further.from_state = reached.to_state
  ) select from_state, to_state, false from reached
  on conflict do nothing;

create function refuse_transition() returns trigger language plpgsql as $body$
begin
  if not exists (select from order_transition where from_state = old.state and to_state = new.state) then
    raise exception 'order % that is % cannot become %', old.client_order_id, old.state, new.state;
  end if;
  return new;
end
$body$;
create trigger orders_move_legally before update of state on orders for each row
  when (old.state <> new.state) execute function refuse_transition();

create table risk_bucket (
  account text not null,
  scope text not null,
  metric text not null,
  lim numeric(38,12) not null check (lim >= 0),
  reserved numeric(38,12) not null default 0 check (reserved >= 0),
  used numeric(38,12) not null default 0 check (used >= 0),
  primary key (account, scope, metric)
);

create function refuse_above_limit() returns trigger language plpgsql as $body$
begin
  raise exception '% of % would be %, and its limit is %',
    new.metric, new.scope, new.reserved + new.used, new.lim using errcode = 'CD003';
end
$body$;
-- A limit may be lowered below its use; what is in use may then only become less.
create trigger risk_bucket_limit before update on risk_bucket for each row
  when (new.reserved + new.used > new.lim and new.reserved + new.used > old.reserved + old.used)
  execute function refuse_above_limit();

-- Entries take from the buckets of open orders: reserved until the venue has them, used while they rest.
-- Orders that only reduce, and one that two people vouched for, are not bounded by them (C12, C29).
alter table orders add overridden boolean not null default false;

create function bucket_part(state text) returns text language sql immutable as $body$
  select case when state in ('approved', 'submitting', 'unknown') then 'reserved'
    when state in ('accepted', 'partiallyFilled', 'cancelPending') then 'used' end
$body$;

create function take_from_buckets() returns trigger language plpgsql as $body$
declare
  part_before text := case when tg_op = 'UPDATE' then bucket_part(old.state) end;
  part_after text := bucket_part(new.state);
  reserve numeric := (part_after is not distinct from 'reserved')::integer
    - (part_before is not distinct from 'reserved')::integer;
  occupy numeric := (part_after is not distinct from 'used')::integer
    - (part_before is not distinct from 'used')::integer;
  bucket record;
begin
  if reserve = 0 and occupy = 0 then return null; end if;
  for bucket in select scope from risk_bucket where account = new.account and metric = 'openOrders'
    and scope in ('account:' || new.account, 'instrument:' || new.instrument) order by scope
  loop
    update risk_bucket set reserved = reserved + reserve, used = used + occupy
      where account = new.account and metric = 'openOrders' and scope = bucket.scope
        and (reserve + occupy <= 0 or reserved + used + reserve + occupy <= lim);
    if not found then
      raise exception 'order % does not fit in the open orders of %', new.client_order_id, bucket.scope
        using errcode = 'CD003';
    end if;
  end loop;
  return null;
end
$body$;
create trigger orders_take after insert or update of state on orders for each row
  when (new.purpose = 'entry' and not new.overridden) execute function take_from_buckets();

-- What a limit was at the start of the run, so that every approval can be audited by the limit of its time.
alter table limits add value_start text;

create table trades (
  instrument text not null,
  trade_id bigint not null,
  event_ms bigint not null,
  price double precision not null,
  quantity double precision not null,
  aggressor text not null,
  primary key (instrument, trade_id)
);
create index trades_by_time on trades (instrument, event_ms);

create table candles (
  instrument text not null,
  interval_ms bigint not null,
  open_ms bigint not null,
  open double precision not null,
  high double precision not null,
  low double precision not null,
  close double precision not null,
  volume double precision not null,
  primary key (instrument, interval_ms, open_ms)
);

create table equity (
  account text not null,
  event_ms bigint not null,
  equity numeric(38,12) not null,
  cash numeric(38,12) not null,
  position_value numeric(38,12) not null,
  log_seq bigint not null,
  primary key (account, event_ms)
);

create table market_cursor (
  consumer text not null,
  instrument text not null,
  position text not null,
  primary key (consumer, instrument)
);

create table snapshot (
  consumer text not null,
  p integer not null,
  seq bigint not null,
  state text not null,
  sha256 text not null,
  code_version text not null,
  created_at timestamptz not null default now(),
  primary key (consumer, p, seq)
);
`
