import type { Build } from '../check.ts'
import { recordAt, listAt, textAt } from '../value.ts'
import type { Container, Workload } from '../workload.ts'
import { imageNameOf, parseImageReference } from './image-reference.ts'
import { parseQuantity } from './resource-quantity.ts'
import { objectNamed, shown, textsOf } from './scope.ts'
import type { Fault } from './scope.ts'

/**
 * What a Redis that keeps data does when its memory is full: it must refuse, not evict, since whole streams
 * and their groups would go; and its own limit must leave room for the copy that a rewrite makes. One
 * without a claim is a cache, which may forget.
 */
export function redisFaults(container: Container, workload: Workload, build: Build): readonly Fault[] {
  const image = parseImageReference(textAt(container.value, 'image') ?? '')
  if (!/^(?:redis|valkey)$/.test(imageNameOf(image)) || !keepsData(workload)) return []
  const settings = settingsOf(container, workload, build)
  const policy = settings.get('maxmemory-policy') ?? 'noeviction'
  const faults: Fault[] = []
  if (policy !== 'noeviction') {
    faults.push({
      message: `Redis keeps data and evicts it when its memory is full (${policy})`,
      mend: 'set maxmemory-policy noeviction',
    })
  }
  if (settings.get('appendonly') !== 'yes') {
    faults.push({
      message: 'Redis keeps data and loses what came after its last snapshot',
      mend: 'set appendonly yes',
    })
  }
  return [...faults, ...roomFaults(container, settings.get('maxmemory'))]
}

const keepsData = ({ podSpec, manifest }: Workload): boolean =>
  listAt(manifest.value, 'spec', 'volumeClaimTemplates').length > 0 ||
  listAt(podSpec, 'volumes').some((volume) => textAt(volume, 'persistentVolumeClaim', 'claimName'))

/** Redis' `mb` is 1024 times 1024 bytes, `m` a million. */
const bytesOf = (text: string): number | null =>
  parseQuantity(
    text.toLowerCase().replace(/^(\d+)(?:([kmg])b|([kmg]))?$/, (_all, digits: string, binary, decimal) => {
      if (typeof binary === 'string') return `${digits}${binary.toUpperCase()}i`
      if (typeof decimal === 'string') return `${digits}${decimal === 'k' ? 'k' : decimal.toUpperCase()}`
      return digits
    }),
  )

function roomFaults({ value }: Container, maxmemory: string | undefined): readonly Fault[] {
  const limit = recordAt(value, 'resources', 'limits')['memory']
  const [own, given] = [bytesOf(maxmemory ?? '0'), parseQuantity(limit)]
  if (given === null || own === null || (own > 0 && own <= 0.75 * given)) return []
  const taken = own === 0 ? 'any memory' : (maxmemory ?? '')
  return [
    {
      message: `Redis takes ${taken} of a limit of ${shown(limit)}, and is killed at it`,
      mend: 'set maxmemory to about 60 % of the limit',
    },
  ]
}

/** Directives of the arguments, over those of the files that the pod mounts from ConfigMaps. */
function settingsOf(
  { value }: Container,
  { podSpec, namespace }: Workload,
  { manifests }: Build,
): ReadonlyMap<string, string> {
  const files = listAt(podSpec, 'volumes')
    .map((volume) => textAt(volume, 'configMap', 'name'))
    .flatMap((name) => objectNamed(manifests, 'ConfigMap', name ?? '', namespace) ?? [])
    .flatMap((map) =>
      textsOf(Object.values(recordAt(map.value, 'data')).filter((each) => each !== undefined)),
    )
  const directives = files.flatMap((text) => [...text.matchAll(/^\s*([a-z-]+)\s+"?([^\s"]*)/gm)])
  const words = textsOf([...listAt(value, 'command'), ...listAt(value, 'args')]).join(' ')
  const options = [...words.matchAll(/--([a-z-]+)[\s=]+"?([^\s"]+)/g)]
  return new Map([...directives, ...options].map(([, name = '', setting = '']) => [name, setting]))
}
