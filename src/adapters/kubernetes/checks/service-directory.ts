import type { Manifest } from '../manifest.ts'
import { listAt, numberAt, textAt, textsAt } from '../value.ts'
import { selects, workloadsOf } from '../workload.ts'
import type { Workload } from '../workload.ts'

export type ServicePort = Readonly<{
  name: string
  port: number
  /** As it is written: a number or the name of a container's port. */
  targetPort: number | string
  protocol: string
}>

/** A Service and the pods that stand behind it. */
export type ServiceEntry = Readonly<{
  manifest: Manifest
  name: string
  namespace: string
  isHeadless: boolean
  /** Of type ExternalName, so that nothing of the build stands behind it. */
  isExternal: boolean
  ports: readonly ServicePort[]
  workloads: readonly Workload[]
}>

/** Objects without a namespace go into `default`. */
export const placeOf = (namespace: string): string => (namespace === '' ? 'default' : namespace)

/** Whether two objects stand in one namespace, named or not. */
export const isSameNamespace = (one: string, other: string): boolean => placeOf(one) === placeOf(other)

/** Every Service of a build, with its pods. */
export function servicesOf(manifests: readonly Manifest[]): readonly ServiceEntry[] {
  const workloads = workloadsOf(manifests)
  return manifests
    .filter(({ kind, apiVersion }) => kind === 'Service' && apiVersion === 'v1')
    .map((manifest) => entryOf(manifest, workloads))
}

function entryOf(manifest: Manifest, workloads: readonly Workload[]): ServiceEntry {
  const { name, namespace, value } = manifest
  const selector = textsAt(value, 'spec', 'selector')
  return {
    manifest,
    name,
    namespace,
    isHeadless: textAt(value, 'spec', 'clusterIP') === 'None',
    isExternal: textAt(value, 'spec', 'type') === 'ExternalName',
    ports: listAt(value, 'spec', 'ports').map((port) => {
      const number = numberAt(port, 'port') ?? 0
      return {
        name: textAt(port, 'name') ?? '',
        port: number,
        targetPort: numberAt(port, 'targetPort') ?? textAt(port, 'targetPort') ?? number,
        protocol: textAt(port, 'protocol') ?? 'TCP',
      }
    }),
    workloads: workloads.filter(
      (workload) => isSameNamespace(workload.namespace, namespace) && selects(selector, workload.podLabels),
    ),
  }
}

export type PodPort = Readonly<{ container: string; name: string; port: number; protocol: string }>

/** Every port that the pods of a workload declare. */
export const podPortsOf = ({ containers }: Workload): readonly PodPort[] =>
  containers.flatMap((container) =>
    listAt(container.value, 'ports').map((port) => ({
      container: container.name,
      name: textAt(port, 'name') ?? '',
      port: numberAt(port, 'containerPort') ?? 0,
      protocol: textAt(port, 'protocol') ?? 'TCP',
    })),
  )

/** The number behind a `targetPort`; undefined for a name that the pods do not have. */
export function podPortOf(workload: Workload, targetPort: number | string): number | undefined {
  if (typeof targetPort === 'number') return targetPort
  return podPortsOf(workload).find(({ name }) => name === targetPort)?.port
}
