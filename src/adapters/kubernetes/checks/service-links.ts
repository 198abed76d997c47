import { deployed } from '../check.ts'
import type { AuditInput, Check, Problem } from '../check.ts'
import type { Manifest } from '../manifest.ts'
import { at } from '../value.ts'
import { workloadsOf } from '../workload.ts'
import { variablesOf } from './pod-variables.ts'
import { clusterManifests, problemOf } from './scope.ts'

/** Variables such as REDIS_PORT that Kubernetes sets for each Service of the namespace. */
export const serviceLinkChecks: readonly Check[] = [
  {
    id: 'W20',
    severity: 'medium',
    title: 'No Service puts variables into pods that read variables of the same prefix',
    run: linkProblems,
  },
]

function linkProblems(input: AuditInput): readonly Problem[] {
  const services = clusterManifests(input).filter(({ kind }) => kind === 'Service')
  return deployed(input).flatMap(({ manifests }) =>
    workloadsOf(manifests)
      .filter(({ podSpec }) => at(podSpec, 'enableServiceLinks') !== false)
      .flatMap((workload) => {
        const names = variablesOf(workload, manifests)
        const clashing = services.filter(
          (service) =>
            service.namespace === workload.namespace &&
            names.some((name) => name.startsWith(prefixOf(service))),
        )
        if (clashing.length === 0) return []
        const prefixes = clashing.map((service) => `${prefixOf(service)}*`).join(', ')
        const message = `it reads variables of its own beside those that Services set: ${prefixes}`
        return [problemOf(workload.manifest, { message, mend: 'set enableServiceLinks: false' })]
      }),
  )
}

/** `cdb-ws` sets CDB_WS_SERVICE_HOST, CDB_WS_PORT and more. */
const prefixOf = ({ name }: Manifest): string => `${name.toUpperCase().replaceAll('-', '_')}_`
