import type { AuditInput, Build, Check, Problem } from '../check.ts'
import { identityOf, titleOf } from '../manifest.ts'
import type { Manifest } from '../manifest.ts'
import { textAt } from '../value.ts'
import { syncsOf } from './gitops-syncs.ts'
import type { Engine, Sync } from './gitops-syncs.ts'
import { problemOf } from './scope.ts'

/** Who owns which object: one owner each, and one namespace for each environment. */
export const gitopsInventoryChecks: readonly Check[] = [
  {
    id: 'G05',
    severity: 'blocker',
    title: 'no object is applied by two of the things that one engine reconciles',
    run: (input) => [...sharedObjects(input, 'flux'), ...sharedObjects(input, 'argo')],
  },
  {
    id: 'G07',
    severity: 'blocker',
    title: 'two environments never share a namespace on one cluster',
    run: sharedNamespaces,
  },
]

function sharedObjects(input: AuditInput, engine: Engine): readonly Problem[] {
  const syncs = syncsOf(input).filter((sync) => sync.engine === engine && !sync.isSuspended)
  return syncs.flatMap((sync, index) =>
    syncs.slice(index + 1).flatMap((other) => {
      const shared = sharedBy(sync, other)
      const [first] = shared
      if (first === undefined) return []
      const more = shared.length === 1 ? '' : ` and ${shared.length - 1} more`
      return [
        problemOf(other.manifest, {
          message: `applies ${titleOf(first)}${more}, as ${titleOf(sync.manifest)} does`,
          mend: 'let the paths of the two hold different objects: one layer, one owner',
        }),
      ]
    }),
  )
}

function sharedBy(left: Sync, right: Sync): readonly Manifest[] {
  if (left.cluster !== right.cluster) return []
  const owned = new Set(left.objects.map(identityOf))
  return right.objects.filter((each) => owned.has(identityOf(each)))
}

function sharedNamespaces(input: AuditInput): readonly Problem[] {
  const wholes = input.builds.filter(({ isWhole, environment }) => isWhole && environment !== null)
  return wholes.flatMap((build, index) =>
    wholes
      .slice(index + 1)
      .filter((other) => other.environment !== build.environment)
      .filter((other) => clusterOf(build, input) === clusterOf(other, input))
      .flatMap((other) => {
        const theirs = namespacesOf(other)
        return [...namespacesOf(build)]
          .filter((namespace) => theirs.has(namespace))
          .map((namespace) => ({
            file: `${other.path}/kustomization.yaml`,
            object: `Namespace ${namespace}`,
            message: `${build.path} and ${other.path} both deploy into it`,
            mend: 'write a namespace of its own into the kustomization.yaml of each overlay',
          }))
      }),
  )
}

/** The settings' word on the cluster, else that of what deploys there; where none says, it is one for all. */
function clusterOf({ environment }: Build, input: AuditInput): string {
  const said = textAt(input.settings, 'environments', environment ?? '', 'cluster')
  const sync = syncsOf(input).find((each) => each.environment === environment && each.cluster !== '')
  return said ?? sync?.cluster ?? ''
}

const namespacesOf = ({ manifests }: Build): ReadonlySet<string> =>
  new Set(
    manifests
      .map(({ kind, name, namespace }) => (kind === 'Namespace' ? name : namespace))
      .filter((namespace) => namespace !== ''),
  )
