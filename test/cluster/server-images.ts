/*
 * Images of the servers that k8s/ names, made without a registry: under the same names, from the packages of
 * Debian 12 and from binaries of the catalog. They behave like the official ones as far as k8s/ relies on it.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { writeLayout } from '../../scripts/image-layout.ts'
import type { Image, ImageSettings } from '../../scripts/image-layout.ts'
import { withParents } from '../../scripts/image-root.ts'
import { tarOf } from '../../scripts/image-tar.ts'
import type { TarEntry } from '../../scripts/image-tar.ts'
import { parseImageReference } from '../../src/adapters/kubernetes/checks/image-reference.ts'
import { textAt } from '../../src/adapters/kubernetes/value.ts'
import { workloadsOf } from '../../src/adapters/kubernetes/workload.ts'
import { manifestsOf, parseYaml } from '../../src/adapters/kubernetes/yaml-text.ts'
import { CdbError } from '../../src/domain/errors.ts'
import { postgresEntrypoint, postgresEnv } from './server-image-postgres.ts'
import { accountOf, debianFiles, fileOf, programOf } from './server-image-roots.ts'
import type { DebianLayer } from './server-image-roots.ts'
import { toolOf } from './tool-catalog.ts'

type Binaries = Readonly<Record<'coredns' | 'prometheus', string>>

/** How a stand-in is made, and how the official image, whose name it has, is set. */
type Recipe = Readonly<{
  repository: string
  debian: readonly DebianLayer[]
  /** Who runs in it, whose its folders are, and what no package has. */
  files: (binaries: Binaries) => readonly TarEntry[]
  settings: Partial<ImageSettings>
}>

/** Users are those of the official images: a pod that names none is refused here as there. */
const recipes = {
  pause: {
    repository: 'registry.k8s.io/pause',
    debian: ['pause'],
    files: () => accountOf('pause', 65535, '/', {}),
    settings: { user: '65535:65535', entrypoint: ['/pause', '-P'] },
  },
  coredns: {
    repository: 'registry.k8s.io/coredns/coredns',
    debian: [],
    files: ({ coredns }) => [...accountOf('nonroot', 65532, '/', {}), programOf('coredns', coredns)],
    settings: { user: '65532:65532', entrypoint: ['/coredns'] },
  },
  redis: {
    repository: 'docker.io/library/redis',
    debian: ['tools', 'redis'],
    files: () => accountOf('redis', 999, '/data', { data: 0o755 }),
    settings: { folder: '/data', command: ['redis-server'] },
  },
  postgres: {
    repository: 'docker.io/library/postgres',
    debian: ['tools', 'postgres'],
    files: () => [
      ...accountOf('postgres', 999, '/var/lib/postgresql', {
        'var/lib/postgresql': 0o755,
        'var/lib/postgresql/data': 0o1777,
        'run/postgresql': 0o3777,
        'docker-entrypoint-initdb.d': 0o755,
      }),
      fileOf('usr/local/bin/docker-entrypoint.sh', postgresEntrypoint, 0o755),
    ],
    settings: {
      env: postgresEnv,
      entrypoint: ['docker-entrypoint.sh'],
      command: ['postgres'],
      stopSignal: 'SIGINT',
    },
  },
  prometheus: {
    repository: 'docker.io/prom/prometheus',
    debian: [],
    files: ({ prometheus }) => [...monitorFiles('prometheus'), programOf('bin/prometheus', prometheus)],
    settings: monitorSettings('prometheus', '--storage.tsdb.path'),
  },
  alertmanager: {
    repository: 'docker.io/prom/alertmanager',
    debian: ['tools', 'alertmanager'],
    files: () => monitorFiles('alertmanager'),
    settings: monitorSettings('alertmanager', '--storage.path'),
  },
} as const satisfies Readonly<Record<string, Recipe>>

export type ServerName = keyof typeof recipes

/** What neither a package of Debian nor a module of Go is. */
export const absentRepositories: readonly string[] = ['docker.io/grafana/grafana']

/** The images that a node needs, which no manifest of k8s/ names. */
export const nodeImages = {
  pause: `${recipes.pause.repository}:3.9`,
  coredns: `${recipes.coredns.repository}:${toolOf('coredns').version}`,
} as const

export type ServerImage = Readonly<{
  name: ServerName
  references: readonly string[]
  /** The folder of its layout of the OCI. */
  layout: string
  digest: string
  /** What the layout takes, compressed. */
  bytes: number
}>

export type ServerImageOptions = Readonly<{
  /** Under which references each image is known; one that has none is not built. */
  references: ReadonlyMap<ServerName, readonly string[]>
  /** The paths of static binaries. */
  binaries: Binaries
}>

/** One time for every stand-in, so that the same files are the same image. */
const EPOCH_SECONDS = 1_700_000_000

/** They stay on the machine: time counts, not bytes. */
const GZIP_LEVEL = 1

/** Every image that the pods of a render name, once. */
export const imagesOf = (render: string): readonly string[] =>
  workloadsOf(manifestsOf(parseYaml(render)))
    .flatMap(({ containers }) => containers.map(({ value }) => textAt(value, 'image') ?? ''))
    .filter((image, index, all) => image !== '' && all.indexOf(image) === index)
    .toSorted()

/**
 * The references of each server among those of a render, by repository, and those of a node. A digest is that
 * of the official image, so that a reference with a digest alone is met by nothing that is made here.
 */
export function serverReferences(images: readonly string[]): ReadonlyMap<ServerName, readonly string[]> {
  const references = new Map<ServerName, readonly string[]>()
  for (const name of Object.keys(recipes) as readonly ServerName[]) {
    const { repository } = recipes[name]
    const named = images.filter((image) => repositoryOf(image) === repository)
    const tagged = named.map((image) => {
      const { tag } = parseImageReference(image)
      if (tag !== null) return `${repository}:${tag}`
      const mend = 'take the render of dev, which names images by tag'
      throw new CdbError('CDB_CONFIG_INVALID', `no image can be made for a digest: ${image}`, { mend })
    })
    const own = name === 'pause' || name === 'coredns' ? [nodeImages[name]] : []
    const all = new Set([...own, ...tagged])
    if (all.size > 0) references.set(name, [...all])
  }
  return references
}

/** The name of an image up to its tag, with its registry: `docker.io/library/redis`. */
export function repositoryOf(image: string): string {
  const { registry, repository } = parseImageReference(image)
  return `${registry}/${repository}`
}

/**
 * Writes a layout of the OCI for each server that has references, in a folder of its name. Blocks for some
 * seconds. Needs what `debianFiles` needs.
 */
export function buildServerImages(output: string, options: ServerImageOptions): readonly ServerImage[] {
  const { references, binaries } = options
  const names = [...references.keys()]
  for (const [name, path] of Object.entries(binaries)) {
    if (names.some((each) => each === name) && !existsSync(path)) {
      const mend = 'build the tools of the catalog first'
      throw new CdbError('CDB_FILE_MISSING', `there is no binary ${path} for the image of ${name}`, { mend })
    }
  }
  const recipesOf = new Map(names.map((name): readonly [ServerName, Recipe] => [name, recipes[name]]))
  const needed = [...recipesOf.values()].flatMap(({ debian }) => debian)
  const debian = new Map(
    [...debianFiles([...new Set(needed)])].map(([name, entries]) => [
      name,
      layerOf(entries, `Debian: ${name}`),
    ]),
  )
  const architecture = execFileSync('dpkg', ['--print-architecture'], { encoding: 'utf8' }).trim()
  return [...recipesOf].map(([name, recipe]): ServerImage => {
    const layout = join(output, name)
    rmSync(layout, { recursive: true, force: true })
    const image = {
      settings: settingsOf(recipe, architecture),
      layers: [
        ...recipe.debian.flatMap((layer) => debian.get(layer) ?? []),
        layerOf(recipe.files(binaries), 'accounts, folders and binaries'),
      ],
      references: references.get(name) ?? [],
    }
    return { name, references: image.references, layout, ...writeLayout(layout, image, GZIP_LEVEL) }
  })
}

const layerOf = (entries: readonly TarEntry[], holds: string): Image['layers'][number] => ({
  ...{ tar: tarOf(withParents(entries), EPOCH_SECONDS), holds },
})

const settingsOf = ({ repository, settings }: Recipe, architecture: string): ImageSettings => ({
  created: new Date(EPOCH_SECONDS * 1000).toISOString(),
  architecture,
  user: '',
  folder: '/',
  env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
  entrypoint: [],
  command: [],
  labels: { 'org.opencontainers.image.title': `a stand-in for ${repository}` },
  ...settings,
})

/** Prometheus and its Alertmanager run as nobody, each with a folder for data and one for settings. */
function monitorFiles(name: string): readonly TarEntry[] {
  return accountOf('nobody', 65534, `/${name}`, { [name]: 0o755, [`etc/${name}`]: 0o755 })
}

function monitorSettings(name: string, dataFlag: string): Partial<ImageSettings> {
  const command = [`--config.file=/etc/${name}/${name}.yml`, `${dataFlag}=/${name}`]
  return { user: 'nobody', folder: `/${name}`, entrypoint: [`/bin/${name}`], command }
}
