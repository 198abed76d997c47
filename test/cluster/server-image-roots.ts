import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { treeOf } from '../../scripts/image-root.ts'
import type { TarEntry } from '../../scripts/image-tar.ts'

/**
 * The packages of Debian 12 in each layer, every one that another needs among them: a list that is written
 * out does not change with what a machine has installed. What PostgreSQL compiles queries with is left out.
 */
const packages = {
  /** libc, a shell and the tools that scripts of k8s/ call, and the libraries that servers share. */
  tools: [
    ...['libc6', 'libc-bin', 'libgcc-s1', 'libstdc++6', 'tzdata'],
    ...['dash', 'bash', 'coreutils', 'findutils', 'gzip', 'grep', 'mawk', 'sed', 'tar'],
    ...['libacl1', 'libattr1', 'libgmp10', 'libpcre2-8-0', 'libselinux1', 'libtinfo6'],
    ...['libcap2', 'libgcrypt20', 'libgpg-error0', 'liblz4-1', 'liblzma5', 'libssl3', 'libsystemd0'],
    ...['libzstd1', 'zlib1g'],
  ],
  redis: ['redis-server', 'redis-tools', 'libatomic1', 'libjemalloc2', 'liblzf1'],
  postgres: [
    ...['postgresql-15', 'postgresql-client-15', 'libpq5'],
    ...['libicu72', 'libpam0g', 'libaudit1', 'libcap-ng0', 'libcrypt1', 'libuuid1', 'libxml2', 'libxslt1.1'],
    ...['libreadline8', 'libgssapi-krb5-2', 'libkrb5-3', 'libk5crypto3', 'libkrb5support0', 'libcom-err2'],
    ...['libkeyutils1', 'libldap-2.5-0', 'libsasl2-2', 'libgnutls30', 'libp11-kit0', 'libidn2-0'],
    ...['libunistring2', 'libtasn1-6', 'libnettle8', 'libhogweed6', 'libffi8'],
  ],
  alertmanager: ['prometheus-alertmanager'],
  pause: ['catatonit'],
} as const satisfies Readonly<Record<string, readonly string[]>>

export type DebianLayer = keyof typeof packages

/** Programs, libraries and what they read; what is below etc and var is for an installed machine. */
const isKept = (path: string): boolean =>
  path.startsWith('usr/') &&
  !/^usr\/share\/(?:bash-completion|debianutils|doc|info|lintian|locale|man|menu)\//.test(path) &&
  !/^usr\/share\/zoneinfo\/(?:posix|right)\//.test(path) &&
  !/^usr\/lib\/(?:systemd\/|postgresql\/15\/lib\/(?:bitcode\/|llvmjit))/.test(path)

/** Where the official images have a program that a package has elsewhere. */
const renamed: Readonly<Record<string, string>> = {
  'usr/bin/catatonit': 'pause',
  'usr/bin/prometheus-alertmanager': 'usr/bin/alertmanager',
}

/** The folders of Debian that lead to those of usr. */
const merged = ['bin', 'lib', 'lib64', 'sbin'] as const

/**
 * The files of the packages of some layers, as extracted: no script of a package runs. Needs apt and dpkg of
 * Debian 12, whose lists of packages are up to date; no registry of images, and nothing installed.
 */
export function debianFiles(layers: readonly DebianLayer[]): ReadonlyMap<DebianLayer, readonly TarEntry[]> {
  if (layers.length === 0) return new Map()
  const work = mkdtempSync(join(tmpdir(), 'cdb-server-images-'))
  try {
    const archives = join(work, 'archives')
    mkdirSync(archives)
    const names = layers.flatMap((layer): readonly string[] => packages[layer])
    // As root it would say that it cannot become _apt, who may not write here.
    execFileSync('apt-get', ['download', '-q', '-o', 'APT::Sandbox::User=root', ...names], {
      cwd: archives,
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    return new Map(
      layers.map((layer) => {
        const entries = extracted(archives, packages[layer], join(work, layer))
        return [layer, layer === 'tools' ? [...entries, ...made()] : entries]
      }),
    )
  } finally {
    rmSync(work, { recursive: true })
  }
}

function extracted(archives: string, names: readonly string[], folder: string): readonly TarEntry[] {
  mkdirSync(folder)
  for (const file of readdirSync(archives)) {
    if (names.includes(file.replace(/_.*$/, ''))) {
      execFileSync('dpkg-deb', ['--extract', join(archives, file), folder])
    }
  }
  return treeOf(folder, '')
    .map((entry) => {
      const isMerged = merged.some((name) => entry.path.startsWith(`${name}/`))
      return isMerged ? { ...entry, path: `usr/${entry.path}` } : entry
    })
    .filter(({ kind, path }) => kind !== 'folder' && isKept(path))
    .map((entry) => ({ ...entry, path: renamed[entry.path] ?? entry.path }))
}

/** What the scripts of packages would have made: links into usr, a time zone, how names are looked up. */
const made = (): readonly TarEntry[] => [
  ...merged.map((name) => linkOf(name, `usr/${name}`)),
  linkOf('usr/bin/awk', 'mawk'),
  linkOf('var/run', '/run'),
  linkOf('etc/localtime', '/usr/share/zoneinfo/Etc/UTC'),
  fileOf('etc/nsswitch.conf', 'passwd: files\ngroup: files\nhosts: files dns\n'),
]

/** A program that stands alone. */
export const programOf = (path: string, from: string): TarEntry => fileOf(path, readFileSync(from), 0o755)

/** A user and the group of its name, with the folders that are theirs: path and mode. */
export function accountOf(
  name: string,
  id: number,
  home: string,
  folders: Readonly<Record<string, number>>,
): readonly TarEntry[] {
  const passwd = `root:x:0:0:root:/root:/bin/sh\n${name}:x:${id}:${id}::${home}:/bin/sh\n`
  return [
    fileOf('etc/passwd', passwd),
    fileOf('etc/group', `root:x:0:\n${name}:x:${id}:\n`),
    folderOf('tmp', 0o1777, 0),
    ...Object.entries(folders).map(([path, mode]) => folderOf(path, mode, id)),
  ]
}

export const fileOf = (path: string, content: string | Uint8Array, mode = 0o644): TarEntry => ({
  ...{ kind: 'file', path, content: Buffer.from(content), mode, uid: 0, gid: 0 },
})

const linkOf = (path: string, target: string): TarEntry => ({
  ...{ kind: 'link', path, target, mode: 0o777, uid: 0, gid: 0 },
})

const folderOf = (path: string, mode: number, id: number): TarEntry => ({
  ...{ kind: 'folder', path, mode, uid: id, gid: id },
})
