import { textAt, textsAt } from './value.ts'
import type { ValueRecord } from './value.ts'

/** One object of Kubernetes, and where it was read. */
export type Manifest = Readonly<{
  /** Path below the folder that is audited; null for an object of a build or a cluster. */
  file: string | null
  /** Line that it begins on, from 1; 0 where it is not known. */
  line: number
  apiVersion: string
  kind: string
  name: string
  /** Empty for objects of the cluster, and where the build leaves it open. */
  namespace: string
  labels: Readonly<Record<string, string>>
  annotations: Readonly<Record<string, string>>
  /** The whole object. */
  value: ValueRecord
}>

export const manifestOf = (value: ValueRecord, file: string | null = null, line = 0): Manifest => ({
  file,
  line,
  apiVersion: textAt(value, 'apiVersion') ?? '',
  kind: textAt(value, 'kind') ?? '',
  name: textAt(value, 'metadata', 'name') ?? '',
  namespace: textAt(value, 'metadata', 'namespace') ?? '',
  labels: textsAt(value, 'metadata', 'labels'),
  annotations: textsAt(value, 'metadata', 'annotations'),
  value,
})

/** `apps/v1` is of the group `apps`, `v1` of the empty one. */
export const groupOf = ({ apiVersion }: Manifest): string =>
  apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : ''

/** What people call it: `Deployment cdb-trading/cdb-ws`. */
export const titleOf = ({ kind, name, namespace }: Manifest): string =>
  `${kind} ${namespace === '' ? name : `${namespace}/${name}`}`

/** What two builds may not both hold: group, kind, namespace and name. */
export const identityOf = (manifest: Manifest): string =>
  [groupOf(manifest), manifest.kind, manifest.namespace, manifest.name].join('|')
