import type { Manifest } from '../manifest.ts'
import { listAt, textAt } from '../value.ts'
import type { Value } from '../value.ts'
import { textsOf } from './scope.ts'
import { isSameNamespace } from './service-directory.ts'

export type Account = Readonly<{ name: string; namespace: string }>

/** One right: these verbs on a resource of a group, in a namespace, or in all of them when it is null. */
export type Right = Readonly<{
  verbs: readonly string[]
  group: string
  resource: string
  namespace: string | null
}>

/** Whether an object binds rights to somebody. */
export const isBinding = ({ kind }: Manifest): boolean =>
  kind === 'RoleBinding' || kind === 'ClusterRoleBinding'
/** Whether an object lists rights. */
export const isRole = ({ kind }: Manifest): boolean => kind === 'Role' || kind === 'ClusterRole'

/** Whether bindings among the objects give a ServiceAccount a right. */
export const mayDo = (manifests: readonly Manifest[], account: Account, right: Right): boolean =>
  right.verbs.every((verb) =>
    manifests
      .filter((manifest) => isBinding(manifest) && reaches(manifest, right.namespace))
      .filter((binding) => hasSubject(binding, account))
      .some((binding) => rulesOf(manifests, binding).some((rule) => allows(rule, verb, right))),
  )

const reaches = ({ kind, namespace }: Manifest, wanted: string | null): boolean =>
  kind === 'ClusterRoleBinding' || (wanted !== null && isSameNamespace(namespace, wanted))

const hasSubject = ({ value, namespace }: Manifest, account: Account): boolean =>
  listAt(value, 'subjects').some(
    (subject) =>
      textAt(subject, 'kind') === 'ServiceAccount' &&
      textAt(subject, 'name') === account.name &&
      isSameNamespace(textAt(subject, 'namespace') ?? namespace, account.namespace),
  )

/** The role that a binding names; undefined where the objects do not hold it. */
export const roleOf = (manifests: readonly Manifest[], binding: Manifest): Manifest | undefined => {
  const kind = textAt(binding.value, 'roleRef', 'kind')
  return manifests.find(
    (manifest) =>
      manifest.kind === kind &&
      manifest.name === textAt(binding.value, 'roleRef', 'name') &&
      (kind === 'ClusterRole' || isSameNamespace(manifest.namespace, binding.namespace)),
  )
}

const rulesOf = (manifests: readonly Manifest[], binding: Manifest): readonly Value[] =>
  listAt(roleOf(manifests, binding)?.value, 'rules')

const allows = (rule: Value, verb: string, { group, resource }: Right): boolean =>
  has(rule, 'verbs', verb) && has(rule, 'apiGroups', group) && has(rule, 'resources', resource)

const has = (rule: Value, key: string, wanted: string): boolean => {
  const texts = textsOf(listAt(rule, key))
  return texts.includes(wanted) || texts.includes('*')
}
