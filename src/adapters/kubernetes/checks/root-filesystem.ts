import type { Check } from '../check.ts'
import { at, isRecord, listAt, recordAt, textAt } from '../value.ts'
import type { ValueRecord } from '../value.ts'
import type { Container, Workload } from '../workload.ts'
import { knownImage } from './known-images.ts'
import { eachWorkload, textsOf } from './scope.ts'
import type { Fault } from './scope.ts'

/** Containers cannot write to their images, and what they write to is a volume with a limit. */
export const rootFilesystemChecks: readonly Check[] = [
  {
    id: 'W04',
    severity: 'high',
    title: 'Root file systems are read-only, written paths are volumes, and every emptyDir has a limit',
    run: eachWorkload((workload) => [
      ...workload.containers.flatMap((container) => rootFaults(container, workload)),
      ...unlimitedFolders(workload.podSpec),
    ]),
  },
]

function rootFaults(container: Container, workload: Workload): readonly Fault[] {
  const { name, value } = container
  const isReadOnly = at(value, 'securityContext', 'readOnlyRootFilesystem') === true
  if (!isReadOnly) {
    return [
      {
        message: `container ${name}: its root file system can be written`,
        mend: 'set securityContext.readOnlyRootFilesystem: true, and mount what it writes',
      },
    ]
  }
  const writable = writableMounts(value, workload)
  return writtenPaths(container)
    .filter(({ path }) => !writable.some((mount) => path === mount || path.startsWith(`${mount}/`)))
    .map(({ path, why }) => ({
      message: `container ${name}: it writes to ${path} (${why}), which is no volume that can be written`,
      mend: `mount an emptyDir with a sizeLimit or a claim at ${path}`,
    }))
}

/** Mounts of volumes that take writes: not of ConfigMaps, Secrets, projections and what is read-only. */
function writableMounts(container: ValueRecord, { podSpec }: Workload): readonly string[] {
  const readOnly = new Set(
    listAt(podSpec, 'volumes')
      .filter((volume) =>
        ['configMap', 'secret', 'downwardAPI', 'projected'].some((kind) => isRecord(at(volume, kind))),
      )
      .map((volume) => textAt(volume, 'name')),
  )
  return listAt(container, 'volumeMounts')
    .filter((mount) => at(mount, 'readOnly') !== true && !readOnly.has(textAt(mount, 'name')))
    .map((mount) => withoutSlash(textAt(mount, 'mountPath') ?? ''))
}

const withoutSlash = (path: string): string => path.replace(/\/+$/, '')

type WrittenPath = Readonly<{ path: string; why: string }>

/** Settings whose value is a folder that the program writes to. */
const variables: readonly string[] = [
  'TMPDIR',
  'PGDATA',
  'GF_PATHS_DATA',
  'GF_PATHS_LOGS',
  'GF_PATHS_PLUGINS',
  'XDG_CACHE_HOME',
]
const options = /^--(?:storage\.tsdb\.path|storage\.path|state|data-dir|cache-dir)=(\/.*)$/

/** Folders that arguments, variables and what is known of the image say are written to. */
function writtenPaths({ value }: Container): readonly WrittenPath[] {
  const environment = listAt(value, 'env').flatMap((variable) => {
    const name = textAt(variable, 'name') ?? ''
    const path = textAt(variable, 'value') ?? ''
    return variables.includes(name) && path.startsWith('/') ? [{ path, why: name }] : []
  })
  const given = textsOf([...listAt(value, 'command'), ...listAt(value, 'args')])
  const named = given.flatMap((argument) => {
    const path = options.exec(argument)?.[1]
    return path === undefined
      ? []
      : [{ path: argument.startsWith('--state=') ? folderOf(path) : path, why: argument }]
  })
  const said = [...environment, ...named]
  const image = textAt(value, 'image') ?? ''
  const home = knownImage(image)?.writes
  const isProgram = listAt(value, 'command').length === 0
  const known = home !== undefined && isProgram && said.length === 0 ? [{ path: home, why: image }] : []
  return [...said, ...known].map(({ path, why }) => ({ path: withoutSlash(path), why }))
}

const folderOf = (path: string): string => path.slice(0, Math.max(path.lastIndexOf('/'), 0)) || '/'

const unlimitedFolders = (podSpec: ValueRecord): readonly Fault[] =>
  listAt(podSpec, 'volumes')
    .filter((volume) => 'emptyDir' in recordAt(volume))
    .filter((volume) => at(volume, 'emptyDir', 'sizeLimit') === undefined)
    .map((volume) => ({
      message: `emptyDir ${textAt(volume, 'name') ?? ''} has no sizeLimit`,
      mend: 'set emptyDir.sizeLimit, so that a pod that fills it is evicted alone',
    }))
