import { matchesGlob } from 'node:path/posix'
import type { AuditInput, Check } from '../check.ts'
import { groupOf, titleOf } from '../manifest.ts'
import type { Manifest } from '../manifest.ts'
import { listAt, textAt } from '../value.ts'
import type { Value } from '../value.ts'
import { gitopsObjects, isOfCluster, syncsOf } from './gitops-syncs.ts'
import type { Sync } from './gitops-syncs.ts'
import { problemOf, textsOf } from './scope.ts'
import type { Fault } from './scope.ts'

/** What Argo CD may deploy where. */
export const argoProjectChecks: readonly Check[] = [
  {
    id: 'G16',
    severity: 'high',
    title: 'each Application of Argo CD is held by a project to its repository, namespace and kinds',
    run: (input) => [
      ...projectsOf(input).flatMap((project) =>
        openFaults(project).map((fault) => problemOf(project, fault)),
      ),
      ...syncsOf(input)
        .filter(({ engine }) => engine === 'argo')
        .flatMap((sync) =>
          [...projectFaults(sync, input), ...namespaceFaults(sync)].map((fault) =>
            problemOf(sync.manifest, fault),
          ),
        ),
    ],
  },
]

const projectsOf = (input: AuditInput): readonly Manifest[] =>
  gitopsObjects(input).filter(({ kind }) => kind === 'AppProject')

/** Doors of a project that are open to everything. */
function openFaults({ value }: Manifest): readonly Fault[] {
  const isAll = (list: readonly Value[], ...keys: readonly string[]): boolean =>
    list.some((each) => keys.every((key) => textAt(each, key) === '*'))
  const mend = 'name what this system needs, and nothing else'
  return [
    ...(textsOf(listAt(value, 'spec', 'sourceRepos')).includes('*')
      ? [{ message: 'allows every repository', mend }]
      : []),
    ...(isAll(listAt(value, 'spec', 'destinations'), 'namespace')
      ? [{ message: 'allows every namespace', mend }]
      : []),
    ...(isAll(listAt(value, 'spec', 'clusterResourceWhitelist'), 'kind')
      ? [{ message: 'allows every object of the cluster', mend }]
      : []),
  ]
}

function projectFaults(sync: Sync, input: AuditInput): readonly Fault[] {
  const { manifest } = sync
  const name = textAt(manifest.value, 'spec', 'project') ?? 'default'
  if (name === 'default') {
    return [
      {
        message: 'is of the project default, which allows everything',
        mend: 'write an AppProject, and its name into spec.project',
      },
    ]
  }
  const project = projectsOf(input).find(
    (each) => each.name === name && each.namespace === manifest.namespace,
  )
  if (project === undefined) {
    return [{ message: `is of the project ${name}, which does not exist`, mend: 'write the AppProject' }]
  }
  return [...originFaults(manifest, project), ...kindFaults(sync, project)]
}

function originFaults({ value }: Manifest, project: Manifest): readonly Fault[] {
  const spec = {
    source: textAt(value, 'spec', 'source', 'repoURL'),
    sources: listAt(value, 'spec', 'sources'),
  }
  const repositories = [spec.source, ...spec.sources.map((source) => textAt(source, 'repoURL'))]
  const allowed = textsOf(listAt(project.value, 'spec', 'sourceRepos'))
  const namespace = textAt(value, 'spec', 'destination', 'namespace') ?? ''
  const server = textAt(value, 'spec', 'destination', 'server')
  const isAllowed = listAt(project.value, 'spec', 'destinations').some(
    (each) =>
      fits(textAt(each, 'namespace') ?? '', namespace) &&
      (server === undefined || fits(textAt(each, 'server') ?? '*', server)),
  )
  return [
    ...repositories
      .filter((each) => each !== undefined)
      .filter((each) => !allowed.some((pattern) => fits(pattern, each)))
      .map((each) => ({
        message: `takes its manifests from ${each}, which ${titleOf(project)} does not allow`,
        mend: 'write the same address into spec.sourceRepos of the project',
      })),
    ...(isAllowed
      ? []
      : [
          {
            message: `deploys to the namespace ${namespace}, which ${titleOf(project)} does not allow`,
            mend: 'write it into spec.destinations of the project',
          },
        ]),
  ]
}

const fits = (pattern: string, text: string): boolean =>
  pattern === '*' || pattern === text || matchesGlob(text, pattern)

function kindFaults({ objects }: Sync, project: Manifest): readonly Fault[] {
  const refused = new Set(
    objects.filter((each) => !isKindAllowed(each, project.value)).map(({ kind }) => kind),
  )
  return [...refused].map((kind) => ({
    message: `deploys a ${kind}, which ${titleOf(project)} does not allow`,
    mend: 'write its group and kind into the white list of the project',
  }))
}

/** Objects of the cluster are refused unless listed, those of a namespace unless there is no list. */
function isKindAllowed(object: Manifest, project: Manifest['value']): boolean {
  const names = (each: Value): boolean =>
    fits(textAt(each, 'group') ?? '', groupOf(object)) &&
    fits(textAt(each, 'kind') ?? '', object.kind) &&
    fits(textAt(each, 'name') ?? '*', object.name)
  const level = isOfCluster(object) ? 'cluster' : 'namespace'
  if (listAt(project, 'spec', `${level}ResourceBlacklist`).some(names)) return false
  const allowed = listAt(project, 'spec', `${level}ResourceWhitelist`)
  return allowed.some(names) || (level === 'namespace' && allowed.length === 0)
}

function namespaceFaults({ manifest, objects }: Sync): readonly Fault[] {
  const wanted = textAt(manifest.value, 'spec', 'destination', 'namespace')
  const found = new Set(objects.filter((each) => !isOfCluster(each)).map(({ namespace }) => namespace))
  const others = [...found].filter((namespace) => namespace !== wanted)
  const creates = textsOf(listAt(manifest.value, 'spec', 'syncPolicy', 'syncOptions')).includes(
    'CreateNamespace=true',
  )
  return [
    ...(others.length === 0
      ? []
      : [
          {
            message: `says the namespace ${wanted ?? '(none)'}, and deploys to ${others.join(', ')}`,
            mend: 'write the namespace of the overlay into spec.destination.namespace',
          },
        ]),
    ...(creates && objects.some(({ kind }) => kind === 'Namespace')
      ? [
          {
            message: 'creates the namespace, which its manifests bring too',
            mend: 'leave out CreateNamespace=true',
          },
        ]
      : []),
  ]
}
