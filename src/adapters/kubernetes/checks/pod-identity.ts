import { deployed } from '../check.ts'
import type { AuditInput, Build, Check, Problem } from '../check.ts'
import type { Manifest } from '../manifest.ts'
import { at, listAt, numberAt, recordAt, textAt } from '../value.ts'
import { workloadsOf } from '../workload.ts'
import type { Container, Workload } from '../workload.ts'
import { imageNameOf, isImageNamed, parseImageReference } from './image-reference.ts'
import { knownImage } from './known-images.ts'
import { eachContainer, eachWorkload, objectNamed, problemOf, shown, textsOf } from './scope.ts'
import type { Fault } from './scope.ts'

/** Who a pod is: to the API server, and to its kernel. */
export const podIdentityChecks: readonly Check[] = [
  {
    id: 'W05',
    severity: 'medium',
    title: 'Every workload has a ServiceAccount of its own, and it exists',
    run: accountProblems,
  },
  {
    id: 'W06',
    severity: 'medium',
    title: 'A pod gets a token of the API server only where a role is bound to its account',
    run: eachWorkload(tokenFaults),
  },
  {
    id: 'W07',
    severity: 'low',
    title: 'Own images run as users from 10000, with group, fsGroup and fsGroupChangePolicy set',
    run: eachWorkload((workload, _build, input) => [
      ...groupFaults(workload),
      ...workload.containers.flatMap((container) => ownUserFaults(container, workload, input)),
    ]),
  },
  {
    id: 'W08',
    severity: 'medium',
    title: 'Images that others make run as the user that they are made for',
    run: eachContainer(knownUserFaults),
  },
]

const accountOf = ({ podSpec }: Workload): string =>
  textAt(podSpec, 'serviceAccountName') ?? textAt(podSpec, 'serviceAccount') ?? 'default'

function accountProblems(input: AuditInput): readonly Problem[] {
  return deployed(input).flatMap(({ manifests }) => {
    const workloads = workloadsOf(manifests)
    return workloads.flatMap((workload) =>
      accountFaults(workload, workloads, [...manifests, ...input.gitops]).map((fault) =>
        problemOf(workload.manifest, fault),
      ),
    )
  })
}

function accountFaults(
  workload: Workload,
  all: readonly Workload[],
  manifests: readonly Manifest[],
): readonly Fault[] {
  const name = accountOf(workload)
  if (name === 'default') {
    return [
      {
        message: 'it runs as the default ServiceAccount, which every pod of the namespace shares',
        mend: `write a ServiceAccount ${workload.name} and set serviceAccountName to it`,
      },
    ]
  }
  const faults: Fault[] = []
  if (objectNamed(manifests, 'ServiceAccount', name, workload.namespace) === undefined) {
    faults.push({
      message: `its ServiceAccount ${name} is not among the manifests`,
      mend: `write the ServiceAccount ${name}`,
    })
  }
  const sharers = all.filter(
    (other) => other !== workload && other.namespace === workload.namespace && accountOf(other) === name,
  )
  if (sharers.length > 0) {
    faults.push({
      message: `it shares the ServiceAccount ${name} with ${sharers.map((each) => each.name).join(', ')}`,
      mend: 'give each of them a ServiceAccount of its own',
    })
  }
  return faults
}

function tokenFaults(workload: Workload, { manifests }: Build, input: AuditInput): readonly Fault[] {
  const name = accountOf(workload)
  const known = [...manifests, ...input.gitops]
  const account = objectNamed(known, 'ServiceAccount', name, workload.namespace)
  const isMounted =
    at(workload.podSpec, 'automountServiceAccountToken') ??
    at(account?.value, 'automountServiceAccountToken') ??
    true
  if (isMounted === false || isBound(name, workload.namespace, known)) return []
  return [
    {
      message: `it gets a token of ServiceAccount ${name}, to which no role is bound`,
      mend: 'set automountServiceAccountToken: false',
    },
  ]
}

/** Whether a RoleBinding or a ClusterRoleBinding names the account. */
const isBound = (name: string, namespace: string, manifests: readonly Manifest[]): boolean =>
  manifests
    .filter(({ kind }) => kind === 'RoleBinding' || kind === 'ClusterRoleBinding')
    .some((binding) =>
      listAt(binding.value, 'subjects').some(
        (subject) =>
          textAt(subject, 'kind') === 'ServiceAccount' &&
          textAt(subject, 'name') === name &&
          (textAt(subject, 'namespace') ?? binding.namespace) === namespace,
      ),
    )

const USER_MIN = 10_000

/** `runAsUser` or `runAsGroup` as it holds for a container: its own, else the pod's. */
const identityAt = (
  { value }: Container,
  { podSpec }: Workload,
  key: 'runAsUser' | 'runAsGroup',
): number | undefined => numberAt(value, 'securityContext', key) ?? numberAt(podSpec, 'securityContext', key)

function groupFaults(workload: Workload): readonly Fault[] {
  const context = recordAt(workload.podSpec, 'securityContext')
  const volumes = listAt(workload.podSpec, 'volumes').map((volume) => Object.keys(recordAt(volume)))
  const hasOneOf = (...kinds: readonly string[]) =>
    volumes.some((keys) => kinds.some((kind) => keys.includes(kind)))
  const isStored =
    hasOneOf('persistentVolumeClaim', 'ephemeral') ||
    listAt(workload.manifest.value, 'spec', 'volumeClaimTemplates').length > 0
  const faults: Fault[] = []
  if ((isStored || hasOneOf('emptyDir', 'secret', 'projected')) && context['fsGroup'] === undefined) {
    faults.push({
      message: 'it mounts volumes, and fsGroup is not set',
      mend: "set securityContext.fsGroup to the container's group",
    })
  }
  if (isStored && context['fsGroupChangePolicy'] === undefined) {
    faults.push({
      message: 'it mounts a claim, and fsGroupChangePolicy is not set: each start walks the whole volume',
      mend: 'set securityContext.fsGroupChangePolicy: OnRootMismatch',
    })
  }
  const groupless = workload.containers.filter(
    (container) => identityAt(container, workload, 'runAsGroup') === undefined,
  )
  if (groupless.length > 0) {
    const names = groupless.map(({ name }) => name).join(', ')
    faults.push({
      message: `runAsGroup is not set for ${names}`,
      mend: 'set securityContext.runAsGroup',
    })
  }
  return faults
}

function ownUserFaults(container: Container, workload: Workload, input: AuditInput): readonly Fault[] {
  if (!isOwnImage(textAt(container.value, 'image') ?? '', input)) return []
  return (['runAsUser', 'runAsGroup'] as const).flatMap((key) => {
    const id = identityAt(container, workload, key)
    if (id === undefined && key === 'runAsGroup') return []
    if (id !== undefined && id >= USER_MIN) return []
    return [
      {
        message: `container ${container.name}: ${key} is ${shown(id)}, of an image of our own`,
        mend: `set ${key} to ${USER_MIN} or more, so that it is nobody on the node`,
      },
    ]
  })
}

/** As `ownImages` of the settings says; without it, whatever is not known to be made by others. */
function isOwnImage(text: string, { settings }: AuditInput): boolean {
  const image = parseImageReference(text)
  const own = textsOf(listAt(settings, 'ownImages'))
  if (own.length > 0) return own.some((pattern) => isImageNamed(image, pattern))
  return knownImage(text) === undefined
}

function knownUserFaults(container: Container, workload: Workload): readonly Fault[] {
  const text = textAt(container.value, 'image') ?? ''
  const users = knownImage(text)?.users ?? []
  const user = identityAt(container, workload, 'runAsUser')
  if (users.length === 0 || (user !== undefined && users.includes(user))) return []
  const image = imageNameOf(parseImageReference(text))
  const made = users.join(' or ')
  return [
    {
      message: `runAsUser is ${shown(user)}, and ${image} is made for ${made}`,
      mend: `set securityContext.runAsUser: ${made}`,
    },
  ]
}
