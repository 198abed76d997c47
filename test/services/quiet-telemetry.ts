import type { LogFields, LogLevel, Metric, Telemetry } from '../../src/engine/telemetry.ts'

export type ToldLine = Readonly<{ level: LogLevel; message: string; fields: LogFields }>

/** Keeps what services tell, for tests to look at. */
export type QuietTelemetry = Telemetry &
  Readonly<{
    lines: readonly ToldLine[]
    counts: ReadonlyMap<Metric, number>
    gauges: ReadonlyMap<Metric, number>
    reasons: ReadonlyMap<string, string>
  }>

export function createQuietTelemetry(): QuietTelemetry {
  const lines: ToldLine[] = []
  const counts = new Map<Metric, number>()
  const gauges = new Map<Metric, number>()
  const reasons = new Map<string, string>()
  return {
    lines,
    counts,
    gauges,
    reasons,
    log: (level, message, fields = {}) => lines.push({ level, message, fields }),
    count: (metric, by = 1) => counts.set(metric, (counts.get(metric) ?? 0) + by),
    set: (metric, value) => gauges.set(metric, value),
    observe: () => undefined,
    ready: (part, reason) => reasons.set(part, reason),
    status: () => undefined,
  }
}
