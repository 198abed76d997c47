import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, globSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** As the official image has it; nothing of it may come into the image that is built on it. */
export const basePath = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/**
 * Installs the packages of the folder archives into the root around it, as debootstrap does: files come
 * first, so that scripts of packages find a shell. Of the documentation licenses stay, as in a slim image.
 */
const INSTALL = `set -euo pipefail
cd "$1"
for name in bin lib lib64 sbin; do
  mkdir -p "usr/$name"
  ln -s "usr/$name" "$name"
done
for archive in archives/*.deb; do
  dpkg-deb --fsys-tarfile "$archive" | tar -x --keep-directory-symlink
done
cp usr/share/base-passwd/passwd.master etc/passwd
cp usr/share/base-passwd/group.master etc/group
ln -s mawk usr/bin/awk
touch var/lib/dpkg/status
mknod -m 666 dev/null c 1 3
env -i ${basePath} HOME=/root DEBIAN_FRONTEND=noninteractive \\
  chroot . sh -c 'dpkg --force-depends --force-unsafe-io --install /archives/*.deb'
rm -r archives dev/null
find usr/share/{doc,info,lintian,locale,man} -type f ! -path 'usr/share/doc/*/copyright' -delete
`

/**
 * Makes what the official image of Node is, in an empty folder: a small Debian 12, with the Node of `npm ci`
 * and this machine's npm below /usr/local. It stands in for the pinned base where no registry of images is.
 */
export function makeBase(folder: string, repository: string): void {
  downloadDebian(folder)
  execFileSync('bash', ['-c', INSTALL, 'install', folder], { stdio: 'pipe' })
  const local = join(folder, 'usr', 'local')
  const node = join(local, 'bin', 'node')
  copyFileSync(join(repository, 'node_modules', 'node', 'bin', 'node'), node)
  chmodSync(node, 0o755)
  installNpm(local)
}

/** What every Debian has, apt, and all that these need, in the versions that `apt-get download` gets. */
function downloadDebian(folder: string): void {
  const archives = join(folder, 'archives')
  mkdirSync(join(archives, 'partial'), { recursive: true })
  // As if nothing was installed.
  const status = join(archives, 'status')
  writeFileSync(status, '')
  const settings = [
    `Dir::State::status=${status}`,
    `Dir::Cache::archives=${archives}`,
    'Debug::NoLocking=true',
    'APT::Sandbox::User=root',
  ]
  execFileSync(
    'apt-get',
    [
      ...['install', '-q', '--yes', '--download-only', '--no-install-recommends'],
      ...settings.flatMap((setting) => ['-o', setting]),
      ...['?essential', 'apt', 'usr-is-merged'],
    ],
    { stdio: 'pipe' },
  )
}

/** The npm that `scripts/images.ts build` runs too. */
function installNpm(local: string): void {
  const version = execFileSync('npm', ['--version'], { cwd: local, encoding: 'utf8' }).trim()
  execFileSync('npm', ['pack', '--silent', `npm@${version}`], { cwd: local, stdio: 'pipe' })
  const [archive = ''] = globSync('npm-*.tgz', { cwd: local })
  const folder = join(local, 'lib', 'node_modules', 'npm')
  mkdirSync(folder, { recursive: true })
  const unpack = ['-x', '-z', '--no-same-owner', '--strip-components=1', '-f', archive, '-C', folder]
  execFileSync('tar', unpack, { cwd: local, stdio: 'pipe' })
  rmSync(join(local, archive))
  for (const name of ['npm', 'npx']) {
    symlinkSync(`../lib/node_modules/npm/bin/${name}-cli.js`, join(local, 'bin', name))
  }
}
