import { execFileSync } from 'node:child_process'
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TarEntry } from './image-tar.ts'
import { imageSbom } from './sbom.ts'
import type { Sbom } from './sbom.ts'

/** Who the program runs as. Nobody owns what it runs: the files are root's. */
export const imageUser = { uid: 10001, gid: 10001 } as const

/** What Node is linked against, and what tells a scanner of images which Debian this is. */
const debianPackages = ['base-files', 'gcc-12-base', 'libc6', 'libgcc-s1', 'libstdc++6'] as const

/** Loader, libraries, licenses and the name of the release; no tool and no shell. */
const isKept = (path: string): boolean =>
  // The loader of amd64 is in lib64, that of arm64 in lib.
  /^(?:lib|lib64|(?:usr\/)?lib\/[^/]+-linux-gnu)\/[^/]+\.so(?:\.[^/]+)?$/.test(path) ||
  // The folder of a package may be a link to that of another, which has its license.
  /^usr\/share\/doc\/[^/]+(?:\/copyright)?$/.test(path) ||
  /^(?:etc\/debian_version|etc\/os-release|usr\/lib\/os-release)$/.test(path)

export type ImageRoot = Readonly<{
  layers: readonly Readonly<{ entries: readonly TarEntry[]; holds: string }>[]
  sbom: string
}>

/**
 * The files of the image, of packages of Debian and npm and of this repository. Needs apt and dpkg of Debian
 * 12, npm, and `npm ci` run before, as Node is that of the npm package node. Needs no registry of images.
 */
export function imageRoot(root: string, created: string): ImageRoot {
  const work = mkdtempSync(join(tmpdir(), 'cdb-image-'))
  try {
    const debian = debianFiles(work)
    const { modules, npmSbom } = npmFiles(root, work)
    const node = nodeOf(root)
    const sbom = `${JSON.stringify(
      imageSbom(npmSbom, { debianPackages: debian.packages, nodeVersion: node.version, created }),
      null,
      2,
    )}\n`
    const app = [
      ...['LICENSE', 'package.json'].map((name) => fileOf(`app/${name}`, readFileSync(join(root, name)))),
      fileOf('app/sbom.json', Buffer.from(sbom)),
      ...treeOf(join(root, 'src'), 'app/src'),
    ]
    const layers = [
      { entries: [...debian.entries, ...accounts(), node.entry], holds: 'Debian libraries and Node' },
      { entries: modules, holds: 'npm packages' },
      { entries: app, holds: 'Claire de Binare' },
    ]
    return { layers: layers.map((each) => ({ ...each, entries: withParents(each.entries) })), sbom }
  } finally {
    rmSync(work, { recursive: true })
  }
}

type Debian = Readonly<{ entries: readonly TarEntry[]; packages: readonly string[] }>

function debianFiles(work: string): Debian {
  const archives = join(work, 'archives')
  const files = join(work, 'files')
  for (const folder of [archives, files]) mkdirSync(folder)
  // As root it would say that it cannot become _apt, who may not write here.
  execFileSync('apt-get', ['download', '-q', '-o', 'APT::Sandbox::User=root', ...debianPackages], {
    cwd: archives,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const found = readdirSync(archives).sort()
  const controls = found.map((name) => {
    const path = join(archives, name)
    execFileSync('dpkg-deb', ['--extract', path, files])
    return execFileSync('dpkg-deb', ['--field', path], { encoding: 'utf8' })
  })
  const entries = treeOf(files, '').filter(({ kind, path }) => kind !== 'folder' && isKept(path))
  return {
    // Where scanners look for the packages of an image without dpkg.
    entries: [
      ...entries,
      ...controls.map((text) =>
        fileOf(`var/lib/dpkg/status.d/${fieldOf(text, 'Package')}`, Buffer.from(text)),
      ),
    ],
    packages: controls.map((text) =>
      ['Package', 'Version', 'Architecture'].map((name) => fieldOf(text, name)).join(' '),
    ),
  }
}

function fieldOf(control: string, name: string): string {
  const value = new RegExp(`^${name}: (.+)$`, 'm').exec(control)?.[1]
  if (value === undefined) throw new Error(`a Debian package has no field ${name}`)
  return value
}

function npmFiles(root: string, work: string): Readonly<{ modules: readonly TarEntry[]; npmSbom: Sbom }> {
  const folder = join(work, 'npm')
  mkdirSync(folder)
  for (const name of ['package.json', 'package-lock.json']) copyFileSync(join(root, name), join(folder, name))
  const omit = ['--omit=dev', '--omit=optional']
  const quiet = [
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--prefer-offline',
    '--loglevel=error',
    '--no-update-notifier',
  ]
  execFileSync('npm', ['ci', ...omit, ...quiet], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })
  const text = execFileSync('npm', ['sbom', '--sbom-format=cyclonedx', '--package-lock-only', ...omit], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  })
  // What npm keeps for itself changes with its version; the links of .bin are for a shell.
  const modules = treeOf(join(folder, 'node_modules'), 'app/node_modules').filter(
    ({ path }) => !/\/node_modules\/\.(?:bin(?:\/|$)|package-lock\.json$)/.test(path),
  )
  return { modules, npmSbom: JSON.parse(text) as Sbom }
}

function nodeOf(root: string): Readonly<{ entry: TarEntry; version: string }> {
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Readonly<{
    devDependencies: Readonly<Record<string, string>>
  }>
  const path = join(root, 'node_modules', 'node', 'bin', 'node')
  const version = execFileSync(path, ['--version'], { encoding: 'utf8' }).trim().replace(/^v/, '')
  if (version !== devDependencies['node']) throw new Error(`${path} is Node ${version}: npm ci`)
  return { entry: { ...fileOf('usr/local/bin/node', readFileSync(path)), mode: 0o755 }, version }
}

/** Names for the numbers, how names of hosts are looked up, and the folders that volumes are put on. */
function accounts(): readonly TarEntry[] {
  const { uid, gid } = imageUser
  const texts = {
    'etc/passwd': `root:x:0:0:root:/root:/sbin/nologin\ncdb:x:${uid}:${gid}::/app:/sbin/nologin\n`,
    'etc/group': `root:x:0:\ncdb:x:${gid}:\n`,
    'etc/nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files dns\n',
  }
  return [
    ...Object.entries(texts).map(([path, text]) => fileOf(path, Buffer.from(text))),
    folderOf('tmp', 0o1777),
    ...['state', 'reports'].map((path) => ({ ...folderOf(path, 0o755), uid, gid })),
  ]
}

const fileOf = (path: string, content: Uint8Array): TarEntry => ({
  ...{ kind: 'file', path, content, mode: 0o644, uid: 0, gid: 0 },
})

const folderOf = (path: string, mode: number): TarEntry => ({ kind: 'folder', path, mode, uid: 0, gid: 0 })

/** The files below a folder, all of them root's and readable by all, executable where they are. */
export function treeOf(folder: string, path: string): readonly TarEntry[] {
  const isTop = path === ''
  const below = readdirSync(folder, { withFileTypes: true }).flatMap((each): readonly TarEntry[] => {
    const from = join(folder, each.name)
    const to = isTop ? each.name : `${path}/${each.name}`
    if (each.isDirectory()) return treeOf(from, to)
    if (each.isSymbolicLink()) {
      return [{ kind: 'link', path: to, target: readlinkSync(from), mode: 0o777, uid: 0, gid: 0 }]
    }
    const isExecutable = (statSync(from).mode & 0o100) !== 0
    return [{ ...fileOf(to, readFileSync(from)), mode: isExecutable ? 0o755 : 0o644 }]
  })
  return isTop ? below : [folderOf(path, 0o755), ...below]
}

/** With every folder above an entry, so that a runtime does not choose its owner and mode. */
export function withParents(entries: readonly TarEntry[]): readonly TarEntry[] {
  const known = new Set(entries.map(({ path }) => path))
  const parents = new Set(
    entries.flatMap(({ path }) => {
      const parts = path.split('/').slice(0, -1)
      return parts.map((_, index) => parts.slice(0, index + 1).join('/'))
    }),
  )
  return [...entries, ...[...parents].filter((path) => !known.has(path)).map((path) => folderOf(path, 0o755))]
}
