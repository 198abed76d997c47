import { readFlowTable } from '../../scripts/network-policies.ts'
import type { Flow } from '../../scripts/flow-policies.ts'
import { API_PORT } from './container-cluster.ts'
import type { Target } from './flow-probe.ts'
import type { Kubectl } from './kubectl.ts'

/** Who may reach what, by the table of flows, among what runs. */
export type FlowMatrix = Readonly<{
  /** The pods of each component. */
  podOf: ReadonlyMap<string, string>
  /** Everything but its own ports: a pod always reaches itself. */
  targetsOf(from: string): readonly Target[]
  /** The names of the targets that a component may reach, in the order of the alphabet. */
  allowed(from: string): readonly string[]
}>

/** Of k8s/components, the one that the development environment has. */
const ACTIVE = 'simulated-venue'

type Pods = Readonly<{
  items: readonly Readonly<{
    metadata: Readonly<{ name: string; labels: Readonly<Record<string, string>> }>
    status: Readonly<{ podIP?: string; phase: string }>
  }>[]
}>

/** Every port of the table at every pod of a component, beside name servers and the API server. */
export async function readFlowMatrix(kubectl: Kubectl, apiHost: string | null): Promise<FlowMatrix> {
  const flows = readFlowTable().flows.filter(({ when }) => when === null || when === ACTIVE)
  const pods = await kubectl.get<Pods>(['pods'])
  const running = (pods?.items ?? [])
    .filter(({ status }) => status.phase === 'Running')
    .flatMap(({ metadata, status: { podIP } }) => {
      const component = metadata.labels['app.kubernetes.io/name']
      return component === undefined || podIP === undefined ? [] : [{ component, pod: metadata.name, podIP }]
    })
  const addressOf = (service: string, namespace: string): Promise<string> =>
    kubectl.read(['get', 'service', service, '--namespace', namespace, '--output=jsonpath={.spec.clusterIP}'])
  const targets = [
    ...running.flatMap(({ component, podIP }) =>
      portsOf(flows, component).map((port) => targetOf(component, podIP, port)),
    ),
    targetOf('dns', await addressOf('kube-dns', 'kube-system'), 53),
    targetOf('kube-api', await addressOf('kubernetes', 'default'), 443),
    ...(apiHost === null ? [] : [targetOf('kube-api', apiHost, API_PORT)]),
  ]
  const names = new Set(targets.map(({ name }) => name))
  return {
    podOf: new Map(running.map(({ component, pod }) => [component, pod])),
    targetsOf: (from) => targets.filter(({ name }) => !name.startsWith(`${from}:`)),
    allowed: (from) =>
      flows
        .filter((flow) => flow.from === from)
        .map(({ to, port }) => `${to}:${port}`)
        .filter((name) => names.has(name))
        .toSorted(),
  }
}

const portsOf = (flows: readonly Flow[], to: string): readonly number[] => [
  ...new Set(flows.filter((flow) => flow.to === to).map(({ port }) => port)),
]

const targetOf = (component: string, host: string, port: number): Target => ({
  ...{ name: `${component}:${port}`, host, port },
})
