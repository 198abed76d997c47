import { identityOf } from '../manifest.ts'
import type { Manifest } from '../manifest.ts'
import { deployed } from '../check.ts'
import type { AuditInput, Check, Problem } from '../check.ts'
import { listAt, textAt } from '../value.ts'
import type { Value } from '../value.ts'
import { isBinding, isRole, roleOf } from './role-access.ts'
import { problemOf, textsOf } from './scope.ts'
import type { Fault } from './scope.ts'
import { isSameNamespace } from './service-directory.ts'

/** X23: rights are few, named and bound to somebody. */
export const rbacChecks: readonly Check[] = [
  {
    id: 'X23',
    severity: 'high',
    title: 'Roles name what they allow, give no way to more rights, and bindings join what exists',
    run: rbacProblems,
  },
]

/** Roles that every cluster has. */
const BUILT_IN = /^(?:cluster-admin|admin|edit|view|system:.*)$/
/** Namespaces whose accounts come with the cluster or its controllers. */
const SYSTEM = new Set(['kube-system', 'flux-system', 'argocd'])
/** Resources that are not in namespaces, so that a Role cannot give them. */
const OF_CLUSTER = new Set([
  ...['nodes', 'namespaces', 'persistentvolumes', 'storageclasses', 'customresourcedefinitions'],
  ...['clusterroles', 'clusterrolebindings', 'priorityclasses', 'ingressclasses', 'runtimeclasses'],
  ...['tokenreviews', 'subjectaccessreviews', 'selfsubjectaccessreviews', 'certificatesigningrequests'],
  ...['validatingwebhookconfigurations', 'mutatingwebhookconfigurations', 'apiservices', 'csinodes'],
])

function rbacProblems(input: AuditInput): readonly Problem[] {
  const manifests = everything(input)
  return manifests.flatMap((manifest) => {
    const faults = isRole(manifest)
      ? roleFaults(manifests, manifest)
      : isBinding(manifest)
        ? bindingFaults(manifests, manifest)
        : []
    return faults.map((fault) => problemOf(manifest, fault))
  })
}

/** What is deployed and what stands beside it for the cluster, each object once. */
const everything = (input: AuditInput): readonly Manifest[] => {
  const all = [...deployed(input).flatMap(({ manifests }) => manifests), ...input.gitops]
  return [...new Map(all.map((manifest) => [identityOf(manifest), manifest])).values()]
}

function roleFaults(manifests: readonly Manifest[], role: Manifest): readonly Fault[] {
  const rules = listAt(role.value, 'rules')
  return [...rules.flatMap(ruleFaults), ...scopeFaults(manifests, role, rules)]
}

function ruleFaults(rule: Value): readonly Fault[] {
  const [verbs, resources] = [textsOf(listAt(rule, 'verbs')), textsOf(listAt(rule, 'resources'))]
  const groups = textsOf(listAt(rule, 'apiGroups'))
  const what = `${resources.join(', ')} (${verbs.join(', ')})`
  const stars = [
    ...(verbs.includes('*') ? ['verbs'] : []),
    ...(resources.some((resource) => resource.includes('*')) ? ['resources'] : []),
    ...(groups.includes('*') ? ['apiGroups'] : []),
  ]
  const isNamed = listAt(rule, 'resourceNames').length > 0
  // Who may bind one Role by its name gives no more than that Role has.
  const wide = verbs.filter((verb) =>
    ['escalate', 'impersonate', ...(isNamed ? [] : ['bind'])].includes(verb),
  )
  const readsSecrets =
    resources.includes('secrets') && verbs.some((verb) => ['get', 'list', 'watch'].includes(verb)) && !isNamed
  const makesTokens = resources.includes('serviceaccounts/token') && verbs.includes('create')
  return [
    ...stars.map((key) => ({ message: `${key} has a wildcard: ${what}`, mend: `Name each of the ${key}.` })),
    ...wide.map((verb) => ({
      message: `verb ${verb} gives rights that the role itself does not have`,
      mend: 'Take the verb out.',
    })),
    ...(readsSecrets
      ? [{ message: 'reads every Secret', mend: 'Name single Secrets in resourceNames, or take it out.' }]
      : []),
    ...(makesTokens
      ? [{ message: 'makes tokens of any ServiceAccount', mend: 'Take serviceaccounts/token out.' }]
      : []),
  ]
}

/** A ClusterRole that is bound everywhere, for things that are in namespaces. */
function scopeFaults(
  manifests: readonly Manifest[],
  role: Manifest,
  rules: readonly Value[],
): readonly Fault[] {
  if (role.kind !== 'ClusterRole') return []
  const isBoundEverywhere = manifests.some(
    ({ kind, value }) => kind === 'ClusterRoleBinding' && textAt(value, 'roleRef', 'name') === role.name,
  )
  const needsCluster = rules.some(
    (rule) =>
      listAt(rule, 'nonResourceURLs').length > 0 ||
      textsOf(listAt(rule, 'resources')).some((resource) => OF_CLUSTER.has(resource.split('/')[0] ?? '')),
  )
  if (!isBoundEverywhere || needsCluster) return []
  const message = 'is bound in every namespace, and allows only what is in namespaces'
  return [{ message, mend: 'Write a Role and a RoleBinding in the namespace.' }]
}

function bindingFaults(manifests: readonly Manifest[], binding: Manifest): readonly Fault[] {
  const role = textAt(binding.value, 'roleRef', 'name') ?? ''
  const isBuiltIn = textAt(binding.value, 'roleRef', 'kind') === 'ClusterRole' && BUILT_IN.test(role)
  const subjects = listAt(binding.value, 'subjects')
  return [
    ...(role === 'cluster-admin'
      ? [{ message: 'gives cluster-admin, every right on everything', mend: 'Bind a role of its own.' }]
      : []),
    ...(!isBuiltIn && roleOf(manifests, binding) === undefined
      ? [{ message: `names role ${role}, which is not there`, mend: 'Write the role, or its name.' }]
      : []),
    ...(subjects.length === 0 ? [{ message: 'binds nobody', mend: 'Name the ServiceAccount.' }] : []),
    ...subjects.flatMap((subject) => subjectFaults(manifests, binding, subject)),
  ]
}

function subjectFaults(manifests: readonly Manifest[], binding: Manifest, subject: Value): readonly Fault[] {
  const [kind, name] = [textAt(subject, 'kind') ?? '', textAt(subject, 'name') ?? '']
  if (/^system:(?:anonymous|unauthenticated|authenticated|masters)$/.test(name)) {
    return [{ message: `binds ${name}, which is anybody`, mend: 'Name one ServiceAccount.' }]
  }
  if (kind !== 'ServiceAccount') return []
  const namespace = textAt(subject, 'namespace')
  if (namespace === undefined && binding.kind === 'ClusterRoleBinding') {
    return [{ message: `subject ${name} has no namespace`, mend: 'Write the namespace of the account.' }]
  }
  const place = namespace ?? binding.namespace
  if (name === 'default') {
    const message = `binds ${place}/default, the account of every pod that names none`
    return [{ message, mend: 'Give the workload a ServiceAccount of its own.' }]
  }
  if (SYSTEM.has(place)) return []
  const isThere = manifests.some(
    (manifest) =>
      manifest.kind === 'ServiceAccount' &&
      manifest.name === name &&
      isSameNamespace(manifest.namespace, place),
  )
  if (isThere) return []
  const message = `subject ${place}/${name} is no ServiceAccount that is deployed`
  return [{ message, mend: 'Write the ServiceAccount, or its namespace as the overlay names it.' }]
}
