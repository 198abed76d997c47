import { deployed } from '../check.ts'
import type { Build, Check, Problem } from '../check.ts'
import type { Manifest } from '../manifest.ts'
import { at, recordAt, textAt } from '../value.ts'
import type { Value } from '../value.ts'
import { workloadsOf } from '../workload.ts'
import type { Workload } from '../workload.ts'
import { matchesLabels } from './label-selector.ts'
import { replicaRange } from './replica-range.ts'
import { problemOf, shown } from './scope.ts'
import type { Fault } from './scope.ts'

/** What a drained node may take away. */
export const disruptionChecks: readonly Check[] = [
  {
    id: 'X12',
    severity: 'high',
    title: 'Every workload of several replicas has one disruption budget, and none of them blocks a drain',
    run: (input) => deployed(input).flatMap((build) => [...unprotected(build), ...budgetProblems(build)]),
  },
]

const budgetsOf = ({ manifests }: Build): readonly Manifest[] =>
  manifests.filter(({ kind }) => kind === 'PodDisruptionBudget')

/** Replicas that come and go are those of Deployments and StatefulSets. */
const replicated = ({ manifests }: Build): readonly Workload[] =>
  workloadsOf(manifests).filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet')

const isMeantBy = (workload: Workload, budget: Manifest): boolean =>
  workload.namespace === budget.namespace &&
  matchesLabels(recordAt(budget.value, 'spec', 'selector'), workload.podLabels)

const unprotected = (build: Build): readonly Problem[] =>
  replicated(build)
    .filter((workload) => replicaRange(workload, build.manifests).min >= 2)
    .flatMap((workload) => {
      const count = budgetsOf(build).filter((budget) => isMeantBy(workload, budget)).length
      if (count === 1) return []
      const message =
        count === 0
          ? 'a drain may end all of its replicas at once: it has no PodDisruptionBudget'
          : `${count} PodDisruptionBudgets mean it, and the eviction of its pods fails`
      const mend = 'write one PodDisruptionBudget for it with maxUnavailable: 1'
      return [problemOf(workload.manifest, { message, mend })]
    })

const budgetProblems = (build: Build): readonly Problem[] =>
  budgetsOf(build).flatMap((budget) => {
    const targets = workloadsOf(build.manifests).filter((workload) => isMeantBy(workload, budget))
    const [target] = targets
    const faults: Fault[] = []
    if (targets.length !== 1) {
      faults.push({
        message: `it means ${targets.length} workloads: ${targets.map(({ name }) => name).join(', ') || 'none'}`,
        mend: 'let its selector mean the pods of one workload',
      })
    }
    if (target !== undefined && targets.length === 1) faults.push(...blocking(budget, target, build))
    if (textAt(budget.value, 'spec', 'unhealthyPodEvictionPolicy') === undefined) {
      faults.push({
        message: 'unhealthyPodEvictionPolicy is not set: a pod that never gets ready blocks a drain',
        mend: 'set unhealthyPodEvictionPolicy: AlwaysAllow',
      })
    }
    return faults.map((fault) => problemOf(budget, fault))
  })

function blocking(budget: Manifest, workload: Workload, { manifests }: Build): readonly Fault[] {
  const { min } = replicaRange(workload, manifests)
  if (min < 2) {
    return [
      {
        message: `${workload.kind} ${workload.name} has replicas: ${min}: a budget blocks a drain or does nothing`,
        mend: 'take it out, or run two replicas',
      },
    ]
  }
  const kept = at(budget.value, 'spec', 'minAvailable')
  const lost = at(budget.value, 'spec', 'maxUnavailable')
  const available = kept === undefined ? min - podsOf(lost ?? 1, min) : podsOf(kept, min)
  if (available < min) return []
  const said = kept === undefined ? `maxUnavailable ${shown(lost)}` : `minAvailable ${shown(kept)}`
  return [
    {
      message: `${said} of ${min} replicas lets none of them go: a drain never ends`,
      mend: 'set maxUnavailable: 1',
    },
  ]
}

/** A number, or per cent of the replicas, rounded up as Kubernetes does for budgets. */
function podsOf(value: Value, replicas: number): number {
  if (typeof value === 'number') return value
  if (typeof value !== 'string' || !value.endsWith('%')) return 0
  return Math.ceil((Number(value.slice(0, -1)) / 100) * replicas)
}
