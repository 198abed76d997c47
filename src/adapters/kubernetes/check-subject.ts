import { deployed } from './check.ts'
import type { AuditInput } from './check.ts'
import { isArgoSync, isFluxSync } from './criteria.ts'
import { workloadsOf } from './workload.ts'

/**
 * Whether a folder has what a check looks at. A check without a subject finds nothing wrong, which proves
 * nothing: the report does not count it as shown.
 */
export function hasSubject(id: string, input: AuditInput): boolean {
  const own = Object.hasOwn(SUBJECTS, id) ? SUBJECTS[id] : undefined
  const ofGroup = Object.hasOwn(GROUPS, id.slice(0, 1)) ? GROUPS[id.slice(0, 1)] : undefined
  return (own ?? ofGroup ?? always)(input)
}

type Subject = (input: AuditInput) => boolean

const always: Subject = () => true

const isDeployed =
  (kinds: readonly string[], name = /^/): Subject =>
  (input) =>
    deployed(input).some(({ manifests }) =>
      manifests.some((each) => kinds.includes(each.kind) && name.test(each.name)),
    )

const hasWorkloads: Subject = (input) =>
  deployed(input).some(({ manifests }) => workloadsOf(manifests).length > 0)

const hasFile =
  (pattern: RegExp): Subject =>
  ({ files }) =>
    files.some(({ path }) => pattern.test(path))

const PODS = ['Deployment', 'StatefulSet', 'Pod', 'Prometheus', 'Grafana']

const hasObjects: Subject = (input) => deployed(input).some(({ manifests }) => manifests.length > 0)

const GROUPS: Readonly<Record<string, Subject>> = {
  R: hasObjects,
  W: hasWorkloads,
  X: hasWorkloads,
  S: hasWorkloads,
  G: ({ gitops }) => gitops.some((each) => isFluxSync(each) || isArgoSync(each)),
  D: hasFile(/\.(?:sh|ps1)$/),
}

const hasFlux: Subject = ({ gitops }) => gitops.some(isFluxSync)
const hasArgo: Subject = ({ gitops }) => gitops.some(isArgoSync)

const SUBJECTS: Readonly<Record<string, Subject>> = {
  X20: isDeployed([...PODS, 'ServiceMonitor', 'PodMonitor'], /prometheus/),
  X21: isDeployed([...PODS, 'PrometheusRule', 'ConfigMap'], /prometheus|rules/),
  X22: isDeployed(PODS, /grafana/),
  X26: isDeployed(['Job', 'CronJob']),
  G03: hasFlux,
  G04: hasFlux,
  G07: hasObjects,
  G09: hasFlux,
  G10: hasFlux,
  G11: hasFlux,
  G13: hasFlux,
  G14: hasFlux,
  G16: hasArgo,
  G17: hasArgo,
  G18: hasArgo,
  D06: hasFile(/\.md$/),
}
