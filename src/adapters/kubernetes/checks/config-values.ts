import { deployed } from '../check.ts'
import type { AuditInput, Build, Check, Problem } from '../check.ts'
import type { Manifest } from '../manifest.ts'
import { listAt, recordAt, textAt } from '../value.ts'
import type { Value } from '../value.ts'
import { workloadsOf } from '../workload.ts'
import { embeddedValue } from './embedded-document.ts'
import type { HostName } from './host-names.ts'
import { hostsOfConfigMap, hostsOfContainer } from './host-references.ts'
import { directoryOf, resolveHost } from './host-resolution.ts'
import type { Directory } from './host-resolution.ts'
import { environmentValueChecks } from './environment-values.ts'
import { listenPortChecks } from './listen-ports.ts'
import { problemOf } from './scope.ts'

/** X14, X15 and X17: what configuration says is what the cluster holds. */
export const configValueChecks: readonly Check[] = [
  {
    id: 'X14',
    severity: 'blocker',
    title: 'Hosts and namespaces in configuration are those of the environment, and Services listen there',
    run: (input) => deployed(input).flatMap((build) => hostProblems(input, build)),
  },
  ...listenPortChecks,
  ...environmentValueChecks,
]

function hostProblems(input: AuditInput, build: Build): readonly Problem[] {
  const directory = directoryOf(input, build)
  const maps = build.manifests.filter(({ kind }) => kind === 'ConfigMap')
  const told = [
    ...maps.flatMap((manifest) => hostsOfConfigMap(manifest).map((host) => ({ manifest, host }))),
    ...workloadsOf(build.manifests).flatMap(({ manifest, containers }) =>
      containers.flatMap((container) => hostsOfContainer(container).map((host) => ({ manifest, host }))),
    ),
  ]
  return [
    ...told.flatMap(({ manifest, host }) => hostProblem(directory, manifest, host)),
    ...maps.flatMap((manifest) => discoveryProblems(directory, manifest)),
    ...build.manifests.flatMap((manifest) => selectorProblems(directory, manifest)),
  ]
}

function hostProblem(directory: Directory, manifest: Manifest, name: HostName): readonly Problem[] {
  const { host, port, where } = name
  const found = resolveHost(directory, host, manifest.namespace)
  switch (found.kind) {
    case 'outside':
      return []
    case 'otherEnvironment':
      return [otherEnvironmentProblem(manifest, `${where} names ${host},`, found.namespace)]
    case 'missing': {
      const near = directory.services.find(({ name: other }) => other.endsWith(`-${found.service}`))
      const hint = near === undefined ? '' : `; there is ${near.name}`
      return [
        problemOf(manifest, {
          message: `${where} names ${host}, but no Service ${found.namespace}/${found.service} is deployed${hint}`,
          mend: 'Write the name of a Service of this environment; list a namespace of others in externalNamespaces.',
        }),
      ]
    }
    case 'service': {
      const { service } = found
      if (service.isExternal || port === null || service.ports.some((each) => each.port === port)) return []
      const ports = service.ports.map((each) => each.port).join(', ')
      return [
        problemOf(manifest, {
          message: `${where} names ${host}:${port}, but Service ${service.name} has port ${ports}`,
          mend: `Write a port of Service ${service.name}.`,
        }),
      ]
    }
    default:
      return found satisfies never
  }
}

/** Prometheus may look for targets by the name of a namespace, which no overlay renames. */
function discoveryProblems(directory: Directory, manifest: Manifest): readonly Problem[] {
  return Object.entries(recordAt(manifest.value, 'data')).flatMap(([key, text]) => {
    if (typeof text !== 'string' || !text.includes('kubernetes_sd_configs')) return []
    return listAt(embeddedValue(text), 'scrape_configs')
      .flatMap((job) => listAt(job, 'kubernetes_sd_configs'))
      .flatMap((discovery) => listAt(discovery, 'namespaces', 'names'))
      .filter((name) => typeof name === 'string')
      .filter((name) => directory.otherEnvironments.has(name))
      .map((name) => otherEnvironmentProblem(manifest, `${key} looks for targets`, name))
  })
}

function selectorProblems(directory: Directory, manifest: Manifest): readonly Problem[] {
  if (manifest.kind !== 'NetworkPolicy') return []
  return namespacesSelected(manifest.value)
    .filter((name) => directory.otherEnvironments.has(name))
    .map((name) => otherEnvironmentProblem(manifest, 'a namespaceSelector asks for pods', name))
}

function namespacesSelected(value: Value | undefined): readonly string[] {
  const rules = [...listAt(value, 'spec', 'ingress'), ...listAt(value, 'spec', 'egress')]
  return rules
    .flatMap((rule) => [...listAt(rule, 'from'), ...listAt(rule, 'to')])
    .flatMap((peer) => textAt(peer, 'namespaceSelector', 'matchLabels', 'kubernetes.io/metadata.name') ?? [])
}

const otherEnvironmentProblem = (manifest: Manifest, what: string, namespace: string): Problem =>
  problemOf(manifest, {
    message: `${what} in namespace ${namespace}, which belongs to another environment`,
    mend: 'Use short names, podSelector peers and own_namespace, which hold in every environment.',
  })
