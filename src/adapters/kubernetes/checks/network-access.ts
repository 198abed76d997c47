import type { Manifest } from '../manifest.ts'
import { at, listAt, numberAt, recordAt, textAt } from '../value.ts'
import type { Value } from '../value.ts'
import type { Workload } from '../workload.ts'
import { matchesLabels } from './label-selector.ts'
import { isSameNamespace, placeOf, podPortOf } from './service-directory.ts'
import { textsOf } from './scope.ts'

export type Direction = 'ingress' | 'egress'

/** One NetworkPolicy, read. */
export type NetworkPolicy = Readonly<{
  manifest: Manifest
  namespace: string
  podSelector: Value
  directions: readonly Direction[]
  rules: Readonly<Record<Direction, readonly Value[]>>
}>

/** What is at the other end: a pod of the build, or an address outside of the cluster. */
export type Peer =
  | Readonly<{ kind: 'pod'; workload: Workload }>
  | Readonly<{ kind: 'address'; address: string }>
  /** Pods of a namespace that the build does not hold. */
  | Readonly<{ kind: 'foreign'; namespace: string; labels: Readonly<Record<string, string>> }>

/** What a connection asks for at the other end. */
export type Door = Readonly<{ port: number; protocol: string }>

/** Policies of a build, and the labels that its namespaces bear. */
export type Network = Readonly<{
  policies: readonly NetworkPolicy[]
  namespaceLabels(namespace: string): Readonly<Record<string, string>>
}>

/** Reads every NetworkPolicy of a build. */
export function networkOf(manifests: readonly Manifest[]): Network {
  return {
    policies: manifests.filter(({ kind }) => kind === 'NetworkPolicy').map(policyOf),
    namespaceLabels: (namespace) => ({
      ...manifests.find(({ kind, name }) => kind === 'Namespace' && name === namespace)?.labels,
      'kubernetes.io/metadata.name': placeOf(namespace),
    }),
  }
}

function policyOf(manifest: Manifest): NetworkPolicy {
  const spec = recordAt(manifest.value, 'spec')
  const types = textsOf(listAt(spec, 'policyTypes')).map((type) => type.toLowerCase())
  const isEgress = types.length > 0 ? types.includes('egress') : spec['egress'] !== undefined
  const isIngress = types.length > 0 ? types.includes('ingress') : true
  return {
    manifest,
    namespace: manifest.namespace,
    podSelector: recordAt(spec, 'podSelector'),
    directions: [...(isIngress ? (['ingress'] as const) : []), ...(isEgress ? (['egress'] as const) : [])],
    rules: { ingress: listAt(spec, 'ingress'), egress: listAt(spec, 'egress') },
  }
}

/** Policies that hold for the pods of a workload, one way. */
export const policiesFor = (
  { policies }: Network,
  { namespace, podLabels }: Workload,
  direction: Direction,
): readonly NetworkPolicy[] =>
  policies.filter(
    (policy) =>
      isSameNamespace(policy.namespace, namespace) &&
      policy.directions.includes(direction) &&
      matchesLabels(policy.podSelector, podLabels),
  )

/** Whether policies let a workload's pods talk that way; without any policy, everything may. */
export function isAllowed(
  network: Network,
  workload: Workload,
  direction: Direction,
  peer: Peer,
  door: Door,
): boolean {
  const policies = policiesFor(network, workload, direction)
  if (policies.length === 0) return true
  const listener = direction === 'ingress' ? workload : peer.kind === 'pod' ? peer.workload : null
  return policies.some((policy) =>
    policy.rules[direction].some(
      (rule) =>
        matchesPeers(network, policy, peersOf(rule, direction), peer) &&
        matchesPorts(listAt(rule, 'ports'), door, listener),
    ),
  )
}

/** Whether pods of one workload reach a port of another: out at one end, in at the other. */
export const isReachable = (network: Network, from: Workload, to: Workload, door: Door): boolean =>
  isAllowed(network, from, 'egress', { kind: 'pod', workload: to }, door) &&
  isAllowed(network, to, 'ingress', { kind: 'pod', workload: from }, door)

/** `from` or `to` of a rule. */
export const peersOf = (rule: Value, direction: Direction): readonly Value[] =>
  listAt(rule, direction === 'ingress' ? 'from' : 'to')

/** A rule without peers is for everybody. */
const matchesPeers = (
  network: Network,
  policy: NetworkPolicy,
  peers: readonly Value[],
  peer: Peer,
): boolean => peers.length === 0 || peers.some((each) => matchesPeer(network, policy, each, peer))

function matchesPeer(network: Network, policy: NetworkPolicy, rule: Value, peer: Peer): boolean {
  const block = at(rule, 'ipBlock')
  if (peer.kind === 'address') return block !== undefined && isInBlock(block, peer.address)
  if (block !== undefined) return false
  const namespace = peer.kind === 'pod' ? peer.workload.namespace : peer.namespace
  const labels = peer.kind === 'pod' ? peer.workload.podLabels : peer.labels
  const namespaces = at(rule, 'namespaceSelector')
  const isNamespace =
    namespaces === undefined
      ? isSameNamespace(policy.namespace, namespace)
      : matchesLabels(namespaces, network.namespaceLabels(namespace))
  return isNamespace && matchesLabels(at(rule, 'podSelector'), labels)
}

/** Whether an `ipBlock` holds an address, its exceptions left out. */
export function isInBlock(block: Value, address: string): boolean {
  const isExcept = textsOf(listAt(block, 'except')).some((range) => isInRange(range, address))
  return !isExcept && isInRange(textAt(block, 'cidr') ?? '', address)
}

/** Whether an IPv4 address lies in a range such as `10.0.0.0/8`. */
export function isInRange(range: string, address: string): boolean {
  const [base = '', bits = '32'] = range.split('/')
  const [from, at] = [numberOfAddress(base), numberOfAddress(address)]
  if (from === null || at === null) return false
  const size = 2 ** (32 - Number(bits))
  return Math.floor(from / size) === Math.floor(at / size)
}

function numberOfAddress(address: string): number | null {
  const parts = address.split('.')
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part))) return null
  return parts.reduce((sum, part) => sum * 256 + Number(part), 0)
}

/** A rule without ports is for all of them; a name is looked up at the pod that listens. */
const matchesPorts = (ports: readonly Value[], door: Door, listener: Workload | null): boolean =>
  ports.length === 0 ||
  ports.some((each) => {
    if ((textAt(each, 'protocol') ?? 'TCP') !== door.protocol) return false
    const name = textAt(each, 'port')
    const first = name === undefined ? numberAt(each, 'port') : listener && podPortOf(listener, name)
    if (name === undefined && first === undefined) return true
    if (first === undefined || first === null) return false
    return first <= door.port && door.port <= (numberAt(each, 'endPort') ?? first)
  })
