import { availableParallelism, homedir } from 'node:os'
import { join } from 'node:path'
import { auditInputOf } from '../adapters/kubernetes/audit-input.ts'
import type { RatedProblem } from '../adapters/kubernetes/audit-outcome.ts'
import type { AuditInput } from '../adapters/kubernetes/check.ts'
import { readFolder } from '../adapters/kubernetes/folder.ts'
import type { Folder } from '../adapters/kubernetes/folder.ts'
import { findKustomizer } from '../adapters/kubernetes/kubectl.ts'
import type { KustomizerSearch } from '../adapters/kubernetes/kubectl.ts'
import { createRender } from '../adapters/kubernetes/render.ts'
import type { Render } from '../adapters/kubernetes/render.ts'
import { readZipEntries, zipEntryStream } from '../adapters/recording/zip.ts'
import { CdbError } from '../domain/errors.ts'
import { auditFacts } from './audit-facts.ts'

/** What an audit runs over: the input of its checks, and what was wrong with the folder itself. */
export type AuditedFolder = Readonly<{
  input: AuditInput
  given: ReadonlyMap<string, readonly RatedProblem[]>
}>

/**
 * Reads a folder of manifests, and builds each of its kustomizations. Throws CDB_FILE_MISSING where the
 * folder or kubectl is not there, CDB_FILE_UNREADABLE for what is no folder, CDB_USAGE for an unknown
 * overlay.
 */
export async function readAuditedFolder(
  place: string,
  { overlay, signal }: Readonly<{ overlay: string | null; signal: AbortSignal }>,
): Promise<AuditedFolder> {
  const folder = await readFolder(place)
  const input = await auditInputOf(folder, { overlay, facts: auditFacts }, lazyRender(folder, signal))
  return { input, given: refusedProblems(folder) }
}

/** kubectl is looked for when the first kustomization is built: a folder without one needs none. */
function lazyRender(folder: Folder, signal: AbortSignal): Render {
  let render: Promise<Render> | null = null
  const start = async (): Promise<Render> =>
    createRender(await findKustomizer(programSearch()), folder.path, {
      atOnce: Math.min(4, availableParallelism()),
      signal,
    })
  return async (place) => {
    render ??= start()
    return (await render)(place)
  }
}

/** Where programs are looked for on this machine. */
export const programSearch = (): KustomizerSearch => ({
  path: process.env['PATH'] ?? '',
  cacheFolder: cacheFolder(process.env['XDG_CACHE_HOME']),
  unpack: unzip,
})

const cacheFolder = (base: string | undefined): string =>
  join(base === undefined || base === '' ? join(homedir(), '.cache') : base, 'claire-de-binare')

async function* unzip(zip: string, name: string): AsyncIterable<Buffer> {
  const entry = readZipEntries(zip, zip).find((each) => each.name === name)
  if (entry === undefined) {
    throw new CdbError('CDB_FILE_CORRUPT', `${zip} has no ${name}`, { mend: 'install kubectl' })
  }
  yield* zipEntryStream(zip, entry, { label: `${zip}/${name}`, progress: { bytesRead: 0 } })
}

/** Files that were not looked into: nobody may take their silence for health. */
const refusedProblems = ({ refused }: Folder): ReadonlyMap<string, readonly RatedProblem[]> =>
  new Map([
    [
      'R02',
      refused.map(({ path, reason, mend, severity }) => ({
        ...{ file: path, object: '', mend, severity },
        message: reason,
      })),
    ],
  ])
