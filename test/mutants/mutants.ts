/** A fault planted in a file; every `find` must be there exactly once, or the mutant is stale. */
export type Mutant = Readonly<{
  name: string
  /** Where the edits are that do not name another. */
  file: string
  edits: readonly Readonly<{ find: string; replace: string; file?: string }>[]
  /** Arguments of node: must pass without the fault, and fail with it. */
  command: readonly string[]
}>

const simulate = ['test/simulation/run.ts', '--seeds', '40', '--stop', '--json'] as const
const tested = (path: string): readonly string[] => ['--test', path]
const storedLog = tested('test/adapters/postgres/trading-log.test.ts')

const COMMIT = 'src/adapters/postgres/commit-functions.ts'
const MEMORY_LOG = 'src/adapters/memory/trading-log.ts'

/** The faults that the tests of the money path must not let by. */
export const mutants: readonly Mutant[] = [
  {
    name: 'the commit does not check owner and epoch of the lease',
    file: COMMIT,
    edits: [
      {
        find: `and owner = step->>'owner' and epoch = (step->>'epoch')::bigint and lease_until > clock_timestamp()`,
        replace: '',
      },
    ],
    command: storedLog,
  },
  {
    name: 'the log of the simulation does not fence',
    file: MEMORY_LOG,
    edits: [{ find: '!leases.holds(lease)', replace: 'leases.holds({ ...lease, epoch: -1 })' }],
    command: simulate,
  },
  {
    name: 'sequence numbers come from a sequence of the database',
    file: COMMIT,
    edits: [
      { find: '-- Appends drafts with', replace: 'create sequence trading_seq;\n\n-- Appends drafts with' },
      {
        find: `select next_seq into following from partition where role = 'trading' and p = 0 for no key update;`,
        replace: `select 1 into following from partition where role = 'trading' and p = 0;`,
      },
      {
        find:
          `where role = 'trading' and p = 0 and seq = following - 1;\n` +
          `    if not found and following > 1 then raise exception 'entry % is missing', following - 1; end if;`,
        replace: `where role = 'trading' and p = 0 order by seq desc limit 1;`,
      },
      {
        find: '    draft := given.ordinality - 1;',
        replace: `    following := nextval('trading_seq');\n    draft := given.ordinality - 1;`,
      },
    ],
    command: storedLog,
  },
  {
    name: 'the commit does not check where the cursor stands',
    file: COMMIT,
    edits: [{ find: `and p = 0 and seq = (step->>'fromSeq')::bigint;`, replace: 'and p = 0;' }],
    command: storedLog,
  },
  {
    name: 'a kill and submissions exclude each other by a row lock',
    file: COMMIT,
    edits: [
      {
        find: 'perform pg_advisory_xact_lock_shared(${KILL_LOCK});',
        replace: 'perform 1 from run for share;',
      },
      { find: 'perform pg_advisory_xact_lock(${KILL_LOCK});', replace: 'perform 1 from run for update;' },
    ],
    command: tested('test/mutants/kill-lock.test.ts'),
  },
  {
    name: 'a submission is committed by the states that it was decided by, whatever they are by now',
    file: COMMIT,
    edits: [{ find: `if step->'states' is not null and`, replace: 'if false and' }],
    command: storedLog,
  },
  {
    name: 'limits are checked first and taken afterwards',
    file: 'src/adapters/postgres/trading-schema.ts',
    edits: [
      {
        find: `        and (reserve + occupy <= 0 or reserved + used + reserve + occupy <= lim);`,
        replace: '        ;',
      },
      {
        find:
          'create trigger risk_bucket_limit before update on risk_bucket for each row\n' +
          '  when (new.reserved + new.used > new.lim and new.reserved + new.used > old.reserved + old.used)\n' +
          '  execute function refuse_above_limit();',
        replace: '',
      },
    ],
    command: tested('test/adapters/postgres/trading-schema.test.ts'),
  },
  {
    name: 'the wire is trimmed by length',
    file: 'src/adapters/redis/relay.ts',
    edits: [
      {
        find: `client.xtrim(key, 'MINID', '~', wireId(behind))`,
        replace: `client.xtrim(key, 'MAXLEN', 1)`,
      },
    ],
    command: tested('test/adapters/redis/relay.test.ts'),
  },
  {
    name: 'a POST without an answer is sent again',
    file: 'src/services/execution/posts.ts',
    edits: [
      {
        find: 'const placement = await gateway.place(order, submitMs)',
        replace:
          'let placement = await gateway.place(order, submitMs)\n' +
          `  if (placement.kind === 'unknown') placement = await gateway.place(order, submitMs)`,
      },
    ],
    command: simulate,
  },
  {
    name: 'a POST without an answer counts as rejected',
    file: 'src/engine/venue-reports.ts',
    edits: [
      {
        find: `else say(trial, { kind: 'unknown', ...about(record, trial.facts.nowMs), reason: placement.reason })`,
        replace: `else say(trial, { kind: 'rejected', ...about(record, trial.facts.nowMs), reason: placement.reason })`,
      },
    ],
    command: simulate,
  },
  {
    name: 'an order is sent before its submission is committed',
    file: 'src/services/execution.ts',
    edits: [
      {
        find: '  let entries: readonly TradingEntry[]\n',
        replace:
          '  for (const { request } of due) {\n' +
          `    const order = approvedOrder({ kind: 'approved', order: request })\n` +
          '    void session.options.gateway.place(order, venueNowMs(session))\n' +
          '  }\n' +
          '  let entries: readonly TradingEntry[]\n',
      },
      { find: '  led.posts.send(submissions)\n', replace: '' },
    ],
    command: simulate,
  },
  {
    name: 'an order that is not found counts as never placed at once',
    file: 'src/engine/resolution.ts',
    edits: [
      { find: 'if (!isSafe || look.startMs', replace: 'if (look.startMs' },
      { find: 'const isSafe = look', replace: 'void (look' },
      { find: '&& look.sinceKnownMs >= safeMs', replace: '&& look.sinceKnownMs >= safeMs)' },
      { find: 'misses >= LOOKS_MIN', replace: 'misses >= 1' },
    ],
    command: simulate,
  },
  {
    name: 'a submission found after a takeover counts as never placed',
    file: 'src/engine/venue-reports.ts',
    edits: [
      {
        find:
          `const reason = 'the process that was to send it has ended'\n` +
          `    say(trial, { kind: 'unknown', ...about(record, nowMs), reason })`,
        replace:
          `const reason = 'the process that was to send it has ended'\n` +
          `    say(trial, { kind: 'notPlaced', ...about(record, nowMs), reason })`,
      },
    ],
    command: simulate,
  },
  {
    name: 'trades are booked as often as they are heard of',
    file: 'src/engine/venue-reports.ts',
    edits: [
      { find: '  if (desk.booked.has(trade.tradeId)) return\n', replace: '' },
      {
        file: 'src/services/execution/queries.ts',
        find: 'if (!desk.booked.has(tradeId)) news.trades.set(tradeId, trade)',
        replace: 'news.trades.set(tradeId, trade)',
      },
      {
        file: 'src/engine/event-id.ts',
        find: 'return `filled/${event.account}/${event.instrument}/${event.tradeId}`',
        replace: 'return null',
      },
    ],
    command: simulate,
  },
  {
    name: 'the end of a lease is ignored by its owner',
    file: 'src/engine/leadership.ts',
    edits: [
      {
        find: '(clock.monotonicMs() < state.deadlineMs ? state.lease : null)',
        replace: '(clock.monotonicMs() < Infinity ? state.lease : null)',
      },
    ],
    command: tested('test/engine/leadership.test.ts'),
  },
  {
    name: 'a process that was held up sends all the same',
    file: 'src/services/execution/posts.ts',
    edits: [
      {
        find: 'if (leadership.current() === null || lateMs > RECV_WINDOW_MS / 2) {',
        replace: 'if (leadership.current() === null && lateMs > 1e9) {',
      },
    ],
    command: tested('test/services/execution/posts.test.ts'),
  },
  {
    name: 'submissions do not look at the kill states',
    file: 'src/engine/submission.ts',
    edits: [
      {
        find: `state === 'halted' && order.purpose !== 'flatten'`,
        replace: `state === 'halted' && nowMs < 0`,
      },
    ],
    command: simulate,
  },
  {
    name: 'approvals do not grow old',
    file: 'src/engine/submission.ts',
    edits: [
      { find: 'if (ageMs > approvalAgeMsMax) return', replace: 'if (ageMs > 1e9 + approvalAgeMsMax) return' },
    ],
    command: simulate,
  },
  {
    name: 'an order ends before its fills are booked',
    file: 'src/engine/venue-reports.ts',
    edits: [{ find: '  if (order.filled !== record.filled) return\n', replace: '' }],
    command: simulate,
  },
  {
    name: 'two risk processes may decide the same entry',
    file: MEMORY_LOG,
    edits: [
      {
        find: `(state.cursors.get(cursor.consumer) ?? 0) !== cursor.fromSeq`,
        replace: `(state.cursors.get(cursor.consumer) ?? 0) < -cursor.fromSeq`,
      },
      { find: '!leases.holds(lease)', replace: 'leases.holds({ ...lease, epoch: -1 })' },
    ],
    command: simulate,
  },
  {
    name: 'cancel requests are not repeated',
    file: 'src/services/execution/attention.ts',
    edits: [{ find: `if (record.state === 'cancelPending') await cancelOrder(session, id)`, replace: '' }],
    command: simulate,
  },
]
