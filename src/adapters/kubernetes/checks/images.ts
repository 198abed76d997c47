import type { AuditInput, Build, Check } from '../check.ts'
import { isRecord, listAt, recordAt, textAt } from '../value.ts'
import type { Container, Workload } from '../workload.ts'
import { isFloatingTag, parseImageReference } from './image-reference.ts'
import { eachContainer, eachWorkload, isProduction, textsOf } from './scope.ts'
import type { Fault } from './scope.ts'

/** Which image runs, and who may change that. */
export const imageChecks: readonly Check[] = [
  {
    id: 'W09',
    severity: 'blocker',
    title: 'Every image has a tag that stays, and a digest in production',
    run: eachContainer(({ value }, _workload, build) => pinFaults(textAt(value, 'image') ?? '', build)),
  },
  {
    id: 'W10',
    severity: 'medium',
    title: 'Pull policies fit the tags, registries are allowed, and pull secrets exist',
    run: eachWorkload((workload, build, input) => [
      ...workload.containers.flatMap((container) => pullFaults(container, input)),
      ...pullSecretFaults(workload, build, input),
    ]),
  },
]

function pinFaults(text: string, build: Build): readonly Fault[] {
  if (text === '') return [{ message: 'it has no image', mend: 'set image' }]
  const { tag, digest } = parseImageReference(text)
  if (digest !== null) return []
  if (tag === null) {
    return [{ message: `image ${text} has no tag, which means latest`, mend: 'write a tag or a digest' }]
  }
  if (isFloatingTag(tag)) {
    const mend = 'write the tag of one version, or a digest'
    return [{ message: `image ${text} has a tag that is moved to other images`, mend }]
  }
  if (!isProduction(build)) return []
  const mend = 'set digest in the images of the overlay'
  return [{ message: `image ${text} has no digest, in production`, mend }]
}

/** Registries that `registries` of the settings replaces. */
const registriesKnown: readonly string[] = [
  'docker.io',
  'ghcr.io',
  'quay.io',
  'registry.k8s.io',
  'gcr.io',
  'public.ecr.aws',
  'mcr.microsoft.com',
]

function pullFaults({ name, value }: Container, { settings }: AuditInput): readonly Fault[] {
  const text = textAt(value, 'image') ?? ''
  const { registry, tag, digest } = parseImageReference(text)
  const isMovable = digest === null && (tag === null || isFloatingTag(tag))
  const policy = textAt(value, 'imagePullPolicy') ?? (isMovable && tag === null ? 'Always' : 'IfNotPresent')
  const faults: Fault[] = []
  if (isMovable && policy !== 'Always') {
    faults.push({
      message: `container ${name}: ${text} moves, and a node that has it keeps the old one (${policy})`,
      mend: 'write a tag that stays; or set imagePullPolicy: Always',
    })
  }
  if (!isMovable && policy !== 'IfNotPresent') {
    faults.push({
      message: `container ${name}: ${text} stays, and imagePullPolicy is ${policy}`,
      mend: 'set imagePullPolicy: IfNotPresent, so that pods start while the registry is away',
    })
  }
  const listed = textsOf(listAt(settings, 'registries'))
  const allowed = listed.length > 0 ? listed : registriesKnown
  if (!allowed.includes(registry)) {
    faults.push({
      message: `container ${name}: ${text} comes from ${registry}, which is not allowed`,
      mend: `use one of ${allowed.join(', ')}, or add it to registries in audit.yaml`,
    })
  }
  return faults
}

/** Kinds of objects that make a Secret of their name. */
const secretKinds: readonly string[] = ['Secret', 'SealedSecret', 'ExternalSecret']

const pullSecretFaults = (
  { podSpec, namespace }: Workload,
  { manifests }: Build,
  { settings }: AuditInput,
): readonly Fault[] =>
  listAt(podSpec, 'imagePullSecrets')
    .map((each) => textAt(each, 'name') ?? '')
    .filter((name) => !isRecord(recordAt(settings, 'secrets')[name]))
    .filter(
      (name) =>
        !manifests.some(
          (each) => secretKinds.includes(each.kind) && each.name === name && each.namespace === namespace,
        ),
    )
    .map((name) => ({
      message: `its pull secret ${name} is neither rendered nor named in audit.yaml`,
      mend: `name ${name} under secrets in audit.yaml, or take out imagePullSecrets`,
    }))
