import type { Check } from './check.ts'

/** What is asked of a cluster that runs the manifests. It is not run here: see AuditPlan. */
export type LiveCheck = Pick<Check, 'id' | 'severity' | 'title'>

export const liveChecks: readonly LiveCheck[] = [
  { id: 'L01', severity: 'blocker', title: 'The API server takes each overlay, dry, without a warning' },
  { id: 'L02', severity: 'high', title: 'Deployed twice, the second time changes nothing; an upgrade works' },
  {
    id: 'L03',
    severity: 'blocker',
    title: 'All workloads are ready in time, and all Services have endpoints',
  },
  { id: 'L04', severity: 'blocker', title: 'Flux is ready in order, and its inventory is what was built' },
  { id: 'L05', severity: 'high', title: 'Drift is undone, what was removed is pruned, the Namespace stays' },
  { id: 'L06', severity: 'blocker', title: 'A bad commit leaves the old pods serving, and a good one heals' },
  {
    id: 'L07',
    severity: 'high',
    title: 'A commit that changes configuration only rolls exactly its readers',
  },
  { id: 'L08', severity: 'blocker', title: 'Pods reach what the flow table says, and nothing else' },
  {
    id: 'L09',
    severity: 'blocker',
    title: 'Killed pods and drained nodes lose no message and double no order',
  },
  {
    id: 'L10',
    severity: 'blocker',
    title: 'Redis and PostgreSQL keep data; a backup restores to equal rows',
  },
  {
    id: 'L11',
    severity: 'high',
    title: 'Secrets made by hand, sealed or copied have their keys; a rotated one reaches its pods',
  },
  {
    id: 'L12',
    severity: 'high',
    title: 'Prometheus has all targets, and a fault fires its alert',
  },
  { id: 'L13', severity: 'high', title: 'Grafana has its data sources and its dashboards' },
]
