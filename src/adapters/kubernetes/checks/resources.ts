import type { AuditInput, Check } from '../check.ts'
import { recordAt, textAt } from '../value.ts'
import type { Container } from '../workload.ts'
import { redisFaults } from './redis-memory.ts'
import { parseQuantity } from './resource-quantity.ts'
import { eachContainer, shown } from './scope.ts'
import type { Fault } from './scope.ts'

/** What a container asks for, and what it gets at most. */
export const resourceChecks: readonly Check[] = [
  {
    id: 'W11',
    severity: 'high',
    title:
      'Every container has requests within its limits, of CPU, memory and disk, and Redis keeps its data',
    run: eachContainer((container, workload, build, input) => [
      ...resourceFaults(container, input),
      ...redisFaults(container, workload, build),
    ]),
  },
]

const resources = ['cpu', 'memory', 'ephemeral-storage'] as const
type Resource = (typeof resources)[number]

function resourceFaults({ value }: Container, input: AuditInput): readonly Fault[] {
  const requests = recordAt(value, 'resources', 'requests')
  const limits = recordAt(value, 'resources', 'limits')
  const missing = resources.flatMap((resource) => [
    ...(requests[resource] === undefined ? [`request of ${resource}`] : []),
    ...(limits[resource] === undefined && !mayLack(resource, input) ? [`limit of ${resource}`] : []),
  ])
  const faults: Fault[] = []
  if (missing.length > 0) {
    faults.push({ message: `it has no ${missing.join(', no ')}`, mend: 'set them under resources' })
  }
  for (const resource of resources) {
    const [request, limit] = [requests[resource], limits[resource]]
    for (const quantity of [request, limit]) {
      if (quantity !== undefined && parseQuantity(quantity) === null) {
        faults.push({
          message: `${shown(quantity)} of ${resource} is no quantity`,
          mend: 'write one such as 500m',
        })
      }
    }
    const [asked, most] = [parseQuantity(request), parseQuantity(limit)]
    if (asked !== null && most !== null && asked > most) {
      faults.push({
        message: `it requests ${shown(request)} of ${resource}, more than its limit of ${shown(limit)}`,
        mend: 'lower the request or raise the limit',
      })
    }
  }
  return faults
}

/** A limit of CPU throttles; `cpuLimits: optional` in the settings lets containers go without. */
const mayLack = (resource: Resource, { settings }: AuditInput): boolean =>
  resource === 'cpu' && textAt(settings, 'cpuLimits') === 'optional'
