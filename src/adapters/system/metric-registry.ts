import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client'
import { metrics } from '../../engine/telemetry.ts'
import type { Metric } from '../../engine/telemetry.ts'

/** Seconds; commits take about 1 ms, requests to a venue up to 10 s. */
const BUCKETS = [
  0.0005, 0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.03, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
]

export type MetricRegistry = Readonly<{
  count(metric: Metric, by?: number): void
  set(metric: Metric, value: number): void
  /** In ms. */
  observe(metric: Metric, ms: number): void
  exposition(): Promise<Readonly<{ contentType: string; text: string }>>
}>

/** Every metric of the table, from zero. What is counted is a plain number until somebody looks. */
export function createMetricRegistry(service: string): MetricRegistry {
  const registry = new Registry()
  registry.setDefaultLabels({ service })
  collectDefaultMetrics({ register: registry })
  const numbers = new Map<Metric, number>()
  const histograms = new Map<Metric, Histogram>()
  for (const [key, { type, help }] of Object.entries(metrics)) {
    const metric = key as Metric
    const described = { name: `cdb_${metric}`, help, registers: [registry] }
    if (type === 'histogram') histograms.set(metric, new Histogram({ ...described, buckets: BUCKETS }))
    else {
      numbers.set(metric, 0)
      enter(described, type, () => numbers.get(metric) ?? 0)
    }
  }
  return {
    count(metric, by = 1) {
      numbers.set(metric, (numbers.get(metric) ?? 0) + by)
    },
    set(metric, value) {
      numbers.set(metric, value)
    },
    observe(metric, ms) {
      histograms.get(metric)?.observe(ms / 1000)
    },
    async exposition() {
      return { contentType: registry.contentType, text: await registry.metrics() }
    },
  }
}

type Described = Readonly<{ name: string; help: string; registers: Registry[] }>

function enter(described: Described, type: 'counter' | 'gauge', value: () => number): void {
  if (type === 'gauge') {
    new Gauge({
      ...described,
      collect() {
        this.set(value())
      },
    })
    return
  }
  new Counter({
    ...described,
    collect() {
      this.reset()
      this.inc(value())
    },
  })
}
