import { CdbError } from '../../domain/errors.ts'
import type { AuditInput, Build } from './check.ts'
import type { Folder } from './folder.ts'
import { closureOf, kustomizationsOf } from './kustomization.ts'
import type { Kustomization } from './kustomization.ts'
import { groupOf } from './manifest.ts'
import type { Manifest } from './manifest.ts'
import type { Render } from './render.ts'
import { isRecord } from './value.ts'
import type { ValueRecord } from './value.ts'
import { documentsOf, isYamlPath, manifestsOf, parseYaml } from './yaml-text.ts'

/** What an audit is asked for. */
export type AuditScope = Readonly<{
  /** One environment, or all where it is null. */
  overlay: string | null
  /** What the caller knows: settings of services, names of metrics. The folder's own word wins. */
  facts: ValueRecord
}>

/**
 * Everything that the static checks look at: each kustomization of the folder built, or all its YAML as one
 * build where there is none. Throws CDB_USAGE for an environment that the folder does not have.
 */
export async function auditInputOf(folder: Folder, scope: AuditScope, render: Render): Promise<AuditInput> {
  const { files } = folder
  const kustomizations = kustomizationsOf(files)
  const chosen = environmentsOf(kustomizations)
  if (scope.overlay !== null && !chosen.includes(scope.overlay)) {
    const known = chosen.length === 0 ? 'it has no overlays' : `it has ${chosen.join(' and ')}`
    throw new CdbError('CDB_USAGE', `the folder has no overlay "${scope.overlay}": ${known}`, {
      mend: chosen.length === 0 ? 'leave --overlay out' : `use --overlay ${chosen.join(' or ')}`,
    })
  }
  const sources = files.filter(({ path }) => isYamlPath(path)).flatMap((file) => sourcesOf(file.path, file))
  const gitops = sources.filter((manifest) => !isKustomizeFile(manifest) && isGitops(manifest))
  return {
    folder: folder.path,
    environments: scope.overlay === null ? chosen : [scope.overlay],
    builds:
      kustomizations.length > 0
        ? await buildsOf(folder, kustomizations, render)
        : [plainBuild(sources.filter((each) => !gitops.includes(each)))],
    gitops,
    files,
    settings: { ...scope.facts, ...settingsOf(folder) },
  }
}

const sourcesOf = (path: string, file: Parameters<typeof documentsOf>[0]): readonly Manifest[] =>
  manifestsOf(documentsOf(file), path)

const isKustomizeFile = (manifest: Manifest): boolean => groupOf(manifest) === 'kustomize.config.k8s.io'

const GITOPS_FOLDERS = /(?:^|\/)(?:flux|argocd|argo-cd|argo|gitops|clusters?)\//

/** What steers a cluster rather than runs in it: by its kind, or by where it lies. */
const isGitops = (manifest: Manifest): boolean =>
  /(?:^|\.)toolkit\.fluxcd\.io$|^argoproj\.io$/.test(groupOf(manifest)) ||
  GITOPS_FOLDERS.test(manifest.file ?? '')

const ENVIRONMENT = /(?:^|\/)overlays\/([^/]+)(\/|$)/

const environmentOf = (folder: string): string | null => ENVIRONMENT.exec(folder)?.[1] ?? null
const isOverlay = (folder: string): boolean => ENVIRONMENT.exec(folder)?.[2] === ''

const environmentsOf = (kustomizations: readonly Kustomization[]): readonly string[] => [
  ...new Set(
    kustomizations.flatMap(({ folder }) => (isOverlay(folder) ? (environmentOf(folder) ?? []) : [])),
  ),
]

async function buildsOf(
  folder: Folder,
  kustomizations: readonly Kustomization[],
  render: Render,
): Promise<readonly Build[]> {
  const whole = wholeFolders(kustomizations)
  const refused = new Map(folder.refused.map((each) => [each.path, each.reason]))
  return Promise.all(
    kustomizations
      .filter(({ isComponent }) => !isComponent)
      .map(async (each) => {
        const { files, remote } = closureOf(each.folder, kustomizations)
        const missing = [...files].find((path) => refused.has(path))
        const place = {
          path: each.folder,
          environment: environmentOf(each.folder),
          isWhole: whole.has(each.folder),
        }
        if (missing !== undefined) {
          return { ...place, ...unbuilt(`${missing} ${refused.get(missing) ?? ''}`) }
        }
        const [address] = remote
        if (address !== undefined)
          return { ...place, ...unbuilt(`${address} is remote, and nothing is fetched`) }
        return { ...place, ...(await builtOf(each.folder, render)) }
      }),
  )
}

const unbuilt = (error: string): Pick<Build, 'manifests' | 'error' | 'warnings'> => ({
  manifests: [],
  error,
  warnings: [],
})

async function builtOf(
  folder: string,
  render: Render,
): Promise<Pick<Build, 'manifests' | 'error' | 'warnings'>> {
  const { text, error, warnings } = await render(folder)
  if (error !== null) return { ...unbuilt(error), warnings }
  const documents = parseYaml(text)
  const [fault] = documents.flatMap(({ faults }) => faults)
  if (fault !== undefined) return unbuilt(`the build is not YAML: line ${fault.line}: ${fault.message}`)
  return { manifests: manifestsOf(documents).map((each) => ({ ...each, line: 0 })), error, warnings }
}

/** Overlays; where there are none, the folder itself; else what no other kustomization takes in. */
function wholeFolders(kustomizations: readonly Kustomization[]): ReadonlySet<string> {
  const folders = kustomizations.filter(({ isComponent }) => !isComponent).map(({ folder }) => folder)
  const overlays = folders.filter(isOverlay)
  if (overlays.length > 0) return new Set(overlays)
  if (folders.includes('.')) return new Set(['.'])
  const taken = new Set(kustomizations.flatMap(({ local }) => local.map((each) => each.replace(/\/$/, ''))))
  return new Set(folders.filter((folder) => !taken.has(folder)))
}

const plainBuild = (manifests: readonly Manifest[]): Build => ({
  ...{ path: '.', environment: null, isWhole: true, error: null, warnings: [] },
  manifests: manifests.filter((manifest) => !isKustomizeFile(manifest)),
})

const SETTINGS_FILE = 'audit.yaml'

/** `audit.yaml`; a broken one is empty here, and a finding of R02. */
function settingsOf({ files }: Folder): ValueRecord {
  const file = files.find(({ path }) => path === SETTINGS_FILE)
  const value = file === undefined ? null : documentsOf(file)[0]?.value
  return isRecord(value) ? value : {}
}
