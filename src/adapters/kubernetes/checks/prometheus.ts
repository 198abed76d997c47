import { deployed } from '../check.ts'
import type { AuditInput, Build, Check, Problem } from '../check.ts'
import type { Manifest } from '../manifest.ts'
import { at, isRecord, listAt, textAt, textsAt } from '../value.ts'
import type { Value } from '../value.ts'
import { workloadsOf } from '../workload.ts'
import type { Workload } from '../workload.ts'
import { directoryOf } from './host-resolution.ts'
import { matchesLabels } from './label-selector.ts'
import { isReachable, networkOf } from './network-access.ts'
import { namespacesOf } from './prometheus-discovery.ts'
import { prometheusServersOf, scrapeOf } from './prometheus-server.ts'
import type { PrometheusServer, ScrapeTarget } from './prometheus-server.ts'
import { mayDo } from './role-access.ts'
import type { Right } from './role-access.ts'
import { problemOf, textsOf } from './scope.ts'
import type { Fault } from './scope.ts'
import { isSameNamespace, podPortOf, podPortsOf, servicesOf } from './service-directory.ts'

/** X20: the rules of Prometheus, run over the objects, lead to a port of every service. */
export const prometheusChecks: readonly Check[] = [
  {
    id: 'X20',
    severity: 'high',
    title: 'Prometheus finds every service: discovery may read, rules give host and port, policies permit',
    run: (input) => deployed(input).flatMap((build) => prometheusProblems(input, build)),
  },
]

function prometheusProblems(input: AuditInput, build: Build): readonly Problem[] {
  const servers = prometheusServersOf(build)
  const directory = directoryOf(input, build)
  const monitored = monitoredManifests(build)
  const scraped = servers.map((server) => ({ server, ...scrapeOf(build, directory, server) }))
  const good = scraped.flatMap(({ targets }) => targets.filter(isGood))
  return [
    ...scraped.flatMap(({ server, targets, problems }) =>
      serverFaults(build, server, targets, problems).map((each) => problemOf(server.workload.manifest, each)),
    ),
    ...monitorProblems(build),
    ...expectedWorkloads(input, build, servers.length > 0)
      .filter(
        (each) => !monitored.includes(each.manifest) && !good.some(({ workload }) => isSame(workload, each)),
      )
      .map((each) => problemOf(each.manifest, notScraped)),
  ]
}

const notScraped: Fault = {
  message: 'is scraped by no Prometheus',
  mend: 'Give a Service of it a port that the jobs of Prometheus look for, or a ServiceMonitor.',
}

const isSame = (one: Workload | null, other: Workload): boolean => one?.manifest === other.manifest

/** A target that answers: a port that its pods declare. */
const isGood = ({ workload, port }: ScrapeTarget): boolean =>
  workload !== null && podPortsOf(workload).some((each) => each.port === port)

/**
 * The services of the settings; where a Prometheus is there, also those whose variables the settings list and
 * what asks to be scraped by an annotation.
 */
const expectedWorkloads = (
  { settings }: AuditInput,
  { manifests }: Build,
  hasServer: boolean,
): readonly Workload[] =>
  workloadsOf(manifests).filter(
    ({ name, template }) =>
      textsOf(listAt(settings, 'services')).includes(name) ||
      (hasServer && isRecord(at(settings, 'serviceSettings', name))) ||
      (hasServer && textAt(template, 'metadata', 'annotations', 'prometheus.io/scrape') === 'true'),
  )

function serverFaults(
  build: Build,
  server: PrometheusServer,
  targets: readonly ScrapeTarget[],
  problems: readonly string[],
): readonly Fault[] {
  if (server.problem !== '') return [{ message: server.problem, mend: 'Mount the ConfigMap that holds it.' }]
  return [
    ...problems.map((message) => ({ message, mend: 'Write the rule as Prometheus reads it.' })),
    ...addressFaults(targets),
    ...doubleFaults(targets),
    ...policyFaults(build, server, targets),
    ...accessFaults(build, server),
  ]
}

/** Addresses that rules have spoiled, and ports that nobody opens. */
const addressFaults = (targets: readonly ScrapeTarget[]): readonly Fault[] =>
  targets
    .filter((target) => !isGood(target) && !isOutside(target))
    .map(({ job, address, workload }) => ({
      message:
        workload === null
          ? `job ${job}: the rules make ${address}, which is no host and port of the environment`
          : `job ${job}: ${workload.name} declares no such port as in ${address}`,
      mend: 'Check source_labels, regex and replacement; discovery gives host and port already.',
    }))

/** A full public address is nobody's of this build. */
const isOutside = ({ address, workload }: ScrapeTarget): boolean =>
  workload === null && /^[^:]+\.[a-z]{2,}:\d+$/.test(address) && !address.includes('.svc')

function doubleFaults(targets: readonly ScrapeTarget[]): readonly Fault[] {
  const seen = new Map<string, number>()
  for (const { workload, port, path, address } of targets) {
    if (workload === null) continue
    const key = `${workload.name} at ${port ?? address}${path}`
    seen.set(key, (seen.get(key) ?? 0) + 1)
  }
  return [...seen]
    .filter(([, count]) => count > 1)
    .map(([what, count]) => ({
      message: `${what} is scraped ${count} times`,
      mend: 'Keep one Service of it: two Services over the same pods give two targets.',
    }))
}

const policyFaults = (
  { manifests }: Build,
  { workload: from }: PrometheusServer,
  targets: readonly ScrapeTarget[],
): readonly Fault[] => {
  const network = networkOf(manifests)
  return targets.flatMap(({ workload: to, port, job }) => {
    if (to === null || port === null || isSame(from, to)) return []
    if (isReachable(network, from, to, { port, protocol: 'TCP' })) return []
    const message = `job ${job}: policies close port ${port} of ${to.name}`
    return [{ message, mend: `Allow ${from.name} to reach ${to.name} on port ${port}, at both ends.` }]
  })
}

const READ = ['get', 'list', 'watch'] as const
const CORE: readonly [string, string][] = [
  ['', 'services'],
  ['', 'pods'],
]
/** What each role of discovery reads: group and resource. */
const ROLE_READS: Readonly<Record<string, readonly [string, string][]>> = {
  pod: [['', 'pods']],
  service: [['', 'services']],
  endpoints: [...CORE, ['', 'endpoints']],
  endpointslice: [...CORE, ['discovery.k8s.io', 'endpointslices']],
  node: [['', 'nodes']],
  ingress: [['networking.k8s.io', 'ingresses']],
}

/** Discovery asks the API server: with a token, and with the right to read. */
function accessFaults({ manifests }: Build, { workload, config }: PrometheusServer): readonly Fault[] {
  const configs = listAt(config, 'scrape_configs').flatMap((job) => listAt(job, 'kubernetes_sd_configs'))
  if (configs.length === 0) return []
  const { namespace, podSpec } = workload
  const name = textAt(podSpec, 'serviceAccountName') ?? 'default'
  const account = manifests.find(
    (each) =>
      each.kind === 'ServiceAccount' && each.name === name && isSameNamespace(each.namespace, namespace),
  )
  const missing = configs
    .flatMap((each) => rightsOf(each, namespace))
    .filter((right) => !mayDo(manifests, { name, namespace }, right))
    .map(({ resource, namespace: place }) => `${resource} in ${place ?? 'every namespace'}`)
  return [
    ...(account === undefined && name !== 'default'
      ? [{ message: `its ServiceAccount ${name} is not there`, mend: 'Write the ServiceAccount.' }]
      : []),
    ...(hasToken(podSpec, account)
      ? []
      : [
          {
            message: 'discovery needs a token, and none is mounted',
            mend: 'Set `automountServiceAccountToken: true` on this pod alone.',
          },
        ]),
    ...[...new Set(missing)].map((what) => ({
      message: `${name} may not get, list and watch ${what}, which discovery reads`,
      mend: 'Bind a Role with these verbs to the ServiceAccount.',
    })),
  ]
}

function rightsOf(config: Value, own: string): readonly Right[] {
  const { isOwn, names } = namespacesOf(config)
  const places = [...(isOwn ? [own] : []), ...names]
  const reads = ROLE_READS[textAt(config, 'role')?.toLowerCase() ?? ''] ?? []
  return (places.length === 0 ? [null] : places).flatMap((namespace) =>
    reads.map(([group, resource]) => ({ verbs: READ, group, resource, namespace })),
  )
}

function hasToken(podSpec: Value, account: Manifest | undefined): boolean {
  const isProjected = listAt(podSpec, 'volumes').some((volume) =>
    listAt(volume, 'projected', 'sources').some((each) => at(each, 'serviceAccountToken') !== undefined),
  )
  const ofPod = at(podSpec, 'automountServiceAccountToken')
  const ofAccount = at(account?.value, 'automountServiceAccountToken')
  return isProjected || (ofPod ?? ofAccount ?? true) === true
}

type Monitor = Readonly<{ manifest: Manifest; workloads: readonly Workload[]; ports: readonly Value[] }>

const monitorsOf = ({ manifests }: Build): readonly Monitor[] =>
  manifests.flatMap((manifest) => {
    const selector = at(manifest.value, 'spec', 'selector')
    if (manifest.kind === 'ServiceMonitor') {
      const services = servicesOf(manifests).filter(
        (service) =>
          isSameNamespace(service.namespace, manifest.namespace) &&
          matchesLabels(selector, service.manifest.labels),
      )
      const ports = listAt(manifest.value, 'spec', 'endpoints')
      const isOpen = (service: (typeof services)[number]): boolean =>
        ports.some((port) => service.ports.some(({ name }) => name === textAt(port, 'port')))
      return [{ manifest, ports, workloads: services.filter(isOpen).flatMap(({ workloads }) => workloads) }]
    }
    if (manifest.kind !== 'PodMonitor') return []
    const ports = listAt(manifest.value, 'spec', 'podMetricsEndpoints')
    const workloads = workloadsOf(manifests).filter(
      (workload) =>
        isSameNamespace(workload.namespace, manifest.namespace) &&
        matchesLabels(selector, workload.podLabels) &&
        ports.some((port) => podPortOf(workload, textAt(port, 'port') ?? '') !== undefined),
    )
    return [{ manifest, ports, workloads }]
  })

const monitoredManifests = (build: Build): readonly Manifest[] =>
  monitorsOf(build).flatMap(({ workloads }) => workloads.map(({ manifest }) => manifest))

/** A monitor whose labels or port name nobody has watches nothing. */
const monitorProblems = (build: Build): readonly Problem[] =>
  monitorsOf(build)
    .filter(({ workloads }) => workloads.length === 0)
    .map(({ manifest, ports }) => {
      const labels = Object.entries(textsAt(manifest.value, 'spec', 'selector', 'matchLabels'))
        .map(([key, value]) => `${key}=${value}`)
        .join(',')
      const names = ports.map((port) => textAt(port, 'port') ?? '').join(', ')
      const message = `selects nothing: no Service with ${labels} has pods and a port named ${names}`
      return problemOf(manifest, { message, mend: 'Write the labels and the port name of the Service.' })
    })
