import type { Kubectl } from './kubectl.ts'
import { until } from './until.ts'

/** What a test reads of a Deployment or StatefulSet. */
export type Workload = Readonly<{
  kind: string
  metadata: Readonly<{ name: string; uid: string; generation: number }>
  spec: Readonly<{
    replicas: number
    template: Readonly<{ spec: PodSpec; metadata: Readonly<{ labels: Readonly<Record<string, string>> }> }>
  }>
  status: Readonly<{
    observedGeneration?: number
    replicas?: number
    readyReplicas?: number
    updatedReplicas?: number
  }>
}>

export type PodSpec = Readonly<{
  containers: readonly Readonly<{ name: string; image: string; envFrom?: readonly EnvSource[] }>[]
  initContainers?: readonly Readonly<{ name: string; image: string; envFrom?: readonly EnvSource[] }>[]
  volumes?: readonly Readonly<{ configMap?: Readonly<{ name: string }> }>[]
}>

type EnvSource = Readonly<{ configMapRef?: Readonly<{ name: string }> }>
type List<Item> = Readonly<{ items: readonly Item[] }>

/** Every Deployment and StatefulSet of a namespace, by `Kind/name`. */
export async function workloadsOf(
  kubectl: Kubectl,
  namespace: string,
): Promise<ReadonlyMap<string, Workload>> {
  const found = await kubectl.get<List<Workload>>(['deployments,statefulsets', '--namespace', namespace])
  return new Map((found?.items ?? []).map((each) => [`${each.kind}/${each.metadata.name}`, each]))
}

/** Which workloads of two moments differ in what they should be, not only in how far they are. */
export const changedOf = (
  before: ReadonlyMap<string, Workload>,
  after: ReadonlyMap<string, Workload>,
): readonly string[] =>
  [...after]
    .filter(([key, { metadata }]) => metadata.generation !== before.get(key)?.metadata.generation)
    .map(([key]) => key)
    .toSorted()

/** Every replica is of the newest template and ready, and none of an older one is left. */
export const isRolledOut = ({ metadata, spec, status }: Workload): boolean =>
  status.observedGeneration === metadata.generation &&
  status.readyReplicas === spec.replicas &&
  status.updatedReplicas === spec.replicas &&
  status.replicas === spec.replicas

/** Waits until every workload of a namespace is rolled out, and returns them. */
export async function untilRolledOut(
  kubectl: Kubectl,
  namespace: string,
  secondsMax: number,
): Promise<ReadonlyMap<string, Workload>> {
  return until(
    `every workload of ${namespace} is rolled out`,
    secondsMax,
    async () => {
      const workloads = await workloadsOf(kubectl, namespace)
      return workloads.size > 0 && [...workloads.values()].every(isRolledOut) ? workloads : null
    },
    async () => (await kubectl.run(['get', 'pods,events', '--namespace', namespace])).stdout,
  )
}

type Slice = Readonly<{
  metadata: Readonly<{ labels: Readonly<Record<string, string>> }>
  endpoints: readonly Readonly<{ conditions: Readonly<{ ready?: boolean }> }>[] | null
}>

/** How many ready endpoints each Service of a namespace has. */
export async function readyEndpointsOf(
  kubectl: Kubectl,
  namespace: string,
): Promise<ReadonlyMap<string, number>> {
  const services = await kubectl.get<List<Readonly<{ metadata: Readonly<{ name: string }> }>>>([
    ...['services', '--namespace', namespace],
  ])
  const slices = await kubectl.get<List<Slice>>(['endpointslices', '--namespace', namespace])
  const readyOf = (service: string): number =>
    (slices?.items ?? [])
      .filter(({ metadata }) => metadata.labels['kubernetes.io/service-name'] === service)
      .flatMap(({ endpoints }) => endpoints ?? [])
      .filter(({ conditions }) => conditions.ready === true).length
  return new Map((services?.items ?? []).map(({ metadata: { name } }) => [name, readyOf(name)]))
}

type Event = Readonly<{ reason: string; message: string; involvedObject: Readonly<{ name: string }> }>

/** What the quota or the admission has refused in a namespace. */
export async function refusalsOf(kubectl: Kubectl, namespace: string): Promise<readonly string[]> {
  const events = await kubectl.get<List<Event>>(['events', '--namespace', namespace])
  return (events?.items ?? [])
    .filter(({ reason }) => reason === 'FailedCreate')
    .map(({ involvedObject, message }) => `${involvedObject.name}: ${message}`)
}

type Pod = Readonly<{
  metadata: Readonly<{
    name: string
    uid: string
    deletionTimestamp?: string
    ownerReferences?: readonly Readonly<{ kind: string }>[]
  }>
}>

/** The pods of a namespace that run on and on, by name, with their identity; those of Jobs come and go. */
export async function podsOf(kubectl: Kubectl, namespace: string): Promise<ReadonlyMap<string, string>> {
  const pods = await kubectl.get<List<Pod>>(['pods', '--namespace', namespace])
  return new Map(
    (pods?.items ?? [])
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
      .filter(({ metadata }) => metadata.ownerReferences?.some(({ kind }) => kind === 'Job') !== true)
      .map(({ metadata }) => [metadata.name, metadata.uid]),
  )
}

/** The workloads whose pods read a generated ConfigMap, whatever the hash behind its name. */
export const consumersOf = (
  workloads: ReadonlyMap<string, Workload>,
  configMap: string,
): readonly string[] => {
  const isMeant = (name: string): boolean => new RegExp(`^${configMap}-[a-z0-9]{10}$`).test(name)
  return [...workloads]
    .filter(([, { spec }]) => namesOfConfigMaps(spec.template.spec).some(isMeant))
    .map(([key]) => key)
    .toSorted()
}

const namesOfConfigMaps = ({ containers, initContainers = [], volumes = [] }: PodSpec): readonly string[] => [
  ...[...containers, ...initContainers].flatMap(({ envFrom = [] }) =>
    envFrom.flatMap(({ configMapRef }) => (configMapRef === undefined ? [] : [configMapRef.name])),
  ),
  ...volumes.flatMap(({ configMap }) => (configMap === undefined ? [] : [configMap.name])),
]
