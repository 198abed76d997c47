/** Everything that services count and measure: one row a metric, as `/metrics` shows them after `cdb_`. */
export const metrics = {
  entries_committed_total: { type: 'counter', help: 'Entries written on the trading log.' },
  commits_total: { type: 'counter', help: 'Transactions on the trading log.' },
  commit_seconds: { type: 'histogram', help: 'Time of one commit.' },
  commit_failures_total: { type: 'counter', help: 'Commits that failed.' },
  lease_held: { type: 'gauge', help: '1 while this process leads, else 0.' },
  lease_takeovers_total: { type: 'counter', help: 'Leases that this process has taken.' },
  log_head: { type: 'gauge', help: 'Sequence number of the newest entry that was read.' },
  log_lag_seconds: { type: 'gauge', help: 'Age of the oldest entry that waits to be consumed.' },
  market_events_total: { type: 'counter', help: 'Market events received.' },
  market_gaps_total: { type: 'counter', help: 'Gaps seen in market data.' },
  market_age_seconds: { type: 'gauge', help: 'Age of the newest market event.' },
  market_publish_seconds: { type: 'histogram', help: 'Time to publish one batch of market data.' },
  feed_connections_total: { type: 'counter', help: 'Connections made to the venue for market data.' },
  signals_total: { type: 'counter', help: 'Signals written on the log.' },
  orders_approved_total: { type: 'counter', help: 'Orders that risk approved.' },
  orders_denied_total: { type: 'counter', help: 'Orders that risk denied.' },
  orders_submitted_total: { type: 'counter', help: 'Orders sent to the venue.' },
  orders_unknown: { type: 'gauge', help: 'Orders of which it is not known whether the venue has them.' },
  orders_open: { type: 'gauge', help: 'Orders that have not ended.' },
  order_seconds: { type: 'histogram', help: 'Time of one POST of an order.' },
  fills_total: { type: 'counter', help: 'Fills booked.' },
  reconciliations_total: { type: 'counter', help: 'Comparisons with the venue.' },
  discrepancies_total: { type: 'counter', help: 'Differences found with the venue.' },
  rows_written_total: { type: 'counter', help: 'Rows of market data stored.' },
  kill_level: { type: 'gauge', help: 'Strictest state of a scope: 0 trades, 1 reduce-only, 2 halted.' },
  alerts_total: { type: 'counter', help: 'Alerts raised.' },
} as const satisfies Readonly<
  Record<string, Readonly<{ type: 'counter' | 'gauge' | 'histogram'; help: string }>>
>
export type Metric = keyof typeof metrics

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'
export type LogFields = Readonly<Record<string, string | number | boolean | null>>

/** What a service tells of itself. */
export interface Telemetry {
  log(level: LogLevel, message: string, fields?: LogFields): void
  /** Adds to a counter. */
  count(metric: Metric, by?: number): void
  /** Sets a gauge. */
  set(metric: Metric, value: number): void
  /** Notes a duration in a histogram, in ms. */
  observe(metric: Metric, ms: number): void
  /**
   * Whether the service can do its work, by part: `database`, `redis`, `market data`. Empty reason: it can.
   */
  ready(part: string, reason: string): void
  /** Shown by `/status`. */
  status(fields: LogFields): void
}
