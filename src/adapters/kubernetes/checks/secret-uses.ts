import { at, listAt, textAt } from '../value.ts'
import type { Value } from '../value.ts'
import type { Workload } from '../workload.ts'

/** One key of a Secret that a pod gets, and how. */
export type SecretUse = Readonly<{
  secret: string
  /** Null for all of its keys. */
  key: string | null
  way: 'env' | 'envFrom' | 'file'
  container: string
}>

/** Every Secret that the pods of a workload are given, but those that pull images. */
export const secretUsesOf = (workload: Workload): readonly SecretUse[] => [
  ...workload.containers.flatMap(({ name, value }) => [
    ...listAt(value, 'envFrom').flatMap((source) => useOf(at(source, 'secretRef'), 'envFrom', name)),
    ...listAt(value, 'env').flatMap((entry) => useOf(at(entry, 'valueFrom', 'secretKeyRef'), 'env', name)),
  ]),
  ...listAt(workload.podSpec, 'volumes').flatMap((volume) =>
    volumeUses(volume).map((use) => ({ ...use, container: textAt(volume, 'name') ?? '' })),
  ),
]

function useOf(
  reference: Value | undefined,
  way: 'env' | 'envFrom',
  container: string,
): readonly SecretUse[] {
  const secret = textAt(reference, 'name')
  if (secret === undefined) return []
  return [{ secret, key: way === 'env' ? (textAt(reference, 'key') ?? null) : null, way, container }]
}

/** A volume of a Secret, or the Secrets of a projected one. */
const volumeUses = (volume: Value): readonly SecretUse[] =>
  [
    at(volume, 'secret'),
    ...listAt(volume, 'projected', 'sources').map((source) => at(source, 'secret')),
  ].flatMap((source): readonly SecretUse[] => {
    const secret = textAt(source, 'secretName') ?? textAt(source, 'name')
    if (secret === undefined) return []
    const keys = listAt(source, 'items').map((item) => textAt(item, 'key') ?? '')
    const whole: readonly (string | null)[] = keys.length === 0 ? [null] : keys
    return whole.map((key) => ({ secret, key, way: 'file', container: '' }))
  })

/** The name without the suffix that kustomize hashes from the content. */
export const withoutHash = (name: string): string => name.replace(/-[bcdfghkmt2456789]{10}$/, '')
