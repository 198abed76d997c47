import type { AuditInput, Build, Check, Problem } from '../check.ts'
import { titleOf } from '../manifest.ts'
import type { Manifest } from '../manifest.ts'
import { at, listAt, recordAt, textAt } from '../value.ts'
import { workloadsOf } from '../workload.ts'
import type { Workload } from '../workload.ts'
import { activeSyncs, buildAt, gitopsObjects, syncsOf } from './gitops-syncs.ts'
import type { Sync } from './gitops-syncs.ts'
import { problemOf, textsOf } from './scope.ts'
import type { Fault } from './scope.ts'

/** What the reconcilers are pointed at: folders that are there, layer by layer. */
export const gitopsLayerChecks: readonly Check[] = [
  {
    id: 'G02',
    severity: 'blocker',
    title: 'GitOps points at folders with a kustomization, and at sources that exist',
    run: (input) =>
      syncsOf(input).flatMap((sync) =>
        [...pathFaults(sync, input), ...sourceFaults(sync, input)].map((fault) =>
          problemOf(sync.manifest, fault),
        ),
      ),
  },
  {
    id: 'G03',
    severity: 'blocker',
    title: 'every Kustomization of Flux waits for the health of all its workloads',
    run: (input) =>
      activeSyncs(input, 'flux').flatMap((sync) =>
        healthFaults(sync).map((fault) => problemOf(sync.manifest, fault)),
      ),
  },
  {
    id: 'G06',
    severity: 'blocker',
    title: 'the layer infrastructure holds no workload of the application',
    run: (input) => [...syncedApplications(input), ...builtApplications(input)],
  },
]

function pathFaults({ engine, paths, manifest }: Sync, input: AuditInput): readonly Fault[] {
  if (paths.length === 0 && engine === 'argo' && isChart(manifest)) return []
  if (paths.length === 0) {
    return [{ message: 'names no path', mend: 'write the folder of an overlay into spec.source.path' }]
  }
  return paths
    .filter((path) => buildAt(input, path) === undefined)
    .map((path) => ({
      message: `points at ${path}, where the folder has no kustomization`,
      mend: 'write the path of a folder with a kustomization.yaml, from the root of the repository',
    }))
}

/** An Application of a Helm chart has no path. */
const isChart = ({ value }: Manifest): boolean =>
  textAt(value, 'spec', 'source', 'chart') !== undefined ||
  listAt(value, 'spec', 'sources').some((source) => textAt(source, 'chart') !== undefined)

function sourceFaults({ engine, manifest }: Sync, input: AuditInput): readonly Fault[] {
  if (engine !== 'flux') return []
  const source = recordAt(manifest.value, 'spec', 'sourceRef')
  const kind = textAt(source, 'kind') ?? ''
  const name = textAt(source, 'name') ?? ''
  const namespace = textAt(source, 'namespace') ?? manifest.namespace
  const isThere = gitopsObjects(input).some(
    (each) => each.kind === kind && each.name === name && each.namespace === namespace,
  )
  if (isThere) return []
  return [
    {
      message: `takes its manifests from ${kind} ${namespace}/${name}, which the folder does not have`,
      mend: 'write the source, or its right kind, name and namespace, into spec.sourceRef',
    },
  ]
}

function healthFaults({ manifest, objects }: Sync): readonly Fault[] {
  if (at(manifest.value, 'spec', 'wait') === true) return []
  const waited = listAt(manifest.value, 'spec', 'healthChecks').map((each) => ({
    kind: textAt(each, 'kind') ?? '',
    name: textAt(each, 'name') ?? '',
    namespace: textAt(each, 'namespace') ?? manifest.namespace,
  }))
  const mend = 'write wait: true, which waits for everything that is applied'
  const absent = waited.filter((each) => !objects.some((object) => isSame(object, each)))
  const forgotten = workloadsOf(objects).filter(
    (workload) => workload.kind !== 'CronJob' && !waited.some((each) => isSame(workload, each)),
  )
  return [
    ...absent.map(({ kind, name, namespace }) => ({
      message: `waits for ${kind} ${namespace}/${name}, which it does not apply`,
      mend,
    })),
    ...(forgotten.length === 0 ? [] : [{ message: `does not wait for ${namesOf(forgotten)}`, mend }]),
  ]
}

type Named = Readonly<{ kind: string; name: string; namespace: string }>

const isSame = (left: Named, right: Named): boolean =>
  left.kind === right.kind && left.name === right.name && left.namespace === right.namespace

const NAMES_MAX = 4

/** The first of them by name, and how many more there are. */
function namesOf(workloads: readonly Workload[]): string {
  const names = workloads.slice(0, NAMES_MAX).map(({ manifest }) => titleOf(manifest))
  const more = workloads.length - names.length
  return `${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

const isInfrastructure = (name: string): boolean => /(?:^|[-/_])infra(?:structure)?(?:[-/_]|$)/.test(name)
const isOfInfrastructure = ({ manifest, paths }: Sync): boolean =>
  isInfrastructure(manifest.name) || paths.some(isInfrastructure)

/** By the settings, or by being deployed by something that is no infrastructure too. */
function syncedApplications(input: AuditInput): readonly Problem[] {
  const syncs = syncsOf(input)
  const services = servicesOf(input)
  return syncs.filter(isOfInfrastructure).flatMap(({ engine, manifest, objects }) => {
    const others = syncs
      .filter((sync) => sync.engine === engine && !isOfInfrastructure(sync))
      .flatMap((sync) => workloadsOf(sync.objects))
    const strays = workloadsOf(objects).filter(
      (workload) =>
        services.includes(workload.name) || others.some((other) => isSameApplication(workload, other)),
    )
    return strays.length === 0 ? [] : [problemOf(manifest, strayFault(strays))]
  })
}

/** Labels stay where names get a prefix. */
const isSameApplication = (left: Workload, right: Workload): boolean =>
  left.kind === right.kind && applicationOf(left) === applicationOf(right)

const applicationOf = ({ podLabels, name }: Workload): string =>
  podLabels['app.kubernetes.io/name'] ?? podLabels['app'] ?? name

const strayFault = (strays: readonly Workload[]): Fault => ({
  message: `deploys ${namesOf(strays)} with the infrastructure`,
  mend: 'let its path hold the layer that the services stand on, and nothing of the services',
})

function builtApplications(input: AuditInput): readonly Problem[] {
  const services = servicesOf(input)
  return input.builds.filter(isInfrastructureBuild).flatMap(({ path, manifests }) => {
    const strays = workloadsOf(manifests).filter(({ name }) => services.includes(name))
    return strays.length === 0
      ? []
      : [{ file: `${path}/kustomization.yaml`, object: '', ...strayFault(strays) }]
  })
}

const isInfrastructureBuild = ({ path }: Build): boolean => isInfrastructure(path.split('/').at(-1) ?? '')

const servicesOf = ({ settings }: AuditInput): readonly string[] => textsOf(listAt(settings, 'services'))
