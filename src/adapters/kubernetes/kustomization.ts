import { dirname, join, normalize } from 'node:path/posix'
import type { SourceFile } from './check.ts'
import { listAt, textAt } from './value.ts'
import type { Value } from './value.ts'
import { documentsOf } from './yaml-text.ts'

/** One `kustomization.yaml`, and what it takes in. */
export type Kustomization = Readonly<{
  /** Path of its file below the audited folder. */
  file: string
  /** The folder that it builds; `.` for the audited folder itself. */
  folder: string
  /** A component is no build of its own. */
  isComponent: boolean
  /** Entries of resources, components, bases and the like, as written. */
  sources: readonly string[]
  /** Paths of those below the audited folder. */
  local: readonly string[]
  /** Those that are fetched from elsewhere. */
  remote: readonly string[]
  value: Value
}>

const NAMES = ['kustomization.yaml', 'kustomization.yml', 'Kustomization']

/** Lists of a kustomization whose entries are files, folders or addresses. */
const TAKING = ['resources', 'components', 'bases', 'crds', 'configurations', 'generators', 'transformers']

export function kustomizationsOf(files: readonly SourceFile[]): readonly Kustomization[] {
  return files.flatMap((file) => {
    const name = file.path.split('/').at(-1) ?? ''
    if (!NAMES.includes(name)) return []
    const value = documentsOf(file)[0]?.value ?? null
    const folder = dirname(file.path)
    const sources = sourcesOf(value)
    const remote = sources.filter(isRemote)
    return [
      {
        ...{ file: file.path, folder, sources, remote, value },
        isComponent: textAt(value, 'kind') === 'Component',
        local: sources.filter((each) => !isRemote(each)).map((each) => normalize(join(folder, each))),
      },
    ]
  })
}

const sourcesOf = (value: Value): readonly string[] => [
  ...TAKING.flatMap((key) => listAt(value, key).filter((each) => typeof each === 'string')),
  ...listAt(value, 'patches').flatMap((each) => textAt(each, 'path') ?? []),
  ...['patchesStrategicMerge'].flatMap((key) => listAt(value, key).filter(isOneLine)),
]

const isOneLine = (value: Value): value is string => typeof value === 'string' && !value.includes('\n')

/** What kustomize fetches: an address, or the short form of a repository. */
export const isRemote = (source: string): boolean =>
  !source.includes('\n') &&
  (/^(?:[a-z+]+:\/\/|git@|git::)/i.test(source) ||
    /^(?:www\.)?(?:github\.com|gitlab\.com|bitbucket\.org)[/:]/.test(source) ||
    /[?&](?:ref|version)=/.test(source))

/** Everything that a build takes in: its own folder, what that names, and so on, each once. */
export function closureOf(
  folder: string,
  kustomizations: readonly Kustomization[],
): Readonly<{ folders: ReadonlySet<string>; files: ReadonlySet<string>; remote: readonly string[] }> {
  const byFolder = new Map(kustomizations.map((each) => [each.folder, each]))
  const folders = new Set<string>()
  const files = new Set<string>()
  const remote: string[] = []
  const queue = [folder]
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const place = next.replace(/\/$/, '') || '.'
    if (folders.has(place)) continue
    const found = byFolder.get(place)
    if (found === undefined) {
      files.add(place)
      continue
    }
    folders.add(place)
    files.add(found.file)
    remote.push(...found.remote)
    queue.push(...found.local)
  }
  return { folders, files, remote }
}
