import type { AuditInput, Check } from '../check.ts'
import { titleOf } from '../manifest.ts'
import type { Manifest } from '../manifest.ts'
import { listAt, recordAt, textAt } from '../value.ts'
import { workloadsOf } from '../workload.ts'
import type { Workload } from '../workload.ts'
import { otherObjects, syncsOf } from './gitops-syncs.ts'
import type { Sync } from './gitops-syncs.ts'
import { problemOf, textsOf } from './scope.ts'
import type { Fault } from './scope.ts'

/** In which order Argo CD applies what needs an order. */
export const argoOrderChecks: readonly Check[] = [
  {
    id: 'G17',
    severity: 'high',
    title: 'Argo CD applies stores before the migration before the services, by waves of one Application',
    run: (input) =>
      applicationsOf(input).flatMap((sync) =>
        [...acrossFaults(sync, input), ...hookFaults(sync), ...waveFaults(sync, input)].map((fault) =>
          problemOf(sync.manifest, fault),
        ),
      ),
  },
]

const applicationsOf = (input: AuditInput): readonly Sync[] =>
  syncsOf(input).filter(({ engine }) => engine === 'argo')

const WAVE = 'argocd.argoproj.io/sync-wave'
const HEALTH = 'resource.customizations.health.argoproj.io_Application'

/** Waves of Applications mean nothing unless the health of an Application is known. */
function acrossFaults(sync: Sync, input: AuditInput): readonly Fault[] {
  const isHealthKnown = otherObjects(input).some(
    ({ kind, name, value }) =>
      kind === 'ConfigMap' && name === 'argocd-cm' && HEALTH in recordAt(value, 'data'),
  )
  if (isHealthKnown) return []
  const namespaces = new Set(workloadsOf(sync.objects).map(({ namespace }) => namespace))
  const sibling = applicationsOf(input).find(
    (other) =>
      titleOf(other.manifest) !== titleOf(sync.manifest) &&
      other.cluster === sync.cluster &&
      workloadsOf(other.objects).some(({ namespace }) => namespaces.has(namespace)),
  )
  const mend = `deploy an environment by one Application, or tell argocd-cm the health of them: ${HEALTH}`
  return [
    ...(WAVE in sync.manifest.annotations
      ? [{ message: 'has a wave, which waits for no other Application', mend }]
      : []),
    ...(sibling === undefined
      ? []
      : [
          {
            message: `deploys to a namespace of ${titleOf(sibling.manifest)} too, in no order with it`,
            mend,
          },
        ]),
  ]
}

/** What runs before the sync finds nothing of what the sync brings. */
function hookFaults({ objects }: Sync): readonly Fault[] {
  const brought = objects.filter((each) => !isBefore(each))
  return workloadsOf(objects)
    .filter(({ manifest }) => isBefore(manifest))
    .flatMap((workload) => {
      const needed = brought.find((each) => isNeeded(each, workload))
      return needed === undefined
        ? []
        : [
            {
              message: `runs ${titleOf(workload.manifest)} before it applies ${titleOf(needed)}, which that needs`,
              mend: 'make it a hook of Sync, with a wave behind what it needs',
            },
          ]
    })
}

const isBefore = ({ annotations }: Manifest): boolean =>
  (annotations['argocd.argoproj.io/hook'] ?? '').split(',').some((hook) => hook.trim() === 'PreSync')

/** What the pod mounts or runs as, and any store of the same environment. */
function isNeeded({ kind, name }: Manifest, { podSpec }: Workload): boolean {
  if (kind === 'StatefulSet') return true
  const pod = JSON.stringify(podSpec)
  switch (kind) {
    case 'ConfigMap':
    case 'Secret':
    case 'SealedSecret':
    case 'ExternalSecret':
    case 'PersistentVolumeClaim':
      return pod.includes(JSON.stringify(name))
    case 'ServiceAccount':
      return textAt(podSpec, 'serviceAccountName') === name
    default:
      return false
  }
}

function waveFaults({ objects, builds }: Sync, input: AuditInput): readonly Fault[] {
  const workloads = workloadsOf(objects)
  const services = workloads.filter((workload) => isService(workload, builds, input))
  const stores = workloads.filter(({ kind }) => kind === 'StatefulSet')
  const jobs = workloads.filter(({ kind, manifest }) => kind === 'Job' && !isBefore(manifest))
  const pairs = jobs.flatMap((job) => [
    ...stores.filter((store) => waveOf(store) >= waveOf(job)).map((store) => [store, job] as const),
    ...services.filter((service) => waveOf(service) <= waveOf(job)).map((service) => [job, service] as const),
  ])
  const early = jobs.length > 0 ? [] : services.flatMap((service) => unordered(stores, service))
  return [...pairs, ...early].map(([first, then]) => ({
    message:
      `applies ${titleOf(first.manifest)} in wave ${waveOf(first)}, ` +
      `and ${titleOf(then.manifest)}, which needs it, in wave ${waveOf(then)}`,
    mend: `annotate each layer with ${WAVE}: 0 for infrastructure, 1 for migrations, 2 for services`,
  }))
}

const unordered = (
  stores: readonly Workload[],
  service: Workload,
): readonly (readonly [Workload, Workload])[] =>
  stores.filter((store) => waveOf(store) >= waveOf(service)).map((store) => [store, service] as const)

const waveOf = ({ manifest }: Workload): number => Number(manifest.annotations[WAVE] ?? '0')

/** By the settings, or by standing in a layer of that name. */
function isService(
  { kind, name }: Workload,
  builds: Sync['builds'],
  { settings, builds: all }: AuditInput,
): boolean {
  if (kind !== 'Deployment') return false
  if (textsOf(listAt(settings, 'services')).includes(name)) return true
  const layers = all.filter(({ path }) => builds.some((build) => path === `${build.path}/services`))
  return layers.some(({ manifests }) => manifests.some((each) => each.kind === kind && each.name === name))
}
