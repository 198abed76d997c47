import { deployed } from '../check.ts'
import type { AuditInput, Build, Check, Problem } from '../check.ts'
import type { Manifest } from '../manifest.ts'
import { at, textAt } from '../value.ts'
import type { Value } from '../value.ts'
import { workloadsOf } from '../workload.ts'
import type { Workload } from '../workload.ts'
import { flowTableOf } from './flow-table.ts'
import { isEmptySelector, matchesLabels } from './label-selector.ts'
import { isAllowed, networkOf, peersOf } from './network-access.ts'
import type { Direction, Network, NetworkPolicy, Peer } from './network-access.ts'
import { componentOf } from './flow-table.ts'
import { isSameNamespace, placeOf } from './service-directory.ts'
import { problemOf } from './scope.ts'

/** X18: nothing talks unless a policy says so, and policies mean somebody. */
export const networkPolicyChecks: readonly Check[] = [
  {
    id: 'X18',
    severity: 'blocker',
    title: 'Every namespace denies by default, both ways, allows DNS, and no policy or peer means nobody',
    run: (input) => deployed(input).flatMap((build) => policyProblems(input, build)),
  },
]

const DIRECTIONS: readonly Direction[] = ['ingress', 'egress']

export const nameServer: Peer = {
  kind: 'foreign',
  namespace: 'kube-system',
  labels: { 'k8s-app': 'kube-dns' },
}

function policyProblems(input: AuditInput, build: Build): readonly Problem[] {
  const workloads = workloadsOf(build.manifests)
  const network = networkOf(build.manifests)
  const namespaces = [...new Set(workloads.map(({ namespace }) => placeOf(namespace)))]
  return [
    ...namespaces.flatMap((namespace) => defaultProblems(build, network, namespace)),
    ...(network.policies.length === 0 ? [] : nameServerProblems(input, network, workloads)),
    ...network.policies.flatMap((policy) => danglingProblems(network, policy, workloads)),
  ]
}

/** A policy for every pod of the namespace, that allows nothing, one for each way. */
function defaultProblems(build: Build, { policies }: Network, namespace: string): readonly Problem[] {
  return DIRECTIONS.flatMap((direction) => {
    const isDenied = policies.some(
      (policy) =>
        isSameNamespace(policy.namespace, namespace) &&
        policy.directions.includes(direction) &&
        policy.rules[direction].length === 0 &&
        isEmptySelector(policy.podSelector),
    )
    if (isDenied) return []
    const fault = {
      message: `namespace ${namespace} does not deny ${direction} by default`,
      mend: `Write a NetworkPolicy with \`podSelector: {}\` and policyTypes Ingress and Egress, without rules.`,
    }
    return [problemOf(namespaceOf(build, namespace), fault)]
  })
}

/** The Namespace of the build, or what stands for one that it does not bring. */
const namespaceOf = ({ manifests }: Build, namespace: string): Manifest =>
  manifests.find(({ kind, name }) => kind === 'Namespace' && name === namespace) ?? {
    ...{ file: null, line: 0, apiVersion: 'v1', kind: 'Namespace', name: namespace, namespace: '' },
    ...{ labels: {}, annotations: {}, value: {} },
  }

/** Every pod looks names up, but those of which a flow table says otherwise. */
function nameServerProblems(
  input: AuditInput,
  network: Network,
  workloads: readonly Workload[],
): readonly Problem[] {
  const table = flowTableOf(input)
  return workloads
    .filter(
      (workload) =>
        table.kind !== 'rows' ||
        table.rows.some(({ from, to }) => to === 'dns' && from === componentOf(workload)),
    )
    .flatMap((workload) => {
      const denied = ['UDP', 'TCP'].filter(
        (protocol) => !isAllowed(network, workload, 'egress', nameServer, { port: 53, protocol }),
      )
      if (denied.length === 0) return []
      const message = `may not ask the name server: ${denied.join(' and ')} port 53 is closed`
      const mend = 'Allow egress to the pods k8s-app=kube-dns in kube-system, UDP and TCP, port 53.'
      return [problemOf(workload.manifest, { message, mend })]
    })
}

/** A selector that matches no pod here was meant for one that is gone or misspelled. */
function danglingProblems(
  network: Network,
  policy: NetworkPolicy,
  workloads: readonly Workload[],
): readonly Problem[] {
  const here = workloads.filter(({ namespace }) => isSameNamespace(namespace, policy.namespace))
  const isSubject = here.some(({ podLabels }) => matchesLabels(policy.podSelector, podLabels))
  const subject = isSubject ? [] : [`its podSelector ${shownSelector(policy.podSelector)} selects no pod`]
  const peers = DIRECTIONS.flatMap((direction) =>
    policy.rules[direction].flatMap((rule) => peersOf(rule, direction)),
  )
  const dangling = peers
    .filter((peer) => isDangling(network, policy, peer, workloads))
    .map((peer) => `its peer ${shownSelector(at(peer, 'podSelector'))} is no pod of the environment`)
  return [...subject, ...dangling].map((message) =>
    problemOf(policy.manifest, { message, mend: 'Write the labels of a workload, or take it out.' }),
  )
}

function isDangling(
  network: Network,
  policy: NetworkPolicy,
  peer: Value,
  workloads: readonly Workload[],
): boolean {
  const pods = at(peer, 'podSelector')
  if (pods === undefined || at(peer, 'ipBlock') !== undefined) return false
  const namespaces = at(peer, 'namespaceSelector')
  const isHere =
    namespaces === undefined || matchesLabels(namespaces, network.namespaceLabels(policy.namespace))
  if (!isHere) return false
  return !workloads.some(
    (workload) =>
      (namespaces === undefined
        ? isSameNamespace(workload.namespace, policy.namespace)
        : matchesLabels(namespaces, network.namespaceLabels(workload.namespace))) &&
      matchesLabels(pods, workload.podLabels),
  )
}

const shownSelector = (selector: Value | undefined): string => {
  const labels = Object.keys(at(selector, 'matchLabels') ?? {}).map(
    (key) => `${key}=${textAt(selector, 'matchLabels', key) ?? ''}`,
  )
  return labels.length > 0 ? labels.join(',') : JSON.stringify(selector ?? {})
}
