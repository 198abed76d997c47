import { dirname, join, normalize } from 'node:path/posix'
import type { RatedProblem } from '../audit-outcome.ts'
import { deployed } from '../check.ts'
import type { AuditInput, Build, Check, Problem } from '../check.ts'
import { isRemote, kustomizationsOf } from '../kustomization.ts'
import { groupOf, identityOf, titleOf } from '../manifest.ts'
import type { Manifest } from '../manifest.ts'
import { at, listAt, textAt, textsAt } from '../value.ts'

/** R01, R07, R09, R10: what is built, from what, and in which parts. */
export const renderChecks: readonly Check[] = [
  {
    id: 'R01',
    severity: 'blocker',
    title: 'Every kustomization builds, the same with and without load restriction, without a warning',
    run: (input) => [...buildProblems(input), ...emptyProblems(input)],
  },
  {
    id: 'R07',
    severity: 'medium',
    title: 'No kustomization takes anything from a remote place',
    run: remoteProblems,
  },
  {
    id: 'R09',
    severity: 'blocker',
    title: 'An overlay is the disjoint union of the layers that are deployed one by one',
    run: unionProblems,
  },
  {
    id: 'R10',
    severity: 'medium',
    title: 'ConfigMaps are below 1 MiB, and objects above 256 KiB are applied by the server',
    run: sizeProblems,
  },
]

const buildProblems = ({ builds }: AuditInput): readonly RatedProblem[] =>
  builds.flatMap(({ path, error, warnings }): readonly RatedProblem[] => {
    const place = { file: fileOf(path), object: `build ${path}` }
    if (error !== null) {
      return [{ ...place, message: `does not build: ${error}`, mend: `see: kubectl kustomize ${path}` }]
    }
    return warnings.map((warning) => ({
      ...{ ...place, severity: 'high' as const },
      message: warning.replace(/^#?\s*Warning:\s*/i, ''),
      mend: 'write resources, labels, patches and replacements, with every file below the kustomization',
    }))
  })

const fileOf = (path: string): string => (path === '.' ? 'kustomization.yaml' : `${path}/kustomization.yaml`)

/** A folder in which nothing is deployed must not pass for one in which nothing is wrong. */
function emptyProblems(input: AuditInput): readonly Problem[] {
  const builds = deployed(input)
  const empty = builds.filter(({ error, manifests }) => error === null && manifests.length === 0)
  const mend = 'name a folder with manifests, or list them in its kustomization'
  if (builds.length === 0) return [{ file: null, object: '', message: 'nothing is deployed', mend }]
  return empty.map(({ path }) => ({
    ...{ file: null, object: `build ${path}`, mend },
    message: 'holds no object of Kubernetes',
  }))
}

function remoteProblems({ files }: AuditInput): readonly Problem[] {
  return kustomizationsOf(files).flatMap(({ file, remote, value }) => {
    const charts = listAt(value, 'helmCharts').map(
      (each) => textAt(each, 'repo') ?? textAt(each, 'name') ?? '',
    )
    return [...remote, ...charts.filter(isRemote)].map((address) => ({
      file,
      object: `kustomization ${dirname(file)}`,
      message: `${address} is remote${/[?&](?:ref|version)=/.test(address) ? '' : ', and not pinned'}`,
      mend: 'copy what it needs into the folder',
    }))
  })
}

type Parts = Readonly<{ engine: string; builds: readonly Build[] }>

function unionProblems(input: AuditInput): readonly Problem[] {
  return deployed(input)
    .filter(({ error }) => error === null)
    .flatMap((whole) => partsOf(whole, input).flatMap((parts) => unionProblemsOf(whole, parts)))
}

/** The parts that an environment is deployed in: by the paths of each engine, and by its own folders. */
function partsOf(whole: Build, { builds, gitops }: AuditInput): readonly Parts[] {
  const built = builds.filter(({ error }) => error === null)
  const folders = built.filter(({ path }) => dirname(path) === whole.path && path !== whole.path)
  const byEngine = (engine: string, paths: readonly string[]): Parts => ({
    engine,
    builds: [...new Set(paths)]
      .flatMap((path) => buildAt(path, built) ?? [])
      .filter(({ environment }) => environment === null || environment === whole.environment),
  })
  return [
    { engine: 'the layers', builds: folders },
    byEngine('Flux', gitops.flatMap(fluxPath)),
    byEngine('Argo CD', gitops.flatMap(argoPaths)),
  ].filter((parts) => parts.builds.length > 0)
}

const fluxPath = (manifest: Manifest): readonly string[] =>
  groupOf(manifest) === 'kustomize.toolkit.fluxcd.io' ? [textAt(manifest.value, 'spec', 'path') ?? './'] : []

function argoPaths({ kind, value }: Manifest): readonly string[] {
  if (kind !== 'Application') return []
  const sources = [at(value, 'spec', 'source'), ...listAt(value, 'spec', 'sources')]
  return sources.flatMap((source) => textAt(source, 'path') ?? [])
}

/** A path counts from the root of the repository, a build from the audited folder: the longest end wins. */
function buildAt(path: string, builds: readonly Build[]): Build | undefined {
  const place = normalize(join('/', path)).replace(/\/$/, '')
  return builds
    .filter((build) => build.path !== '.' && place.endsWith(`/${build.path}`))
    .toSorted((left, right) => right.path.length - left.path.length)[0]
}

function unionProblemsOf(whole: Build, { engine, builds }: Parts): readonly Problem[] {
  const object = `build ${whole.path}`
  const wanted = new Map(whole.manifests.map((each) => [identityOf(each), each]))
  const owners = new Map<string, string>()
  const problems: Problem[] = []
  const tell = (manifest: Manifest, message: string, mend: string): void => {
    problems.push({ file: null, object, message: `${titleOf(manifest)} ${message}`, mend })
  }
  for (const build of builds) {
    for (const manifest of build.manifests) {
      const key = identityOf(manifest)
      const other = owners.get(key)
      const own = wanted.get(key)
      if (other !== undefined) {
        tell(manifest, `is in ${other} and in ${build.path} of ${engine}`, 'keep it in one of them')
      } else if (own === undefined) {
        tell(manifest, `is in ${build.path} of ${engine} only`, `let ${whole.path} list ${build.path}`)
      } else if (JSON.stringify(own.value) !== JSON.stringify(manifest.value)) {
        tell(manifest, `differs from that in ${build.path}`, `change it in ${build.path}, not above`)
      }
      owners.set(key, build.path)
    }
  }
  for (const [key, manifest] of wanted) {
    if (!owners.has(key)) tell(manifest, `is in no part that ${engine} deploys`, 'put it into a layer')
  }
  return problems
}

const CONFIG_MAP_BYTES_MAX = 1 << 20
/** What the annotation of a client-side apply may hold. */
const APPLIED_BYTES_MAX = 256 << 10

function sizeProblems(input: AuditInput): readonly Problem[] {
  const serverSide = isAppliedByServer(input)
  return deployed(input).flatMap(({ manifests }) =>
    manifests.flatMap((manifest): readonly Problem[] => {
      const place = { file: manifest.file, object: titleOf(manifest) }
      const bytes = manifest.kind === 'ConfigMap' ? dataBytes(manifest) : 0
      if (bytes >= CONFIG_MAP_BYTES_MAX) {
        const message = `holds ${bytes} bytes, and the API server takes less than ${CONFIG_MAP_BYTES_MAX}`
        return [{ ...place, message, mend: 'split it, or put the data into a volume' }]
      }
      const whole = Buffer.byteLength(JSON.stringify(manifest.value))
      if (whole <= APPLIED_BYTES_MAX || serverSide) return []
      const message = `has ${whole} bytes, and an apply by the client takes ${APPLIED_BYTES_MAX}`
      return [{ ...place, message, mend: 'apply with --server-side, in Argo CD with ServerSideApply=true' }]
    }),
  )
}

function dataBytes({ value }: Manifest): number {
  const texts = [...Object.values(textsAt(value, 'data')), ...Object.values(textsAt(value, 'binaryData'))]
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0)
}

/** Flux always applies by the server; Argo CD and scripts say so, or do not. */
function isAppliedByServer({ gitops, files }: AuditInput): boolean {
  const applications = gitops.filter(({ kind }) => kind === 'Application')
  const scripts = files.filter(
    ({ path, text }) => /\.(?:sh|ps1)$/.test(path) && /kubectl\b.*\bapply\b/.test(text),
  )
  const hasFlux = gitops.some((each) => groupOf(each) === 'kustomize.toolkit.fluxcd.io')
  const ways = [
    ...applications.map(({ value }) =>
      listAt(value, 'spec', 'syncPolicy', 'syncOptions').includes('ServerSideApply=true'),
    ),
    ...scripts.map(({ text }) => text.includes('--server-side')),
    ...(hasFlux ? [true] : []),
  ]
  return ways.length > 0 && ways.every(Boolean)
}
