import type { AuditInput, Build, Check } from '../check.ts'
import { textAt } from '../value.ts'
import type { Workload } from '../workload.ts'
import { eachWorkload } from './scope.ts'
import type { Fault } from './scope.ts'

/** Which pods the scheduler prefers when not all of them fit. */
export const schedulingChecks: readonly Check[] = [
  {
    id: 'W17',
    severity: 'low',
    title: 'Every pod has a priority class, and it exists',
    run: eachWorkload(priorityFaults),
  },
]

const builtIn: readonly string[] = ['system-cluster-critical', 'system-node-critical']

function priorityFaults({ podSpec }: Workload, _build: Build, input: AuditInput): readonly Fault[] {
  const name = textAt(podSpec, 'priorityClassName')
  if (name === undefined) {
    return [{ message: 'it has no priorityClassName', mend: 'set priorityClassName' }]
  }
  const known = [...input.builds.flatMap(({ manifests }) => manifests), ...input.gitops]
    .filter(({ kind }) => kind === 'PriorityClass')
    .map((each) => each.name)
  if ([...builtIn, ...known].includes(name)) return []
  return [
    { message: `its PriorityClass ${name} is nowhere in the folder`, mend: `write PriorityClass ${name}` },
  ]
}
