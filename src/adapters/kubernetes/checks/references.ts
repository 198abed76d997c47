import type { AuditInput, Build, Check } from '../check.ts'
import { recordAt } from '../value.ts'
import type { Workload } from '../workload.ts'
import { referencesOf } from './object-reference.ts'
import type { ObjectReference } from './object-reference.ts'
import { eachWorkload, objectNamed } from './scope.ts'
import type { Fault } from './scope.ts'
import { promisedSecrets, secretSourceOf } from './secret-source.ts'

/** Pods start only when what they name is there, with the keys that they name. */
export const referenceChecks: readonly Check[] = [
  {
    id: 'X06',
    severity: 'blocker',
    title: 'Every ConfigMap that a pod names is rendered, with the keys that it takes',
    run: eachWorkload((workload, build) =>
      referencesOf(workload, 'ConfigMap').flatMap((reference) => configFaults(reference, workload, build)),
    ),
  },
  {
    id: 'X07',
    severity: 'blocker',
    title: 'Every Secret that a pod names is rendered or promised in audit.yaml, with the keys that it takes',
    run: eachWorkload((workload, build, input) =>
      referencesOf(workload, 'Secret').flatMap((reference) =>
        secretFaults(reference, workload, build, input),
      ),
    ),
  },
]

function configFaults(
  { name, keys, place }: ObjectReference,
  { namespace }: Workload,
  { manifests }: Build,
): readonly Fault[] {
  // The control plane puts this one into every namespace.
  if (name === 'kube-root-ca.crt') return []
  const map = objectNamed(manifests, 'ConfigMap', name, namespace)
  if (map === undefined) {
    const message = `${place} takes ConfigMap ${name}, which is not rendered in its namespace`
    return [{ message, mend: `render ConfigMap ${name}` }]
  }
  const present = [
    ...Object.keys(recordAt(map.value, 'data')),
    ...Object.keys(recordAt(map.value, 'binaryData')),
  ]
  return keys
    .filter((key) => !present.includes(key))
    .map((key) => ({
      message: `${place} takes the key ${key} of ConfigMap ${name}, which has ${listed(present)}`,
      mend: `add ${key} to ConfigMap ${name}`,
    }))
}

const listed = (keys: readonly string[]): string => (keys.length === 0 ? 'no keys' : keys.join(', '))

function secretFaults(
  { name, keys, place }: ObjectReference,
  { namespace }: Workload,
  { manifests }: Build,
  { settings }: AuditInput,
): readonly Fault[] {
  const rendered = manifests
    .map(secretSourceOf)
    .filter((source) => source !== null)
    .filter((source) => source.namespace === namespace)
  const sources = [...rendered, ...promisedSecrets(settings)].filter((source) => source.name === name)
  if (sources.length === 0) {
    return [
      {
        message: `${place} takes Secret ${name}, which is neither rendered nor promised`,
        mend: `name ${name} and its keys under secrets in audit.yaml, or mend the name`,
      },
    ]
  }
  return keys
    .filter((key) => !sources.some((source) => source.keys === null || source.keys.includes(key)))
    .map((key) => ({
      message: sources.some(({ optional }) => optional.includes(key))
        ? `${place} takes the key ${key} of Secret ${name}, which may be missing`
        : `${place} takes the key ${key} of Secret ${name}, which nothing provides`,
      mend: `set optional: true where it may be missing; or add ${key} to the keys of ${name}`,
    }))
}
