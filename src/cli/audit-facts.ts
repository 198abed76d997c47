import { roles } from '../engine/lease.ts'
import { metrics } from '../engine/telemetry.ts'
import { settingSpecs } from './setting-specs.ts'

/** What this program knows of its services, for checks that compare manifests with it. */
export type AuditFacts = Readonly<{
  /** By workload, `cdb-ws`: the variables it reads, and those without which it does not start. */
  serviceSettings: Readonly<
    Record<string, Readonly<{ known: readonly string[]; required: readonly string[] }>>
  >
  /** Every series of `/metrics`. */
  metricNames: readonly string[]
}>

export const auditFacts: AuditFacts = {
  serviceSettings: Object.fromEntries(
    roles.map((role) => {
      const own = settingSpecs.filter(({ services }) => services.includes(role))
      const names = (specs: typeof own): readonly string[] => specs.map(({ name }) => name)
      return [`cdb-${role}`, { known: names(own), required: names(own.filter(({ required }) => required)) }]
    }),
  ),
  metricNames: Object.entries(metrics).flatMap(([name, { type }]) => seriesOf(`cdb_${name}`, type)),
}

/** A histogram is three series. */
function seriesOf(name: string, type: 'counter' | 'gauge' | 'histogram'): readonly string[] {
  return type === 'histogram' ? [name, `${name}_bucket`, `${name}_sum`, `${name}_count`] : [name]
}
