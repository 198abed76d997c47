import type { AuditInput, Check, Problem } from '../check.ts'
import { titleOf } from '../manifest.ts'
import type { Manifest } from '../manifest.ts'
import { textAt } from '../value.ts'
import { activeSyncs, buildAt, gitopsObjects } from './gitops-syncs.ts'
import { problemOf, shown } from './scope.ts'
import type { Fault } from './scope.ts'

/** Images that Flux writes into Git. */
export const fluxImageChecks: readonly Check[] = [
  {
    id: 'G14',
    severity: 'medium',
    title: 'each image marker has its policy, and no robot writes to what production follows',
    run: (input) => [
      ...markersOf(input).flatMap((marker) => markerProblems(marker, input)),
      ...gitopsObjects(input).flatMap((manifest) =>
        faultsOf(manifest, input).map((fault) => problemOf(manifest, fault)),
      ),
    ],
  },
]

/** A comment that says which policy writes the value before it. */
type Marker = Readonly<{
  file: string
  line: number
  /** The key of the value: newTag, digest, image. */
  key: string
  namespace: string
  policy: string
  /** tag, name or digest; empty for the whole reference. */
  part: string
}>

const MARKER = /^[\s-]*([\w]+):.*#\s*\{\s*"\$imagepolicy":\s*"([^":]+):([^":]+)(?::([^"]*))?"\s*\}/

const markersOf = ({ files }: AuditInput): readonly Marker[] =>
  files
    .filter(({ path }) => /\.ya?ml$/.test(path))
    .flatMap(({ path, text }) =>
      text.split('\n').flatMap((content, index) => {
        const [, key, namespace, policy, part] = MARKER.exec(content) ?? []
        if (key === undefined || namespace === undefined || policy === undefined) return []
        return [{ file: path, line: index + 1, key, namespace, policy, part: part ?? '' }]
      }),
    )

/** Which part of an image a key takes. */
const PART_OF_KEY: Readonly<Record<string, string>> = {
  newTag: 'tag',
  tag: 'tag',
  newName: 'name',
  digest: 'digest',
  image: '',
}

function markerProblems(marker: Marker, input: AuditInput): readonly Problem[] {
  const { file, line, key, namespace, policy, part } = marker
  const found = gitopsObjects(input).find(
    (each) => each.kind === 'ImagePolicy' && each.name === policy && each.namespace === namespace,
  )
  const wanted = PART_OF_KEY[key]
  const faults: readonly (Fault | null)[] = [
    found === undefined
      ? {
          message: `the marker names the policy ${namespace}:${policy}, which does not exist`,
          mend: 'write the ImagePolicy, or name another one',
        }
      : null,
    wanted !== undefined && wanted !== part
      ? {
          message: `${key} would get ${part === '' ? 'the whole reference' : `the ${part}`} of the image`,
          mend: `end the marker with ${wanted === '' ? 'the name of the policy' : `:${wanted}`}`,
        }
      : null,
    found !== undefined && part === 'digest' && reflectsNoDigest(found)
      ? {
          message: `the policy ${policy} keeps no digest`,
          mend: 'write digestReflectionPolicy: IfNotPresent into the ImagePolicy',
        }
      : null,
  ]
  return faults.filter((fault) => fault !== null).map((fault) => ({ file, line, object: '', ...fault }))
}

const reflectsNoDigest = ({ value }: Manifest): boolean =>
  (textAt(value, 'spec', 'digestReflectionPolicy') ?? 'Never') === 'Never'

function faultsOf(manifest: Manifest, input: AuditInput): readonly Fault[] {
  if (manifest.kind === 'ImagePolicy') {
    return [...repositoryFaults(manifest, input), ...unusedFaults(manifest, input)]
  }
  return manifest.kind === 'ImageUpdateAutomation' ? automationFaults(manifest, input) : []
}

function repositoryFaults(manifest: Manifest, input: AuditInput): readonly Fault[] {
  const name = textAt(manifest.value, 'spec', 'imageRepositoryRef', 'name') ?? ''
  const namespace = textAt(manifest.value, 'spec', 'imageRepositoryRef', 'namespace') ?? manifest.namespace
  const isThere = gitopsObjects(input).some(
    (each) => each.kind === 'ImageRepository' && each.name === name && each.namespace === namespace,
  )
  return isThere
    ? []
    : [{ message: `chooses from the ImageRepository ${name}, which does not exist`, mend: 'write it' }]
}

const unusedFaults = (manifest: Manifest, input: AuditInput): readonly Fault[] =>
  markersOf(input).some(
    ({ policy, namespace }) => policy === manifest.name && namespace === manifest.namespace,
  )
    ? []
    : [
        {
          message: 'writes nothing: no file has a marker with its name',
          mend: `mark a value: # {"$imagepolicy": "${manifest.namespace}:${manifest.name}:tag"}`,
        },
      ]

function automationFaults(manifest: Manifest, input: AuditInput): readonly Fault[] {
  const { value, namespace } = manifest
  const source = gitopsObjects(input).find(
    (each) =>
      each.kind === 'GitRepository' &&
      each.name === textAt(value, 'spec', 'sourceRef', 'name') &&
      each.namespace === (textAt(value, 'spec', 'sourceRef', 'namespace') ?? namespace),
  )
  const from = textAt(value, 'spec', 'git', 'checkout', 'ref', 'branch') ?? branchOf(source)
  const to = textAt(value, 'spec', 'git', 'push', 'branch') ?? from
  const path = textAt(value, 'spec', 'update', 'path') ?? './'
  const environment = buildAt(input, path)?.environment ?? null
  return [
    ...(source === undefined
      ? [{ message: 'writes to a GitRepository that does not exist', mend: 'write it, or name another one' }]
      : []),
    ...(source !== undefined && textAt(source.value, 'spec', 'secretRef', 'name') === undefined
      ? [
          {
            message: `writes to ${titleOf(source)}, which has no credentials`,
            mend: 'name a Secret with a key that may write in its spec.secretRef',
          },
        ]
      : []),
    ...(buildAt(input, path) === undefined
      ? [{ message: `writes below ${path}, which is not there`, mend: 'write the folder of an overlay' }]
      : []),
    ...(productionBranches(input).some((branch) => branch === to)
      ? [
          {
            message: `writes to the branch ${shown(to)}, which production follows`,
            mend: 'write another branch into spec.git.push.branch, which a person merges',
          },
        ]
      : []),
    ...(environment?.startsWith('prod') === true && to === from
      ? [
          {
            message: `writes images of ${environment} to the branch ${shown(to)} without a person in between`,
            mend: 'write another branch into spec.git.push.branch, which a person merges',
          },
        ]
      : []),
  ]
}

const branchOf = (source: Manifest | undefined): string | undefined =>
  source === undefined ? undefined : textAt(source.value, 'spec', 'ref', 'branch')

/** Branches whose every commit goes to production. */
const productionBranches = (input: AuditInput): readonly string[] => {
  const sources = activeSyncs(input, 'flux')
    .filter(({ environment }) => environment?.startsWith('prod') === true)
    .map(({ manifest }) => textAt(manifest.value, 'spec', 'sourceRef', 'name'))
  return gitopsObjects(input)
    .filter(({ kind, name }) => kind === 'GitRepository' && sources.includes(name))
    .filter(
      ({ value }) =>
        !['tag', 'semver', 'commit'].some((key) => textAt(value, 'spec', 'ref', key) !== undefined),
    )
    .map((source) => branchOf(source))
    .filter((branch) => branch !== undefined)
}
