import type { AuditInput, Build, Check, Problem } from '../check.ts'
import { groupOf } from '../manifest.ts'
import type { Manifest } from '../manifest.ts'
import { at, isRecord, listAt, recordAt, textAt } from '../value.ts'
import type { Value } from '../value.ts'
import { workloadsOf } from '../workload.ts'
import { manifestsOf, parseYaml } from '../yaml-text.ts'
import { isYaml, readDocument } from './documents-text.ts'
import { problemOf, textsOf } from './scope.ts'
import type { Fault } from './scope.ts'
import { contractOf } from './secret-contract.ts'
import { secretSourceOf } from './secret-source.ts'
import { secretUsesOf } from './secret-uses.ts'
import { distinct } from './secrets.ts'
import { isSameNamespace, placeOf } from './service-directory.ts'

/** S08: what a store holds becomes the Secret that pods read, and stays. */
export const externalSecretChecks: readonly Check[] = [
  {
    id: 'S08',
    severity: 'high',
    title:
      'ExternalSecrets are v1, find their store, make the Secret that is read with its keys, and keep it',
    run: (input) =>
      distinct([
        ...placesOf(input).flatMap(({ build, manifest }) =>
          faultsOf(input, build, manifest).map((fault) => problemOf(manifest, fault)),
        ),
        ...sharedRoleProblems(input),
        ...documentProblems(input),
      ]),
  },
]

const GROUP = 'external-secrets.io'
type Place = Readonly<{ build: Build; manifest: Manifest }>

const placesOf = (input: AuditInput): readonly Place[] =>
  input.builds.flatMap((build) =>
    build.manifests
      .filter((manifest) => groupOf(manifest) === GROUP)
      .map((manifest) => ({ build, manifest })),
  )

/** What a document tells its reader to apply is held to the version; its store is the reader's. */
const documentProblems = ({ files }: AuditInput): readonly Problem[] =>
  files
    .filter(({ path }) => path.endsWith('.md'))
    .flatMap(({ path, text }) =>
      readDocument(text)
        .blocks.filter(isYaml)
        .flatMap((block) =>
          manifestsOf(parseYaml(block.text), path).map((each) => ({
            ...each,
            line: each.line + block.line - 1,
          })),
        ),
    )
    .filter((manifest) => groupOf(manifest) === GROUP)
    .flatMap((manifest) => versionFaults(manifest).map((fault) => problemOf(manifest, fault)))

function faultsOf(input: AuditInput, build: Build, manifest: Manifest): readonly Fault[] {
  const version = versionFaults(manifest)
  switch (manifest.kind) {
    case 'ExternalSecret':
      return [...version, ...secretFaults(input, build, manifest)]
    case 'SecretStore':
    case 'ClusterSecretStore':
      return [...version, ...storeFaults(build, manifest)]
    default:
      return version
  }
}

const versionFaults = ({ apiVersion, kind }: Manifest): readonly Fault[] =>
  apiVersion === `${GROUP}/v1` || kind === 'PushSecret' || kind === 'ClusterPushSecret'
    ? []
    : [{ message: `has version ${apiVersion}, which is not served`, mend: `Write ${GROUP}/v1.` }]

function secretFaults(input: AuditInput, build: Build, manifest: Manifest): readonly Fault[] {
  const { value, name } = manifest
  const target = textAt(value, 'spec', 'target', 'name') ?? name
  const interval = textAt(value, 'spec', 'refreshInterval')
  const deletion = textAt(value, 'spec', 'target', 'deletionPolicy') ?? 'Retain'
  return [
    ...lostStores(input, build, manifest),
    ...targetFaults(input, build, target),
    ...keyFaults(input, manifest, target),
    ...(interval === undefined || /^0+[a-z]*$/.test(interval)
      ? [{ message: 'is never refreshed', mend: 'Write a refreshInterval such as 1h.' }]
      : []),
    ...(deletion === 'Retain'
      ? []
      : [
          {
            message: `deletionPolicy is ${deletion}, so that a store that fails takes the Secret away`,
            mend: 'Write `deletionPolicy: Retain`.',
          },
        ]),
  ]
}

/** Stores that it names and that neither a build nor the settings (`externalStores`) know. */
function lostStores(input: AuditInput, build: Build, { value, namespace }: Manifest): readonly Fault[] {
  const references = [
    at(value, 'spec', 'secretStoreRef'),
    ...listAt(value, 'spec', 'data').map((entry) => at(entry, 'sourceRef', 'storeRef')),
    ...listAt(value, 'spec', 'dataFrom').map((entry) => at(entry, 'sourceRef', 'storeRef')),
  ].filter((reference) => isRecord(reference))
  const known = textsOf(listAt(input.settings, 'externalStores'))
  const all = [...build.manifests, ...input.gitops]
  const lost = references.filter((reference) => {
    const [kind, name] = [textAt(reference, 'kind') ?? 'SecretStore', textAt(reference, 'name') ?? '']
    const isThere = all.some(
      (each) =>
        each.kind === kind &&
        each.name === name &&
        (kind === 'ClusterSecretStore' || isSameNamespace(each.namespace, namespace)),
    )
    return !isThere && !known.includes(name)
  })
  if (references.length === 0) return [{ message: 'names no store', mend: 'Write secretStoreRef.' }]
  return lost.map((reference) => ({
    message: `its ${textAt(reference, 'kind') ?? 'SecretStore'} ${textAt(reference, 'name') ?? ''} is not there`,
    mend: 'Write the store, or list it in externalStores of audit.yaml.',
  }))
}

/** Its name is one that pods read, or that the settings ask for. */
function targetFaults(input: AuditInput, build: Build, target: string): readonly Fault[] {
  const read = workloadsOf(build.manifests).flatMap(secretUsesOf)
  const isRead = read.some(({ secret }) => secret === target)
  if (isRead || contractOf(input, target) !== null || read.length === 0) return []
  return [{ message: `makes Secret ${target}, which no pod reads`, mend: 'Write the name that pods read.' }]
}

function keyFaults(input: AuditInput, manifest: Manifest, target: string): readonly Fault[] {
  const contract = contractOf(input, target)
  // What is extracted whole is known only to the store.
  const made = secretSourceOf(manifest)?.keys ?? null
  if (contract === null || made === null) return []
  const optional = textsOf(listAt(recordAt(input.settings, 'secrets')[target], 'optional'))
  const missing = contract.keys.filter((key) => !made.includes(key) && !optional.includes(key))
  const surplus = made.filter((key) => !contract.keys.includes(key))
  return [
    ...missing.map((key) => ({ message: `does not make key ${key}`, mend: 'Add it to data.' })),
    ...surplus.map((key) => ({
      message: `makes key ${key}, which the contract of ${target} does not have`,
      mend: 'Take it out, or add it to audit.yaml.',
    })),
  ]
}

/** A store with Vault logs in as an account that exists here. */
function storeFaults(build: Build, { kind, value, namespace }: Manifest): readonly Fault[] {
  const login = at(value, 'spec', 'provider', 'vault', 'auth', 'kubernetes')
  if (login === undefined) return []
  const account = textAt(login, 'serviceAccountRef', 'name')
  const place = textAt(login, 'serviceAccountRef', 'namespace') ?? namespace
  const isThere = build.manifests.some(
    (each) =>
      each.kind === 'ServiceAccount' && each.name === account && isSameNamespace(each.namespace, place),
  )
  return [
    ...((textAt(login, 'role') ?? '') === ''
      ? [{ message: 'logs in to Vault without a role', mend: 'Write auth.kubernetes.role.' }]
      : []),
    ...(account === undefined
      ? [{ message: 'logs in to Vault without a serviceAccountRef', mend: 'Name an account of its own.' }]
      : []),
    ...(account !== undefined && !isThere
      ? [
          {
            message: `logs in to Vault as ${placeOf(place)}/${account}, which is not there`,
            mend: 'Write the ServiceAccount.',
          },
        ]
      : []),
    ...(kind === 'SecretStore' && !isSameNamespace(place, namespace)
      ? [
          {
            message: `logs in as an account of namespace ${place}`,
            mend: 'Use an account of its own namespace.',
          },
        ]
      : []),
  ]
}

/** A role of Vault that two namespaces use shows each the secrets of the other. */
function sharedRoleProblems(input: AuditInput): readonly Problem[] {
  const owners = new Map<string, string>()
  return placesOf(input).flatMap(({ manifest }) => {
    const login = at(manifest.value, 'spec', 'provider', 'vault', 'auth', 'kubernetes')
    if (login === undefined) return []
    const key = `${serverOf(manifest.value)} ${textAt(login, 'mountPath') ?? ''} ${textAt(login, 'role') ?? ''}`
    const owner = owners.get(key) ?? placeOf(manifest.namespace)
    owners.set(key, owner)
    if (owner === placeOf(manifest.namespace)) return []
    const message = `has the role of Vault ${textAt(login, 'role') ?? ''}, which namespace ${owner} has too`
    return [problemOf(manifest, { message, mend: 'Give each environment a role of its own.' })]
  })
}

const serverOf = (value: Value): string => textAt(value, 'spec', 'provider', 'vault', 'server') ?? ''
