import { deployed } from '../check.ts'
import type { AuditInput, Build, Check, Problem } from '../check.ts'
import type { Manifest } from '../manifest.ts'
import { listAt, textAt } from '../value.ts'
import type { Value, ValueRecord } from '../value.ts'
import { workloadsOf } from '../workload.ts'
import type { Workload } from '../workload.ts'
import { replicaRange } from './replica-range.ts'
import { eachWorkload, objectNamed, problemOf, runsForGood } from './scope.ts'
import type { Fault } from './scope.ts'

/** Mounts, volumes and claims. */
export const volumeChecks: readonly Check[] = [
  {
    id: 'X09',
    severity: 'high',
    title: 'Every mount has its volume, every volume its claim, and none of them is idle',
    run: (input) => [...eachWorkload(mountFaults)(input), ...idleClaims(input)],
  },
  {
    id: 'X10',
    severity: 'blocker',
    title: 'A claim that one node mounts is used by one pod',
    run: sharedClaims,
  },
]

const namesAt = (list: readonly Value[]): readonly string[] => list.map((each) => textAt(each, 'name') ?? '')

const templatesOf = ({ manifest }: Workload): readonly string[] =>
  listAt(manifest.value, 'spec', 'volumeClaimTemplates').map((each) => textAt(each, 'metadata', 'name') ?? '')

function mountFaults(workload: Workload, { manifests }: Build): readonly Fault[] {
  const templates = templatesOf(workload)
  const volumes = [...namesAt(listAt(workload.podSpec, 'volumes')), ...templates]
  const mounted = new Set(workload.containers.flatMap(({ value }) => mountsOf(value)))
  const stray = workload.containers.flatMap(({ name, value }) =>
    mountsOf(value)
      .filter((mount) => !volumes.includes(mount))
      .map((mount) => ({
        message: `container ${name}: it mounts ${mount}, which is no volume of the pod`,
        mend: `add ${mount} to volumes or volumeClaimTemplates`,
      })),
  )
  const idle = volumes
    .filter((volume) => !mounted.has(volume))
    .map((volume) => ({
      message: `no container mounts its volume ${volume}`,
      mend: 'mount it or take it out',
    }))
  const claimless = claimsOf(workload)
    .filter((name) => objectNamed(manifests, 'PersistentVolumeClaim', name, workload.namespace) === undefined)
    .map((name) => ({ message: `its claim ${name} is not rendered`, mend: `write the claim ${name}` }))
  return [...stray, ...idle, ...claimless, ...doubledPaths(workload)]
}

const mountsOf = (container: ValueRecord): readonly string[] => [
  ...namesAt(listAt(container, 'volumeMounts')),
  ...namesAt(listAt(container, 'volumeDevices')),
]

const claimsOf = ({ podSpec }: Workload): readonly string[] =>
  listAt(podSpec, 'volumes').flatMap((volume) => textAt(volume, 'persistentVolumeClaim', 'claimName') ?? [])

const doubledPaths = ({ containers }: Workload): readonly Fault[] =>
  containers.flatMap(({ name, value }) => {
    const paths = listAt(value, 'volumeMounts').map((mount) => textAt(mount, 'mountPath') ?? '')
    return paths
      .filter((path, index) => paths.indexOf(path) !== index)
      .map((path) => ({
        message: `container ${name}: two volumes are mounted at ${path}`,
        mend: 'mount one of them elsewhere',
      }))
  })

const claimObjects = (manifests: readonly Manifest[]): readonly Manifest[] =>
  manifests.filter(({ kind }) => kind === 'PersistentVolumeClaim')

const idleClaims = (input: AuditInput): readonly Problem[] =>
  deployed(input).flatMap(({ manifests }) =>
    claimObjects(manifests)
      .filter((claim) => usersOf(claim, manifests).length === 0)
      .map((claim) =>
        problemOf(claim, { message: 'no pod uses it', mend: 'take it out, or mount it where it is meant' }),
      ),
  )

/** Workloads that name the claim, and StatefulSets that take one of that name for their template's. */
const usersOf = (claim: Manifest, manifests: readonly Manifest[]): readonly Workload[] =>
  workloadsOf(manifests).filter(
    (workload) =>
      workload.namespace === claim.namespace &&
      (claimsOf(workload).includes(claim.name) ||
        templatesOf(workload).some((template) => isClaimOf(claim.name, `${template}-${workload.name}-`))),
  )

const isClaimOf = (name: string, prefix: string): boolean =>
  name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length))

function sharedClaims(input: AuditInput): readonly Problem[] {
  return deployed(input).flatMap(({ manifests }) =>
    claimObjects(manifests)
      .filter(isOfOneNode)
      .flatMap((claim) => {
        const users = usersOf(claim, manifests).filter((workload) => claimsOf(workload).includes(claim.name))
        const many = users.filter((user) => podsMax(user, manifests) > 1)
        // Jobs end, so that a later one waits for an earlier one, and not for ever.
        const isHeld = users.length > 1 && users.some(runsForGood)
        if (!isHeld && many.length === 0) return []
        const names = users
          .map((user) => `${user.kind} ${user.name} (${podsMax(user, manifests)})`)
          .join(', ')
        const message = `one node at a time mounts it, and more than one pod does: ${names}`
        const mend = 'use a StatefulSet with a volumeClaimTemplate, or one replica'
        return [problemOf(claim, { message, mend })]
      }),
  )
}

const isOfOneNode = ({ value }: Manifest): boolean => {
  const modes = listAt(value, 'spec', 'accessModes')
  return modes.length > 0 && modes.every((mode) => mode === 'ReadWriteOnce' || mode === 'ReadWriteOncePod')
}

/** Pods at once: the most replicas, those of a CronJob that may overlap, one for all else. */
function podsMax(workload: Workload, manifests: readonly Manifest[]): number {
  if (workload.kind === 'CronJob') {
    const policy = textAt(workload.manifest.value, 'spec', 'concurrencyPolicy') ?? 'Allow'
    return policy === 'Allow' ? 2 : 1
  }
  return replicaRange(workload, manifests).max
}
