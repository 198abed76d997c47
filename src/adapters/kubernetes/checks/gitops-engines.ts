import { dirname } from 'node:path/posix'
import type { AuditInput, Build, Check, Problem } from '../check.ts'
import { titleOf } from '../manifest.ts'
import type { Manifest } from '../manifest.ts'
import { engineOf, gitopsObjects, syncsOf } from './gitops-syncs.ts'
import type { Sync } from './gitops-syncs.ts'

/** Flux and Argo CD are alternatives: each would undo what the other one does. */
export const gitopsEngineChecks: readonly Check[] = [
  {
    id: 'G15',
    severity: 'blocker',
    title: 'nothing applies objects of Flux and of Argo CD together',
    run: (input) => [
      ...mixedBuilds(input),
      ...mixedFiles(input),
      ...mixedFolders(input),
      ...mixedSyncs(input),
      ...mixedScripts(input),
    ],
  },
]

const MEND = 'let one kustomization hold objects of one engine, and apply the other one by its file'

const isMixed = (manifests: readonly Manifest[]): boolean =>
  new Set(manifests.map(engineOf).filter((engine) => engine !== null)).size > 1

const mixedBuilds = ({ builds }: AuditInput): readonly Problem[] =>
  builds
    .filter(({ manifests }) => isMixed(manifests))
    .map(({ path }) => ({
      file: path === '.' ? null : `${path}/kustomization.yaml`,
      object: '',
      message: `the build of ${path} holds objects of Flux and of Argo CD`,
      mend: MEND,
    }))

function mixedFiles({ gitops }: AuditInput): readonly Problem[] {
  const byFile = Map.groupBy(gitops, ({ file }) => file ?? '')
  return [...byFile].flatMap(([file, manifests]) =>
    file !== '' && isMixed(manifests)
      ? [{ file, object: '', message: 'holds objects of Flux and of Argo CD', mend: 'write two files' }]
      : [],
  )
}

/** Without a kustomization Flux and Argo CD take in every file of a folder and below it. */
function mixedFolders({ gitops, builds }: AuditInput): readonly Problem[] {
  const built = new Set(builds.map(({ path }) => path))
  const folders = new Set(
    gitops.flatMap((manifest) =>
      manifest.file === null || engineOf(manifest) === null ? [] : [dirname(manifest.file)],
    ),
  )
  return [...folders]
    .filter((folder) => folder !== '.' && !built.has(folder))
    .filter((folder) => isMixed(gitops.filter(({ file }) => file?.startsWith(`${folder}/`) === true)))
    .map((folder) => ({
      file: null,
      object: folder,
      message: 'the folder holds objects of Flux and of Argo CD, and no kustomization that chooses',
      mend: 'write a kustomization.yaml that lists those of one engine',
    }))
}

/** Something of one engine that applies objects of the other one. */
const mixedSyncs = (input: AuditInput): readonly Problem[] =>
  syncsOf(input).flatMap((sync) => {
    const foreign = sync.objects.find((object) => isForeign(object, sync))
    return foreign === undefined
      ? []
      : [
          {
            file: sync.manifest.file,
            object: titleOf(sync.manifest),
            message: `applies ${titleOf(foreign)}, an object of the other engine`,
            mend: 'point it at a folder without objects of the other engine',
          },
        ]
  })

const isForeign = (object: Manifest, { engine }: Sync): boolean => {
  const other = engineOf(object)
  return other !== null && other !== engine
}

const SCRIPT = /\.(?:sh|bash|ps1)$|(?:^|\/)Makefile$|(?:^|\/)[Jj]ustfile$/

/** A script that applies files or folders of both. */
function mixedScripts(input: AuditInput): readonly Problem[] {
  const places = placesOf(input)
  return input.files.flatMap(({ path, text }) => {
    const applied = scriptsIn(path, text).find((script) => {
      const engines = places.filter((place) => isApplied(script, place.name)).map(({ engine }) => engine)
      return new Set(engines).size > 1
    })
    return applied === undefined
      ? []
      : [
          {
            file: path,
            object: '',
            message: 'applies objects of Flux and of Argo CD one after the other',
            mend: 'let one script apply one engine',
          },
        ]
  })
}

type Place = Readonly<{ name: string; engine: string }>

/** Names of files, and of folders that are built, by whose objects they hold. */
function placesOf(input: AuditInput): readonly Place[] {
  const files = gitopsObjects(input)
    .concat(input.gitops)
    .flatMap((manifest) => ({ name: manifest.file?.split('/').at(-1) ?? '', engine: engineOf(manifest) }))
  const folders = input.builds.map((build) => ({ name: build.path, engine: engineOfBuild(build) }))
  return [...files, ...folders].flatMap(({ name, engine }) =>
    engine === null || name === '' || name === '.' ? [] : [{ name, engine }],
  )
}

const engineOfBuild = ({ manifests }: Build): string | null =>
  manifests.map(engineOf).find((engine) => engine !== null) ?? null

/** A script is one text; a guide has one in each fenced block. */
function scriptsIn(path: string, text: string): readonly string[] {
  if (SCRIPT.test(path)) return [text]
  if (!path.endsWith('.md')) return []
  return [...text.matchAll(/^```[^\n]*\n([\s\S]*?)^```/gm)].map(([, block]) => block ?? '')
}

/** Whether a line of it applies something with that name. */
const isApplied = (script: string, name: string): boolean =>
  script
    .split('\n')
    .some((line) => /\b(?:apply|create)\b/.test(line) && !/^\s*#/.test(line) && namesPath(line, name))

const namesPath = (line: string, name: string): boolean =>
  line.split(/[\s'"]+/).some((word) => word === name || word.replace(/\/$/, '').endsWith(`/${name}`))
