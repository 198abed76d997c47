import { deployed } from '../check.ts'
import type { Check, Problem } from '../check.ts'
import { titleOf } from '../manifest.ts'
import type { Manifest } from '../manifest.ts'
import { at, listAt, textAt } from '../value.ts'
import type { Value } from '../value.ts'
import { workloadsOf } from '../workload.ts'
import type { Container, Workload } from '../workload.ts'
import { isScaledBy, scalersOf } from './replica-range.ts'
import type { Scaler } from './replica-range.ts'
import { lastingContainers, problemOf } from './scope.ts'
import type { Fault } from './scope.ts'

/** Scalers and what they scale. */
export const scalingChecks: readonly Check[] = [
  {
    id: 'X13',
    severity: 'high',
    title: 'Every scaler has a target of its own, which leaves replicas to it and requests what is measured',
    run: (input) => deployed(input).flatMap(({ manifests }) => scalerProblems(manifests)),
  },
]

function scalerProblems(manifests: readonly Manifest[]): readonly Problem[] {
  const workloads = workloadsOf(manifests)
  const scalers = scalersOf(manifests)
  return scalers.flatMap((scaler) => {
    const faults: Fault[] = [...rangeFaults(scaler)]
    const target = workloads.find((workload) => isScaledBy(workload, scaler))
    if (target === undefined) {
      faults.push({
        message: `its target ${scaler.targetKind} ${scaler.targetName} is not rendered`,
        mend: 'mend scaleTargetRef',
      })
      return faults.map((fault) => problemOf(scaler.manifest, fault))
    }
    const rivals = scalers.filter((other) => other !== scaler && isScaledBy(target, other))
    if (rivals.length > 0) {
      faults.push({
        message: `${rivals.map(({ manifest }) => titleOf(manifest)).join(', ')} scales ${target.name} too`,
        mend: 'let one scaler have one target',
      })
    }
    if (target.replicas !== undefined) {
      faults.push({
        message: `${target.kind} ${target.name} sets replicas: ${target.replicas}, which each apply puts back`,
        mend: `take replicas out of ${target.kind} ${target.name}`,
      })
    }
    faults.push(...metricFaults(scaler, target))
    return faults.map((fault) => problemOf(scaler.manifest, fault))
  })
}

function rangeFaults({ range: { min, max } }: Scaler): readonly Fault[] {
  if (min <= max) return []
  return [
    {
      message: `its least replicas are ${min} and its most ${max}`,
      mend: 'let the least be the most at most',
    },
  ]
}

/** A share of a request cannot be measured where there is no request. */
function metricFaults({ manifest }: Scaler, target: Workload): readonly Fault[] {
  const containers = lastingContainers(target)
  return measuredOf(manifest).flatMap(({ resource, container }) =>
    containers
      .filter(({ name }) => container === undefined || name === container)
      .filter((each) => requestOf(each, resource) === undefined)
      .map(({ name }) => ({
        message: `it measures ${resource}, and container ${name} of ${target.name} requests none`,
        mend: `set resources.requests.${resource} of container ${name}`,
      })),
  )
}

const requestOf = ({ value }: Container, resource: string): Value | undefined =>
  at(value, 'resources', 'requests', resource)

type Measured = Readonly<{ resource: string; container: string | undefined }>

/** Resources of an autoscaler's metrics, and of the cpu and memory triggers of KEDA. */
function measuredOf({ kind, value }: Manifest): readonly Measured[] {
  if (kind === 'ScaledObject') {
    return listAt(value, 'spec', 'triggers').flatMap((trigger) => {
      const resource = textAt(trigger, 'type') ?? ''
      if (resource !== 'cpu' && resource !== 'memory') return []
      return [{ resource, container: textAt(trigger, 'metadata', 'containerName') }]
    })
  }
  return listAt(value, 'spec', 'metrics').flatMap((metric) => {
    const source = textAt(metric, 'type') === 'Resource' ? 'resource' : 'containerResource'
    const resource = textAt(metric, source, 'name')
    if (resource === undefined || textAt(metric, source, 'target', 'type') !== 'Utilization') return []
    return [{ resource, container: textAt(metric, source, 'container') }]
  })
}
