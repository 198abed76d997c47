import { deployed } from '../check.ts'
import type { AuditInput, Build, Check, Problem } from '../check.ts'
import { at, listAt, numberAt } from '../value.ts'
import type { Value } from '../value.ts'
import { workloadsOf } from '../workload.ts'
import type { Workload } from '../workload.ts'
import { componentOf, flowTableOf, isOutsideEnd } from './flow-table.ts'
import type { Flow, FlowTable, OutsideEnd } from './flow-table.ts'
import { hostsOfWorkload } from './host-references.ts'
import { directoryOf, resolveHost } from './host-resolution.ts'
import type { Resolution } from './host-resolution.ts'
import { isEmptySelector, matchesLabels } from './label-selector.ts'
import { isAllowed, isInBlock, isReachable, networkOf, peersOf, policiesFor } from './network-access.ts'
import type { Direction, Door, Network, NetworkPolicy } from './network-access.ts'
import { problemOf } from './scope.ts'
import type { Fault } from './scope.ts'
import { isSameNamespace, podPortOf, podPortsOf } from './service-directory.ts'

/** X19: policies allow the flows of the table at both ends, and no others. */
export const flowChecks: readonly Check[] = [
  {
    id: 'X19',
    severity: 'blocker',
    title: 'Policies allow every declared and needed flow at both ends, and nothing else',
    run: (input) => [
      ...tableProblems(input),
      ...deployed(input).flatMap((build) => flowProblems(input, build)),
    ],
  },
]

type Scope = Readonly<{
  input: AuditInput
  build: Build
  table: FlowTable
  network: Network
  workloads: readonly Workload[]
}>

/** A row for a component that no build has was forgotten, or misspelled. */
function tableProblems(input: AuditInput): readonly Problem[] {
  const table = flowTableOf(input)
  switch (table.kind) {
    case 'none':
      return []
    case 'broken': {
      const message = `the table of flows cannot be read: ${table.reason}`
      return [{ file: table.file, object: '', message, mend: 'Write rows of `{from, to, port, why}`.' }]
    }
    case 'rows': {
      const known = new Set(input.builds.flatMap(({ manifests }) => workloadsOf(manifests).map(componentOf)))
      const ends = [...new Set(table.rows.flatMap(({ from, to }) => [from, to]))]
      return ends
        .filter((end) => !isOutsideEnd(end) && !known.has(end))
        .map((end) => ({
          file: table.file,
          object: '',
          message: `${end} is the end of a flow, and no build has such a component`,
          mend: 'Write the name of a component, or take the row out.',
        }))
    }
    default:
      return table satisfies never
  }
}

function flowProblems(input: AuditInput, build: Build): readonly Problem[] {
  const workloads = workloadsOf(build.manifests)
  const network = networkOf(build.manifests)
  const scope: Scope = { input, build, workloads, network, table: flowTableOf(input) }
  if (workloads.length === 0) return []
  if (network.policies.length === 0) {
    const message = `${build.path} has no NetworkPolicy: every pod may talk to every other`
    return [{ object: '', message, mend: 'Generate policies from the table of flows.' }]
  }
  return [
    ...neededProblems(scope),
    ...(scope.table.kind === 'rows' ? rowProblems(scope, scope.table.rows) : []),
    ...network.policies.flatMap((policy) => wideProblems(scope, policy)),
  ]
}

/** What configuration points at must be reachable. */
const neededProblems = ({ input, build, network, workloads }: Scope): readonly Problem[] => {
  const directory = directoryOf(input, build)
  return workloads.flatMap((from) => {
    const doors = hostsOfWorkload(build.manifests, from).flatMap(({ host, port, where }) =>
      targetsOf(resolveHost(directory, host, from.namespace), port).map((target) => ({ ...target, where })),
    )
    return unique(
      doors
        .filter(({ to, door }) => to.manifest !== from.manifest && !isReachable(network, from, to, door))
        .map(({ to, door, where }) => closedFault(network, from, to, door, `${where} needs it`)),
    ).map((fault) => problemOf(from.manifest, fault))
  })
}

type Target = Readonly<{ to: Workload; door: Door }>

function targetsOf(found: Resolution, port: number | null): readonly Target[] {
  if (found.kind !== 'service') return []
  const { service } = found
  const open = service.ports.find((each) => each.port === port)
  if (open === undefined) return []
  return service.workloads.flatMap((to) => {
    const number = podPortOf(to, open.targetPort)
    return number === undefined ? [] : [{ to, door: { port: number, protocol: open.protocol } }]
  })
}

function closedFault(network: Network, from: Workload, to: Workload, door: Door, why: string): Fault {
  const isOut = isAllowed(network, from, 'egress', { kind: 'pod', workload: to }, door)
  const end = isOut ? `ingress of ${componentOf(to)}` : `egress of ${componentOf(from)}`
  return {
    message: `may not reach ${componentOf(to)} on port ${door.port}, closed at the ${end}: ${why}`,
    mend: 'Add the row to the table of flows and generate the policies, or allow it in both policies.',
  }
}

const rowProblems = (scope: Scope, rows: readonly Flow[]): readonly Problem[] => [
  ...scope.workloads.flatMap((from) =>
    rows
      .filter((row) => row.from === componentOf(from) && row.when === '')
      .flatMap((row) => deniedRow(scope, from, row)),
  ),
  ...gatewayProblems(scope, rows),
  ...undeclaredProblems(scope, rows),
]

function deniedRow({ network, workloads }: Scope, from: Workload, { to, port }: Flow): readonly Problem[] {
  const door: Door = { port, protocol: 'TCP' }
  if (to === 'dns') return []
  if (isOutsideEnd(to)) {
    const isOpen = policiesFor(network, from, 'egress').some((policy) =>
      policy.rules.egress.some((rule) => isOutward(rule) && hasPort(rule, port)),
    )
    const message = `may not reach ${to} on port ${port}, which the table of flows declares`
    return isOpen
      ? []
      : [problemOf(from.manifest, { message, mend: 'Generate the policies from the table.' })]
  }
  return workloads
    .filter((other) => componentOf(other) === to && isSameNamespace(other.namespace, from.namespace))
    .filter((other) => !isReachable(network, from, other, door))
    .map((other) => {
      const fault = closedFault(network, from, other, door, 'the table of flows declares it')
      return problemOf(from.manifest, fault)
    })
}

/** Whether a rule leads to addresses, and not to pods. */
const isOutward = (rule: Value): boolean => {
  const peers = peersOf(rule, 'egress')
  return peers.length === 0 || peers.some((peer) => at(peer, 'ipBlock') !== undefined)
}

const hasPort = (rule: Value, port: number): boolean => {
  const ports = listAt(rule, 'ports')
  return ports.length === 0 || ports.some((each) => numberAt(each, 'port') === port)
}

/** What comes in through a gateway comes from another namespace. */
const gatewayProblems = ({ network, workloads }: Scope, rows: readonly Flow[]): readonly Problem[] =>
  rows
    .filter(({ from, when }) => from === 'ingress-gateway' && when === '')
    .flatMap(({ to, port }) =>
      workloads
        .filter((workload) => componentOf(workload) === to)
        .filter(
          (workload) =>
            !policiesFor(network, workload, 'ingress').some((policy) =>
              policy.rules.ingress.some((rule) => isForeign(rule) && opensPort(workload, rule, port)),
            ),
        )
        .map((workload) => {
          const message = `is closed to the gateway on port ${port}, which the table of flows declares`
          return problemOf(workload.manifest, { message, mend: 'Generate the policies from the table.' })
        }),
    )

const isForeign = (rule: Value): boolean =>
  peersOf(rule, 'ingress').some((peer) => at(peer, 'namespaceSelector') !== undefined)

const opensPort = (workload: Workload, rule: Value, port: number): boolean =>
  listAt(rule, 'ports').some((each) => {
    const written = at(each, 'port')
    return (
      (typeof written === 'number' || typeof written === 'string') && podPortOf(workload, written) === port
    )
  })

/** Each pair of workloads, each port that is declared: what may talk without a row. */
const undeclaredProblems = ({ network, workloads }: Scope, rows: readonly Flow[]): readonly Problem[] =>
  workloads.flatMap((from) =>
    workloads
      .filter((to) => componentOf(to) !== componentOf(from))
      .flatMap((to) =>
        podPortsOf(to)
          .filter(({ port, protocol }) => isReachable(network, from, to, { port, protocol }))
          .filter(({ port }) => !rows.some((row) => isRow(row, from, to, port)))
          .map(({ port }) => {
            const message = `may reach ${componentOf(to)} on port ${port}, and no row of the table says so`
            return problemOf(from.manifest, { message, mend: 'Close it, or add the row with its reason.' })
          }),
      ),
  )

const isRow = (row: Flow, from: Workload, to: Workload, port: number): boolean =>
  row.from === componentOf(from) && row.to === componentOf(to) && row.port === port

/** Rules that mean everybody, and those that lead out without a row that says so. */
function wideProblems(scope: Scope, policy: NetworkPolicy): readonly Problem[] {
  const directions: readonly Direction[] = ['ingress', 'egress']
  return directions.flatMap((direction) =>
    policy.rules[direction].flatMap((rule) => {
      const fault = wideFault(scope, policy, direction, rule)
      return fault === null ? [] : [problemOf(policy.manifest, fault)]
    }),
  )
}

function wideFault(scope: Scope, policy: NetworkPolicy, direction: Direction, rule: Value): Fault | null {
  const peers = peersOf(rule, direction)
  if (peers.length === 0) {
    if (direction === 'egress' && isNameService(rule)) return null
    const message = `an ${direction} rule has no peers, so that it allows ${direction} to everything`
    return {
      message: direction === 'egress' ? message : message.replace(' to ', ' from '),
      mend: `Name the peers in \`${direction === 'egress' ? 'to' : 'from'}\`.`,
    }
  }
  if (peers.some(isAnyPod)) {
    const message = `an ${direction} rule names every pod of every namespace`
    return { message, mend: 'Add labels to its namespaceSelector or podSelector.' }
  }
  if (peers.some((peer) => isInBlock(at(peer, 'ipBlock') ?? null, METADATA_ADDRESS))) {
    const message = `an ${direction} rule reaches ${METADATA_ADDRESS}, where clouds keep credentials`
    return { message, mend: 'Write 169.254.0.0/16 in `except` of the ipBlock.' }
  }
  return scope.table.kind === 'rows' ? outwardFault(scope, scope.table.rows, policy, direction, rule) : null
}

const METADATA_ADDRESS = '169.254.169.254'

/** Ends outside of the namespace need a row too, for every pod that the policy is for. */
function outwardFault(
  { workloads, network }: Scope,
  rows: readonly Flow[],
  { podSelector, namespace }: NetworkPolicy,
  direction: Direction,
  rule: Value,
): Fault | null {
  const peers = peersOf(rule, direction)
  const toAddresses = peers.some((peer) => at(peer, 'ipBlock') !== undefined)
  const isElsewhere = peers.some((peer) => {
    const namespaces = at(peer, 'namespaceSelector')
    return namespaces !== undefined && !matchesLabels(namespaces, network.namespaceLabels(namespace))
  })
  if (!toAddresses && !isElsewhere) return null
  const words = wordsFor(direction, toAddresses, rule)
  const bare = workloads
    .filter((workload) => isSameNamespace(workload.namespace, namespace))
    .filter(({ podLabels }) => matchesLabels(podSelector, podLabels))
    .map(componentOf)
    .find((name) => !rows.some(({ from, to }) => isEnd(direction, name, from, to, words)))
  if (bare === undefined) return null
  const message = `an ${direction} rule leads out of the namespace for ${bare}, and no row of the table says so`
  return { message, mend: `Take it out, or add a row of ${bare} with ${words.join(' or ')}.` }
}

const wordsFor = (direction: Direction, toAddresses: boolean, rule: Value): readonly OutsideEnd[] => {
  if (direction === 'ingress') return ['ingress-gateway']
  if (toAddresses) return ['kube-api', 'venue-internet']
  return isNameService(rule) ? ['dns'] : []
}

const isEnd = (
  direction: Direction,
  name: string,
  from: string,
  to: string,
  words: readonly string[],
): boolean =>
  direction === 'egress' ? from === name && words.includes(to) : to === name && words.includes(from)

const isNameService = (rule: Value): boolean => {
  const ports = listAt(rule, 'ports')
  return ports.length > 0 && ports.every((each) => numberAt(each, 'port') === 53)
}

const isAnyPod = (peer: Value): boolean => {
  const namespaces = at(peer, 'namespaceSelector')
  return namespaces !== undefined && isEmptySelector(namespaces) && isEmptySelector(at(peer, 'podSelector'))
}

const unique = (faults: readonly Fault[]): readonly Fault[] => [
  ...new Map(faults.map((fault) => [fault.message, fault])).values(),
]
