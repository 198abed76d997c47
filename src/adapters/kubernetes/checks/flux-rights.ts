import type { AuditInput, Check } from '../check.ts'
import { groupOf } from '../manifest.ts'
import type { Manifest } from '../manifest.ts'
import { listAt, textAt } from '../value.ts'
import type { Value } from '../value.ts'
import { activeSyncs, isOfCluster, otherObjects } from './gitops-syncs.ts'
import type { Sync } from './gitops-syncs.ts'
import { problemOf, textsOf } from './scope.ts'
import type { Fault } from './scope.ts'

/** What Flux may do: as an account of its own, in the namespaces of its environment only. */
export const fluxRightsChecks: readonly Check[] = [
  {
    id: 'G10',
    severity: 'high',
    title: 'Flux applies as an account whose Role fits what it applies, and reaches no further',
    run: (input) =>
      activeSyncs(input, 'flux').flatMap((sync) =>
        [...accountFaults(sync, input), ...reachFaults(sync)].map((fault) => problemOf(sync.manifest, fault)),
      ),
  },
]

function reachFaults({ manifest: { namespace, value } }: Sync): readonly Fault[] {
  const references = [
    textAt(value, 'spec', 'sourceRef', 'namespace'),
    ...listAt(value, 'spec', 'dependsOn').map((each) => textAt(each, 'namespace')),
  ].filter((each) => each !== undefined && each !== namespace)
  return references.map((each) => ({
    message: `refers to something in the namespace ${each ?? ''}`,
    mend: 'keep what belongs together in one namespace, so that references across may be forbidden',
  }))
}

function accountFaults(sync: Sync, input: AuditInput): readonly Fault[] {
  const { manifest } = sync
  const account = textAt(manifest.value, 'spec', 'serviceAccountName')
  if (account === undefined) {
    return [
      {
        message: 'is applied with the rights of Flux itself, which may do everything',
        mend: 'write spec.serviceAccountName, and give that account a Role in the namespace that it deploys to',
      },
    ]
  }
  const others = otherObjects(input)
  const isThere = others.some(
    ({ kind, name, namespace }) =>
      kind === 'ServiceAccount' && name === account && namespace === manifest.namespace,
  )
  if (!isThere) {
    return [
      {
        message: `is applied as ${manifest.namespace}/${account}, an account that the folder does not have`,
        mend: 'write the ServiceAccount, in the namespace of the Kustomization',
      },
    ]
  }
  return [...wideFaults(account, manifest.namespace, others), ...lackingRights(account, sync, others)]
}

/** A binding for the whole cluster makes every Role of the account void. */
const wideFaults = (account: string, namespace: string, others: readonly Manifest[]): readonly Fault[] =>
  others
    .filter((each) => each.kind === 'ClusterRoleBinding' && isBoundTo(each, account, namespace))
    .map((each) => ({
      message: `is applied as ${account}, which ${each.name} gives rights in the whole cluster`,
      mend: 'bind a Role in the namespace that it deploys to, and nothing else',
    }))

const isBoundTo = ({ value }: Manifest, account: string, namespace: string): boolean =>
  listAt(value, 'subjects').some(
    (subject) =>
      textAt(subject, 'kind') === 'ServiceAccount' &&
      textAt(subject, 'name') === account &&
      textAt(subject, 'namespace') === namespace,
  )

/** What the API server asks for a server-side apply, for seeing the outcome, and for pruning. */
const VERBS = ['get', 'create', 'patch', 'delete'] as const
/** A Namespace is made by an admin, and pruned by nobody. */
const NAMESPACE_VERBS = ['get', 'patch'] as const

function lackingRights(account: string, sync: Sync, others: readonly Manifest[]): readonly Fault[] {
  const lacking = new Map<string, Set<string>>()
  for (const object of sync.objects) {
    const place = object.kind === 'Namespace' ? object.name : object.namespace
    const verbs = object.kind === 'Namespace' ? NAMESPACE_VERBS : VERBS
    const rules = rulesIn(place, account, sync.manifest.namespace, others)
    const missing = verbs.filter((verb) => !rules.some((rule) => allows(rule, verb, object)))
    if (missing.length === 0) continue
    const key = `${resourceOf(object)} in ${isReachable(object) ? place : 'the cluster'}`
    lacking.set(key, new Set([...(lacking.get(key) ?? []), ...missing]))
  }
  return [...lacking].map(([key, verbs]) => ({
    message: `may not ${[...verbs].join(', ')} ${key} as ${account}`,
    mend: 'write that into the Role which is bound to the account there',
  }))
}

/** A Role reaches what lies in its namespace, and that Namespace itself. */
const isReachable = (object: Manifest): boolean => object.kind === 'Namespace' || !isOfCluster(object)

function rulesIn(
  place: string,
  account: string,
  accountNamespace: string,
  others: readonly Manifest[],
): readonly Value[] {
  return others
    .filter(
      (each) =>
        each.kind === 'RoleBinding' && each.namespace === place && isBoundTo(each, account, accountNamespace),
    )
    .flatMap(({ value }) => {
      const kind = textAt(value, 'roleRef', 'kind')
      const name = textAt(value, 'roleRef', 'name')
      const role = others.find(
        (each) =>
          each.kind === kind && each.name === name && (kind === 'ClusterRole' || each.namespace === place),
      )
      return role === undefined ? [] : listAt(role.value, 'rules')
    })
}

function allows(rule: Value, verb: string, object: Manifest): boolean {
  const holds = (key: string, wanted: string): boolean =>
    textsOf(listAt(rule, key)).some((each) => each === wanted || each === '*')
  const names = textsOf(listAt(rule, 'resourceNames'))
  return (
    holds('verbs', verb) &&
    holds('apiGroups', groupOf(object)) &&
    holds('resources', resourceOf(object)) &&
    (names.length === 0 || names.includes(object.name))
  )
}

/** The plural that a kind has in its API: `networkpolicies`. */
function resourceOf({ kind }: Manifest): string {
  const singular = kind.toLowerCase()
  if (/[^aeiou]y$/.test(singular)) return `${singular.slice(0, -1)}ies`
  if (/(?:s|x|ch)$/.test(singular)) return singular === 'endpoints' ? singular : `${singular}es`
  return `${singular}s`
}
