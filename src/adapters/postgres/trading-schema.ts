import { orderStates, orderTransitions } from '../../domain/order.ts'
import type { OrderState } from '../../domain/order.ts'

/** The key of the advisory lock by which a kill and submissions exclude each other: "cdbkill" in ASCII. */
export const KILL_LOCK = '27988542884899180'

/** Every move of an order's state that its life cycle has, `from` to `to`; a part fill may stay as it is. */
export const orderMovesAllowed = (): readonly Readonly<{ from: OrderState; to: OrderState }>[] =>
  orderStates.flatMap((from) => {
    const targets = new Set(Object.values(orderTransitions[from]))
    return [...targets].map((to) => ({ from, to }))
  })

/**
 * What the services need beside the log of one process: leases and epochs, who wrote what, market data,
 * snapshots and the buckets of limits. Rules that no program may break are triggers. It only adds, and what it
 * adds has defaults, so that programs of the schema before it go on beside it (expand); what they alone need is
 * taken away by a later migration, when none of them runs (contract).
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
  primary key (from_state, to_state)
);
insert into order_transition values
  ('new', 'denied'), ('new', 'approved'),
  ('approved', 'abandoned'), ('approved', 'submitting'),
  ('submitting', 'partiallyFilled'), ('submitting', 'filled'), ('submitting', 'canceled'),
  ('submitting', 'expired'), ('submitting', 'accepted'), ('submitting', 'rejected'), ('submitting', 'unknown'),
  ('unknown', 'partiallyFilled'), ('unknown', 'filled'), ('unknown', 'canceled'), ('unknown', 'expired'),
  ('unknown', 'accepted'), ('unknown', 'notPlaced'),
  ('accepted', 'partiallyFilled'), ('accepted', 'filled'), ('accepted', 'canceled'), ('accepted', 'expired'),
  ('accepted', 'cancelPending'),
  ('partiallyFilled', 'partiallyFilled'), ('partiallyFilled', 'filled'), ('partiallyFilled', 'canceled'),
  ('partiallyFilled', 'expired'), ('partiallyFilled', 'cancelPending'),
  ('cancelPending', 'cancelPending'), ('cancelPending', 'filled'), ('cancelPending', 'canceled'),
  ('cancelPending', 'expired');

-- Moves that come in one commit are written once, so what counts is that a path of legal moves leads there.
create function refuse_transition() returns trigger language plpgsql as $body$
begin
  if not exists (
    with recursive reached as (
      select to_state from order_transition where from_state = old.state
      union
      select further.to_state from order_transition as further join reached on reached.to_state = further.from_state
    ) select from reached where to_state = new.state
  ) then
    raise exception 'order % that is % cannot become %', old.client_order_id, old.state, new.state;
  end if;
  return new;
end
$body$;
create trigger orders_move_legally before update of state on orders for each row
  when (old.state <> new.state) execute function refuse_transition();

alter table orders add overridden boolean not null default false;

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
create trigger risk_bucket_limit before insert or update on risk_bucket for each row
  when (new.reserved + new.used > new.lim) execute function refuse_above_limit();
`
