/**
 * The key of the advisory lock by which a kill and submissions exclude each other: "cdbkill" in ASCII. A
 * row lock would let busy holders starve the kill.
 */
const KILL_LOCK = '27976396565998700'
/** Two processes that enter the run at once wait for each other by this one: "cdbrun". */
const RUN_LOCK = '109282799547758'

/** What the functions below raise, as SQLSTATE. */
export const sqlStates = {
  fenced: 'CD001',
  conflict: 'CD002',
  /** A bucket of limits would be above its limit: the second net behind risk. */
  limit: 'CD003',
} as const

/**
 * The commit of the trading log within the database, so that it takes one call: fence, cursor, hashes and
 * entries. Locks are taken in this order everywhere: kill lock, lease row, row of the log, cursor, tables.
 */
export const commitFunctions = `
-- Refuses an owner whose lease is over. Holding the lease row keeps a successor out until the commit is done.
create function trading_fence(step json) returns void language plpgsql as $body$
begin
  if step->>'lock' = 'shared' then
    perform pg_advisory_xact_lock_shared(${KILL_LOCK});
  elsif step->>'lock' = 'exclusive' then
    perform pg_advisory_xact_lock(${KILL_LOCK});
  end if;
  if step->>'owner' is null then return; end if;
  perform 1 from partition where role = step->>'role' and p = (step->>'p')::integer
    and owner = step->>'owner' and epoch = (step->>'epoch')::bigint and lease_until > clock_timestamp()
    for no key update;
  if not found then
    raise exception 'epoch % of % has ended', step->>'epoch', step->>'role'
      using errcode = '${sqlStates.fenced}';
  end if;
end
$body$;

-- Fences, and tells the scopes that are not active: under the kill lock they stay so until the commit is
-- done.
create function trading_enter(step json) returns table (at_scope text, at_state text)
language plpgsql as $body$
begin
  perform trading_fence(step);
  return query select kill.scope, kill.state from kill where kill.state <> 'active';
end
$body$;

-- Books an order that entry at_seq approves.
create function trading_book(given json, at_seq bigint) returns void language plpgsql as $body$
begin
  insert into orders (client_order_id, slot, account, strategy, instrument, side, type, quantity, price,
      stop_price, time_in_force, post_only, reduce_only, order_group, purpose, decision_price, decided_ms,
      expires_ms, state, filled, overridden, approved_seq, updated_seq)
    select client_order_id, slot, account, strategy, instrument, side, type, quantity, price,
      stop_price, time_in_force, post_only, reduce_only, order_group, purpose, decision_price, decided_ms,
      expires_ms, state, filled, overridden, at_seq, at_seq
    from json_populate_record(null::orders, given);
end
$body$;

-- Moves an order on as entry at_seq says. One that has ended is left as it is.
create function trading_move(given json, at_seq bigint) returns void language plpgsql as $body$
declare
  reached text;
begin
  update orders set state = given->>'to', updated_seq = at_seq where client_order_id = given->>'id'
    and state = any(array(select json_array_elements_text(given->'from')));
  if found or not (given->>'strict')::boolean then return; end if;
  select state into reached from orders where client_order_id = given->>'id';
  if exists (select from order_transition where from_state = reached) then
    raise exception 'order % that is % cannot become %', given->>'id', reached, given->>'to';
  end if;
end
$body$;

-- Appends drafts with the next sequence numbers; returns which of them are new. An entry that must be there
-- once and is there already is left out, or refuses the whole where hearing it twice cannot be (once).
create function trading_append(step json)
returns table (draft integer, at_seq bigint, before text, chained text) language plpgsql as $body$
declare
  drafts json := step->'drafts';
  by_writer text := step->>'writer';
  by_epoch bigint := step->>'epoch';
  given record;
  following bigint;
  newest text;
begin
  if json_array_length(drafts) > 0 then
    select next_seq into following from partition where role = 'trading' and p = 0 for no key update;
    if not found then raise exception 'the log has no partition row'; end if;
    select event_log.hash into newest from event_log where role = 'trading' and p = 0 and seq = following - 1;
    if not found and following > 1 then raise exception 'entry % is missing', following - 1; end if;
    newest := coalesce(newest, '');
  end if;
  if step->>'consumer' is not null then
    update cursor set seq = (step->>'toSeq')::bigint
      where consumer = step->>'consumer' and p = 0 and seq = (step->>'fromSeq')::bigint;
    if not found then
      raise exception 'the cursor of % is not at %', step->>'consumer', step->>'fromSeq'
        using errcode = '${sqlStates.conflict}';
    end if;
  end if;
  for given in select * from rows from (json_to_recordset(drafts) as (id text, once boolean, kind text,
      payload text, cause bigint, market bigint, "order" json, move json)) with ordinality
  loop
    if given.id is not null and exists (select from event_log where event_id = given.id) then
      if given.once then
        raise exception '% is on the log already', given.id using errcode = '${sqlStates.conflict}';
      end if;
      continue;
    end if;
    draft := given.ordinality - 1;
    at_seq := following;
    before := newest;
    chained := encode(sha256(convert_to(newest || e'\\n' || following || e'\\n' || given.cause
      || e'\\n' || given.market || e'\\n' || given.payload
      || e'\\n' || by_writer || '/' || by_epoch, 'UTF8')), 'hex');
    insert into event_log
      (role, p, seq, event_id, kind, payload, cause_seq, market_seq, prev_hash, hash, writer, epoch)
    values ('trading', 0, following, coalesce(given.id, 'trading/0/' || following), given.kind, given.payload,
      given.cause, given.market, before, chained, by_writer, by_epoch);
    if given."order" is not null then perform trading_book(given."order", following); end if;
    if given.move is not null then perform trading_move(given.move, following); end if;
    newest := chained;
    following := following + 1;
    return next;
  end loop;
  if following is not null then
    update partition set next_seq = following where role = 'trading' and p = 0;
  end if;
end
$body$;

-- A step that was decided by the states of scopes says which: where they are others by now nothing is written,
-- and one row with draft -1 is returned.
create function trading_commit(step json)
returns table (draft integer, at_seq bigint, before text, chained text) language plpgsql as $body$
begin
  perform trading_fence(step);
  if step->'states' is not null and (step->'states')::jsonb <> coalesce(
      (select jsonb_object_agg(kill.scope, kill.state) from kill where kill.state <> 'active'), '{}') then
    return query select -1, 0::bigint, '', '';
    return;
  end if;
  return query select * from trading_append(step);
end
$body$;

-- The run of a new database. Services enter it by this function, since none may write the tables it is in.
create function claim_run(given json) returns void language plpgsql security definer
set search_path from current as $body$
begin
  perform pg_advisory_xact_lock(${RUN_LOCK});
  if exists (select from run) then return; end if;
  insert into run (id, account, instrument, base_asset, quote_asset, cash_start, settings, source_path)
    values (1, given->>'account', given->>'instrument', given->>'base', given->>'quote',
      (given->>'cash')::numeric, given->>'settings', '');
  insert into partition (role, p, next_seq) values ('trading', 0, 1);
  insert into cursor (consumer, p, seq)
    select value, 0, 0 from json_array_elements_text(given->'consumers');
  insert into cash (account, asset, start, amount, fees, updated_seq)
    values (given->>'account', given->>'quote', (given->>'cash')::numeric, (given->>'cash')::numeric, 0, 0);
  insert into limits (param, value, seq, value_start)
    select key, value, 0, value from json_each_text(given->'limits');
  insert into risk_bucket (account, scope, metric, lim)
    select given->>'account', scope, 'openOrders', value::numeric from limits, (values
      ('C12.accountMax', 'account:' || (given->>'account')),
      ('C12.instrumentMax', 'instrument:' || (given->>'instrument'))) as kept(key, scope)
    where limits.param = kept.key;
end
$body$;

-- Risk says that a limit has changed; what it has changed to is what people ordered, which risk cannot write.
-- With raise_only the bucket is only widened: within a commit it happens before orders are booked.
create function follow_limit(log_role text, changed_seq bigint, raise_only boolean) returns void
language plpgsql security definer set search_path from current as $body$
declare
  command json;
  wanted numeric;
  prefix text;
begin
  select ordered.payload::json into command from event_log as changed join event_log as ordered
    on ordered.role = changed.role and ordered.p = changed.p and ordered.seq = changed.cause_seq
    where changed.role = log_role and changed.p = 0 and changed.seq = changed_seq
      and changed.kind = 'alert' and changed.payload::json->>'code' = 'LIMIT_CHANGED'
      and ordered.kind = 'command' and ordered.payload::json->>'action' = 'setLimit'
      and ordered.writer in ('', 'control');
  if command is null then raise exception 'entry % changes no limit that was ordered', changed_seq; end if;
  if not raise_only then
    insert into limits (param, value, seq) values (command->>'subject', command->>'value', changed_seq)
      on conflict (param) do update set value = excluded.value, seq = excluded.seq;
  end if;
  prefix := case command->>'subject'
    when 'C12.accountMax' then 'account:' when 'C12.instrumentMax' then 'instrument:' end;
  if prefix is null then return; end if;
  wanted := (command->>'value')::numeric;
  update risk_bucket set lim = case when raise_only then greatest(lim, wanted) else wanted end
    where metric = 'openOrders' and starts_with(scope, prefix);
end
$body$;
`
