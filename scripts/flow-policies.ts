/** A row of k8s/flows.yaml: who opens connections to whom. */
export type Flow = Readonly<{
  from: string
  to: string
  port: number
  why: string
  /** The component of k8s/components that it comes with; null where it is always there. */
  when: string | null
}>

export type FlowTable = Readonly<{
  components: Readonly<Record<string, Readonly<{ layer: string; component: string }>>>
  flows: readonly Flow[]
}>

/** A NetworkPolicy as an object, in the order in which it is written. */
export type NetworkPolicy = Readonly<{
  apiVersion: string
  kind: string
  metadata: Readonly<{ name: string; labels: Readonly<Record<string, string>> }>
  spec: Readonly<Record<string, unknown>>
}>

type Peers = readonly Readonly<Record<string, unknown>>[]

/** Ends of a flow that are no pods of the namespace, as peers of a policy. */
const outside: Readonly<Record<string, Peers>> = {
  dns: [
    {
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
      podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
    },
  ],
  // Its address differs from cluster to cluster, and a policy cannot name it otherwise. Clouds hand out
  // credentials on link-local addresses.
  'kube-api': [
    { ipBlock: { cidr: '0.0.0.0/0', except: ['169.254.0.0/16'] } },
    { ipBlock: { cidr: '::/0', except: ['fd00:ec2::254/128', 'fe80::/10'] } },
  ],
  'venue-internet': [
    {
      ipBlock: {
        cidr: '0.0.0.0/0',
        except: ['10.0.0.0/8', '100.64.0.0/10', '169.254.0.0/16', '172.16.0.0/12', '192.168.0.0/16'],
      },
    },
    { ipBlock: { cidr: '2000::/3' } },
  ],
  'ingress-gateway': [
    { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'gateway-system' } } },
  ],
}

/** Both protocols, for an answer that does not fit into UDP is asked for again over TCP. */
const DNS_PROTOCOLS = ['UDP', 'TCP']

/**
 * Network policies by the folder of k8s/components that they belong in: one for all that denies, one for
 * each component, and one for each that an option lets do more. Throws where a row names nobody.
 */
export function policiesByFolder(table: FlowTable): ReadonlyMap<string, readonly NetworkPolicy[]> {
  for (const flow of table.flows) requireKnown(table, flow)
  const folders = new Map<string, NetworkPolicy[]>()
  const put = (folder: string, policy: NetworkPolicy): void => {
    folders.set(folder, [...(folders.get(folder) ?? []), policy])
  }
  put('network-policy/infrastructure', defaultDeny)
  for (const [name, { layer }] of Object.entries(table.components)) {
    const always = flowsOf(table, name, null)
    if (always.length > 0) put(`network-policy/${layer}`, policyOf(table, name, null, always))
  }
  for (const option of new Set(table.flows.map(({ when }) => when))) {
    if (option === null) continue
    for (const name of Object.keys(table.components)) {
      const flows = flowsOf(table, name, option)
      if (flows.length > 0) put(option, policyOf(table, name, option, flows))
    }
  }
  return folders
}

const defaultDeny: NetworkPolicy = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: {
    name: 'default-deny',
    labels: { 'app.kubernetes.io/name': 'default-deny', 'app.kubernetes.io/component': 'platform' },
  },
  spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
}

function requireKnown({ components }: FlowTable, { from, to, port }: Flow): void {
  for (const end of [from, to]) {
    if (Object.hasOwn(components, end) || Object.hasOwn(outside, end)) continue
    throw new Error(`flow ${from} -> ${to} ${port}: ${end} is neither a component nor a word of the table`)
  }
}

const flowsOf = ({ flows }: FlowTable, name: string, option: string | null): readonly Flow[] =>
  flows.filter(({ from, to, when }) => when === option && (from === name || to === name))

function policyOf(
  table: FlowTable,
  name: string,
  option: string | null,
  flows: readonly Flow[],
): NetworkPolicy {
  const ingress = flows.filter(({ to }) => to === name).map(({ from, port }) => ruleOf('from', from, port))
  const egress = flows.filter(({ from }) => from === name).map(({ to, port }) => ruleOf('to', to, port))
  // A component that only an option brings has no other policy.
  const isOnlyOne = option === null || flowsOf(table, name, null).length === 0
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: {
      name: isOnlyOne ? name : `${name}-${option}`,
      labels: {
        'app.kubernetes.io/name': name,
        'app.kubernetes.io/component': table.components[name]?.component ?? '',
      },
    },
    spec: {
      podSelector: { matchLabels: { 'app.kubernetes.io/name': name } },
      policyTypes: ['Ingress', 'Egress'],
      ...(ingress.length > 0 ? { ingress } : {}),
      ...(egress.length > 0 ? { egress } : {}),
    },
  }
}

function ruleOf(direction: 'from' | 'to', end: string, port: number): Readonly<Record<string, unknown>> {
  const peers = outside[end] ?? [{ podSelector: { matchLabels: { 'app.kubernetes.io/name': end } } }]
  const protocols = end === 'dns' ? DNS_PROTOCOLS : ['TCP']
  return { [direction]: peers, ports: protocols.map((protocol) => ({ protocol, port })) }
}
