import type { AuditInput, Build } from '../check.ts'
import { groupOf, identityOf } from '../manifest.ts'
import type { Manifest } from '../manifest.ts'
import { at, isRecord, listAt, recordAt, textAt } from '../value.ts'
import type { ValueRecord } from '../value.ts'
import { applicationsOf } from './argo-application.ts'

export type Engine = 'flux' | 'argo'

/** One object that makes a reconciler apply something: a Kustomization of Flux, an Application of Argo CD. */
export type Sync = Readonly<{
  engine: Engine
  manifest: Manifest
  /** As written, `./k8s/overlays/dev/services`; several for an Application of several sources. */
  paths: readonly string[]
  /** What the folder builds at those paths; a path without a build is not among them. */
  builds: readonly Build[]
  /** What it applies, with the names and namespaces that it gives. */
  objects: readonly Manifest[]
  /** Empty for the cluster that the reconciler runs in. */
  cluster: string
  isSuspended: boolean
  /** The environment of its builds; else null. */
  environment: string | null
}>

/** Where each engine's own objects come from. */
export const engineOf = (manifest: Manifest): Engine | null => {
  const group = groupOf(manifest)
  if (group.endsWith('.toolkit.fluxcd.io') || group.endsWith('.extensions.fluxcd.io')) return 'flux'
  return group === 'argoproj.io' && ARGO_KINDS.includes(manifest.kind) ? 'argo' : null
}

const ARGO_KINDS: readonly string[] = ['Application', 'ApplicationSet', 'AppProject']

/** Objects of Flux and Argo CD, wherever they stand, each once: as a build leaves them, else as written. */
export function gitopsObjects(input: AuditInput): readonly Manifest[] {
  const written = new Map(input.gitops.filter(isOfEngine).map((each) => [identityOf(each), each]))
  const objects = new Map(written)
  for (const manifest of input.builds.flatMap(({ manifests }) => manifests).filter(isOfEngine)) {
    const key = identityOf(manifest)
    const place = written.get(key)
    objects.set(key, place === undefined ? manifest : { ...manifest, file: place.file, line: place.line })
  }
  const placed = new Set([...objects.values()].filter(({ namespace }) => namespace !== '').map(nameKey))
  return [...objects.values()].filter((each) => each.namespace !== '' || !placed.has(nameKey(each)))
}

const isOfEngine = (manifest: Manifest): boolean => engineOf(manifest) !== null
const nameKey = ({ kind, name }: Manifest): string => `${kind}/${name}`

/** Whether an engine is used at all: without it, what it needs is not missing. */
export const usesEngine = (input: AuditInput, engine: Engine): boolean =>
  gitopsObjects(input).some((manifest) => engineOf(manifest) === engine)

/** Every other object of the folder: of all builds, then of the files that GitOps applies as they are. */
export const otherObjects = (input: AuditInput): readonly Manifest[] =>
  [...input.builds.flatMap(({ manifests }) => manifests), ...input.gitops].filter(
    (manifest) => !isOfEngine(manifest),
  )

export function syncsOf(input: AuditInput): readonly Sync[] {
  return gitopsObjects(input).flatMap((manifest) => {
    if (engineOf(manifest) === 'flux') {
      return manifest.kind === 'Kustomization' ? [fluxSync(manifest, input)] : []
    }
    return applicationsOf(manifest).map((application) => argoSync(application, input))
  })
}

/** Kustomizations of Flux that are not suspended, or Applications of Argo CD. */
export const activeSyncs = (input: AuditInput, engine: Engine): readonly Sync[] =>
  syncsOf(input).filter((sync) => sync.engine === engine && !sync.isSuspended)

function fluxSync(manifest: Manifest, input: AuditInput): Sync {
  const spec = recordAt(manifest.value, 'spec')
  const path = textAt(spec, 'path') ?? './'
  const builds = [buildAt(input, path)].filter((build) => build !== undefined)
  const kubeConfig = textAt(spec, 'kubeConfig', 'secretRef', 'name')
  return {
    ...{ engine: 'flux', manifest, paths: [path], builds },
    objects: builds.flatMap(({ manifests }) => manifests).map((each) => renamed(each, spec)),
    cluster: kubeConfig ?? textAt(spec, 'kubeConfig', 'configMapRef', 'name') ?? '',
    isSuspended: at(spec, 'suspend') === true,
    environment: builds[0]?.environment ?? null,
  }
}

/** `targetNamespace`, `namePrefix` and `nameSuffix` of a Kustomization. */
function renamed(manifest: Manifest, spec: ValueRecord): Manifest {
  const namespace = textAt(spec, 'targetNamespace')
  const name = `${textAt(spec, 'namePrefix') ?? ''}${manifest.name}${textAt(spec, 'nameSuffix') ?? ''}`
  return {
    ...manifest,
    name: isOfCluster(manifest) ? manifest.name : name,
    namespace: isOfCluster(manifest) ? '' : (namespace ?? manifest.namespace),
  }
}

function argoSync(manifest: Manifest, input: AuditInput): Sync {
  const spec = recordAt(manifest.value, 'spec')
  const sources = [...(isRecord(at(spec, 'source')) ? [at(spec, 'source')] : []), ...listAt(spec, 'sources')]
  const paths = sources.map((source) => textAt(source, 'path')).filter((path) => path !== undefined)
  const builds = paths.map((path) => buildAt(input, path)).filter((build) => build !== undefined)
  const namespace = textAt(spec, 'destination', 'namespace') ?? ''
  const cluster = textAt(spec, 'destination', 'server') ?? textAt(spec, 'destination', 'name') ?? ''
  return {
    ...{ engine: 'argo', manifest, paths, builds },
    objects: builds
      .flatMap(({ manifests }) => manifests)
      .map((each) => (isOfCluster(each) || each.namespace !== '' ? each : { ...each, namespace })),
    cluster: OWN_CLUSTER.includes(cluster) ? '' : cluster,
    isSuspended: false,
    environment: builds[0]?.environment ?? null,
  }
}

const OWN_CLUSTER: readonly string[] = ['https://kubernetes.default.svc', 'in-cluster']

const CLUSTER_KINDS: readonly string[] = [
  ...['Namespace', 'Node', 'PersistentVolume', 'StorageClass', 'VolumeAttachment', 'CSIDriver', 'CSINode'],
  ...['ClusterRole', 'ClusterRoleBinding', 'PriorityClass', 'RuntimeClass', 'IngressClass', 'GatewayClass'],
  ...['CustomResourceDefinition', 'APIService', 'ClusterSecretStore', 'ClusterExternalSecret'],
  ...['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration', 'ClusterIssuer'],
  ...['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding'],
]

/** Whether objects of its kind lie in no namespace. */
export const isOfCluster = ({ kind }: Manifest): boolean => CLUSTER_KINDS.includes(kind)

/**
 * The build at a path of the repository. The audited folder is a part of the repository, and nothing says
 * which: leading folders of the path that the audited folder does not have are taken for those above it.
 */
export function buildAt({ builds, folder }: AuditInput, path: string): Build | undefined {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.')
  const isFolder = parts.length === 0 || folder.endsWith(`/${parts.join('/')}`)
  if (isFolder) return builds.find((build) => build.path === '.')
  for (let from = 0; from < parts.length; from++) {
    const rest = parts.slice(from).join('/')
    const found = builds.find((build) => build.path === rest)
    if (found !== undefined) return found
  }
  return undefined
}
