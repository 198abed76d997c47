import type { AuditInput } from './check.ts'
import type { Manifest } from './manifest.ts'
import { documentsOf, isYamlPath, manifestsOf } from './yaml-text.ts'

/** Where an object of a build was most likely written: a file of the folder that has its kind and name. */
export type Place = Readonly<{ file: string; line: number }>

/** Null where no file has it, such as for an object that a generator makes. `title` is as of titleOf. */
export function findSource(title: string, input: AuditInput): Place | null {
  const [kind, name] = partsOf(title)
  if (kind === '' || name === '') return null
  return indexOf(input).get(`${kind} ${name}`) ?? null
}

/** `Deployment cdb-trading/cdb-ws container ws` is of the kind Deployment and the name cdb-ws. */
function partsOf(title: string): readonly [kind: string, name: string] {
  const [kind = '', place = ''] = title.split(' ')
  return [kind, place.split('/').at(-1) ?? '']
}

const indexes = new WeakMap<AuditInput, ReadonlyMap<string, Place>>()

function indexOf(input: AuditInput): ReadonlyMap<string, Place> {
  const known = indexes.get(input)
  if (known !== undefined) return known
  const index = new Map<string, Place>()
  for (const file of input.files.filter(({ path }) => isYamlPath(path))) {
    for (const manifest of manifestsOf(documentsOf(file), file.path)) addSource(index, manifest)
  }
  indexes.set(input, index)
  return index
}

/** Bases before overlays: a patch in an overlay bears the name too. */
function addSource(index: Map<string, Place>, { kind, name, file, line }: Manifest): void {
  if (file === null) return
  const key = `${kind} ${name}`
  const before = index.get(key)
  if (before === undefined || (before.file.includes('overlays/') && !file.includes('overlays/'))) {
    index.set(key, { file, line })
  }
}
