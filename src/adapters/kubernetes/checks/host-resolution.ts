import type { AuditInput, Build } from '../check.ts'
import { listAt, recordAt, textAt } from '../value.ts'
import { isSameNamespace, placeOf, servicesOf } from './service-directory.ts'
import type { ServiceEntry } from './service-directory.ts'

/** What a host name means to a pod of one namespace. */
export type Resolution =
  | Readonly<{ kind: 'service'; service: ServiceEntry }>
  /** A name inside the cluster that nothing answers to. */
  | Readonly<{ kind: 'missing'; service: string; namespace: string }>
  /** A namespace that belongs to another environment of the folder. */
  | Readonly<{ kind: 'otherEnvironment'; namespace: string }>
  /** An address, a public name, or another owner's namespace. */
  | Readonly<{ kind: 'outside' }>

/** Names that a build knows. */
export type Directory = Readonly<{
  services: readonly ServiceEntry[]
  namespaces: ReadonlySet<string>
  otherEnvironments: ReadonlySet<string>
  outsideNamespaces: ReadonlySet<string>
}>

/** Namespaces that clusters and their controllers bring along. */
const SYSTEM_NAMESPACES = ['kube-system', 'kube-public', 'kube-node-lease', 'flux-system', 'argocd'] as const

const OUTSIDE: Resolution = { kind: 'outside' }

/** The names of a build, and the namespaces that are not its own. */
export function directoryOf(input: AuditInput, build: Build): Directory {
  const namespaces = namespacesOf(build)
  const others = input.builds.filter(({ isWhole }) => isWhole).flatMap((other) => [...namespacesOf(other)])
  const declared = Object.values(recordAt(input.settings, 'environments')).flatMap(
    (environment) => textAt(environment, 'namespace') ?? [],
  )
  const base = input.builds.filter(({ path }) => path === 'base').flatMap((each) => [...namespacesOf(each)])
  return {
    services: servicesOf(build.manifests),
    namespaces,
    otherEnvironments: new Set([...others, ...declared, ...base].filter((name) => !namespaces.has(name))),
    outsideNamespaces: new Set([
      ...SYSTEM_NAMESPACES,
      ...listAt(input.settings, 'externalNamespaces').filter((name) => typeof name === 'string'),
    ]),
  }
}

const namespacesOf = ({ manifests }: Build): ReadonlySet<string> =>
  new Set(
    manifests.flatMap((manifest) =>
      manifest.kind === 'Namespace' ? [manifest.name] : manifest.namespace === '' ? [] : [manifest.namespace],
    ),
  )

/** Looks a name up as the cluster's name server would for a pod of the namespace. */
export function resolveHost(directory: Directory, host: string, namespace: string): Resolution {
  const labels = host.replace(/\.$/, '').split('.')
  if (isAddress(host) || labels[0] === 'localhost' || labels[0] === 'kubernetes') return OUTSIDE
  const svc = labels.indexOf('svc')
  if (svc >= 2) return resolveFull(directory, labels.slice(0, svc))
  const [first = '', second = '', third] = labels
  if (labels.length === 1) return lookUp(directory, first, namespace)
  if (labels.length === 2) {
    if (isPodOf(directory, second, namespace)) return lookUp(directory, second, namespace)
    return isKnown(directory, second) ? resolveFull(directory, labels) : OUTSIDE
  }
  return labels.length === 3 && third !== undefined && isKnown(directory, third)
    ? resolveFull(directory, labels)
    : OUTSIDE
}

/** `service.namespace`, or `pod.service.namespace`. */
function resolveFull(directory: Directory, labels: readonly string[]): Resolution {
  const namespace = labels.at(-1) ?? ''
  const service = labels.at(-2) ?? ''
  if (directory.otherEnvironments.has(namespace)) return { kind: 'otherEnvironment', namespace }
  if (directory.outsideNamespaces.has(namespace)) return OUTSIDE
  return lookUp(directory, service, namespace)
}

function lookUp({ services }: Directory, name: string, namespace: string): Resolution {
  const service = services.find((each) => each.name === name && isSameNamespace(each.namespace, namespace))
  return service === undefined
    ? { kind: 'missing', service: name, namespace: placeOf(namespace) }
    : { kind: 'service', service }
}

const isKnown = ({ namespaces, otherEnvironments, outsideNamespaces }: Directory, name: string): boolean =>
  namespaces.has(name) || otherEnvironments.has(name) || outsideNamespaces.has(name)

const isPodOf = ({ services }: Directory, name: string, namespace: string): boolean =>
  services.some((each) => each.isHeadless && each.name === name && isSameNamespace(each.namespace, namespace))

const isAddress = (host: string): boolean => /^\d{1,3}(?:\.\d{1,3}){3}$/.test(host)
