import type { Manifest } from '../manifest.ts'
import { listAt, recordAt, textAt, textsAt } from '../value.ts'
import type { Value } from '../value.ts'
import type { Container, Workload } from '../workload.ts'
import { isSameNamespace } from './service-directory.ts'

/** A file of a ConfigMap as a container sees it. */
export type MountedFile = Readonly<{ path: string; text: string; configMap: string }>

/** The ConfigMap of a name, in one namespace. */
export const configMapNamed = (
  manifests: readonly Manifest[],
  namespace: string,
  name: string,
): Manifest | undefined =>
  manifests.find(
    (manifest) =>
      manifest.kind === 'ConfigMap' &&
      manifest.name === name &&
      isSameNamespace(manifest.namespace, namespace),
  )

/** Every file that ConfigMaps of the build bring into a container. */
export function mountedFilesOf(
  manifests: readonly Manifest[],
  workload: Workload,
  container: Container,
): readonly MountedFile[] {
  const volumes = new Map(
    listAt(workload.podSpec, 'volumes').map((volume) => [textAt(volume, 'name') ?? '', volume]),
  )
  return listAt(container.value, 'volumeMounts').flatMap((mount) => {
    const volume = volumes.get(textAt(mount, 'name') ?? '')
    if (volume === undefined) return []
    const files = sourcesOf(volume).flatMap((source) => filesOf(manifests, workload.namespace, source))
    return files.flatMap((file) => placed(file, mount))
  })
}

/** The ConfigMaps of a volume: its own, or those of a projected one. */
const sourcesOf = (volume: Value): readonly Value[] =>
  [recordAt(volume), ...listAt(volume, 'projected', 'sources')].flatMap((source) => {
    const configMap = recordAt(source, 'configMap')
    return Object.keys(configMap).length > 0 ? [configMap] : []
  })

function filesOf(manifests: readonly Manifest[], namespace: string, source: Value): readonly MountedFile[] {
  const configMap = textAt(source, 'name') ?? ''
  const data = textsAt(configMapNamed(manifests, namespace, configMap)?.value, 'data')
  const items = listAt(source, 'items')
  if (items.length === 0) {
    return Object.entries(data).map(([path, text]) => ({ path, text, configMap }))
  }
  return items.flatMap((item) => {
    const text = data[textAt(item, 'key') ?? '']
    return text === undefined ? [] : [{ path: textAt(item, 'path') ?? '', text, configMap }]
  })
}

/** Where a file of the volume appears; nowhere when `subPath` picks another. */
function placed(file: MountedFile, mount: Value): readonly MountedFile[] {
  const mountPath = (textAt(mount, 'mountPath') ?? '').replace(/\/+$/, '')
  const subPath = textAt(mount, 'subPath')
  if (subPath === undefined) return [{ ...file, path: `${mountPath}/${file.path}` }]
  if (file.path === subPath) return [{ ...file, path: mountPath }]
  const below = `${subPath}/`
  return file.path.startsWith(below)
    ? [{ ...file, path: `${mountPath}/${file.path.slice(below.length)}` }]
    : []
}
