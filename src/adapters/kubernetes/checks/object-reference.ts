import { at, isRecord, listAt, recordAt, textAt } from '../value.ts'
import type { Value, ValueRecord } from '../value.ts'
import type { Workload } from '../workload.ts'

/** A pod's wish for a ConfigMap or a Secret of its namespace, and for some of its keys. */
export type ObjectReference = Readonly<{
  name: string
  /** Empty where it takes the object as a whole. */
  keys: readonly string[]
  /** Where it stands, for messages. */
  place: string
}>

export type ReferencedKind = 'ConfigMap' | 'Secret'

type Spelling = Readonly<{ from: string; key: string; volume: string; nameInVolume: string }>

const spellings: Readonly<Record<ReferencedKind, Spelling>> = {
  ConfigMap: { from: 'configMapRef', key: 'configMapKeyRef', volume: 'configMap', nameInVolume: 'name' },
  Secret: { from: 'secretRef', key: 'secretKeyRef', volume: 'secret', nameInVolume: 'secretName' },
}

/** Every reference of a workload's pods that must be met before they start; optional ones are left out. */
export function referencesOf(workload: Workload, kind: ReferencedKind): readonly ObjectReference[] {
  const spelling = spellings[kind]
  return [
    ...workload.containers.flatMap(({ name, value }) => variableReferences(name, value, spelling)),
    ...listAt(workload.podSpec, 'volumes').flatMap((volume) => volumeReferences(volume, workload, spelling)),
  ]
}

const isOptional = (value: Value | undefined): boolean => at(value, 'optional') === true

function variableReferences(
  container: string,
  value: ValueRecord,
  { from, key }: Spelling,
): readonly ObjectReference[] {
  const whole = listAt(value, 'envFrom').flatMap((source) => {
    const reference = recordAt(source, from)
    const name = textAt(reference, 'name')
    if (name === undefined || isOptional(reference)) return []
    return [{ name, keys: [], place: `envFrom of container ${container}` }]
  })
  const single = listAt(value, 'env').flatMap((variable) => {
    const reference = recordAt(variable, 'valueFrom', key)
    const name = textAt(reference, 'name')
    if (name === undefined || isOptional(reference)) return []
    const place = `${textAt(variable, 'name') ?? ''} of container ${container}`
    return [{ name, keys: [textAt(reference, 'key') ?? ''], place }]
  })
  return [...whole, ...single]
}

function volumeReferences(
  volume: Value,
  workload: Workload,
  { volume: kind, nameInVolume }: Spelling,
): readonly ObjectReference[] {
  const place = `volume ${textAt(volume, 'name') ?? ''}`
  const mounted = isRecord(at(volume, kind))
    ? [{ source: recordAt(volume, kind), name: textAt(volume, kind, nameInVolume) }]
    : []
  // In a projection both kinds are called by `name`.
  const projected = listAt(volume, 'projected', 'sources')
    .map((source) => recordAt(source, kind))
    .map((source) => ({ source, name: textAt(source, 'name') }))
  const direct = mounted.flatMap(({ source, name }) =>
    name === undefined || isOptional(source)
      ? []
      : [{ name, keys: [...itemKeys(source), ...subPaths(volume, source, workload)], place }],
  )
  const parts = projected.flatMap(({ source, name }) =>
    name === undefined || isOptional(source) ? [] : [{ name, keys: itemKeys(source), place }],
  )
  return [...direct, ...parts]
}

const itemKeys = (source: ValueRecord): readonly string[] =>
  listAt(source, 'items').map((item) => textAt(item, 'key') ?? '')

/** A mount by subPath of a volume without items takes the key of that name. */
function subPaths(volume: Value, source: ValueRecord, { containers }: Workload): readonly string[] {
  if (listAt(source, 'items').length > 0) return []
  return containers
    .flatMap(({ value }) => listAt(value, 'volumeMounts'))
    .filter((mount) => textAt(mount, 'name') === textAt(volume, 'name'))
    .flatMap((mount) => textAt(mount, 'subPath') ?? [])
}
