import { execFile, execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { basePath, makeBase } from './dockerfile-base.ts'

const run = promisify(execFile)
const OUTPUT_BYTES_MAX = 16 << 20
const BASE = 'localhost/node-stand-in'
const IMAGE = 'localhost/claire-de-binare'
/** Has the kernel end a build when this process is gone. */
const LEASH = '--pdeathsig=KILL'
/** Where a step of the build finds what its npm needs to know of this machine. */
const CERTIFICATES = '/etc/npm-certificates.pem'

/** What buildah made of the Dockerfile: its root as a folder, and what it says of itself. */
export type BuiltImage = Readonly<{ root: string; configuration: unknown }>

/**
 * Builds the Dockerfile of a repository as the guide says, on a stand-in for its base. Images and containers
 * are kept in the folder alone: whole copies of folders, nothing mounted, so that removing it removes them.
 */
export async function buildDockerfile(repository: string, folder: string): Promise<BuiltImage> {
  const stores = ['--root', join(folder, 'store'), '--runroot', join(folder, 'run'), '--storage-driver=vfs']
  const buildah = async (...args: readonly string[]): Promise<string> => {
    const options = { cwd: repository, maxBuffer: OUTPUT_BYTES_MAX }
    return (await run('setpriv', [LEASH, 'buildah', ...stores, ...args], options)).stdout.trim()
  }
  const base = await buildah('from', 'scratch')
  makeBase(await buildah('mount', base), repository)
  await buildah('config', '--env', basePath, base)
  await buildah('commit', '--quiet', '--rm', base, BASE)
  const told = execFileSync(process.execPath, [join(repository, 'scripts', 'images.ts'), 'arguments'], {
    encoding: 'utf8',
  })
  await buildah(
    ...['build', '--isolation=chroot', '--pull=never', `--build-arg=NODE_IMAGE=${BASE}`],
    ...told.trim().split(' '),
    // Its own version is the one label that buildah would add.
    ...['--identity-label=false', ...npmVolumes(join(folder, 'npm')), `--tag=${IMAGE}`],
    privateCopy(repository, join(folder, 'context')),
  )
  const { OCIv1 } = JSON.parse(await buildah('inspect', '--type=image', IMAGE)) as Readonly<{
    OCIv1: unknown
  }>
  const container = await buildah('from', '--pull=never', IMAGE)
  return { root: await buildah('mount', container), configuration: OCIv1 }
}

/** What the build may read of a repository, as in the checkout of one who lets nobody else read it. */
function privateCopy(repository: string, context: string): string {
  const ignored = readFileSync(join(repository, '.dockerignore'), 'utf8')
  const allowed = [...ignored.matchAll(/^!(.+)$/gm)].map(([, path = '']) => path)
  for (const path of ['.dockerignore', 'Dockerfile', ...allowed]) {
    cpSync(join(repository, path), join(context, path), { recursive: true })
  }
  execFileSync('chmod', ['-R', 'go=', context])
  return context
}

/** How npm reaches its registry from here, for the steps alone: no file of the image has a word of it. */
function npmVolumes(folder: string): readonly string[] {
  mkdirSync(folder)
  const found = JSON.parse(
    execFileSync('npm', ['config', 'list', '--json'], { cwd: folder, encoding: 'utf8' }),
  ) as Readonly<Record<string, string | boolean | readonly string[] | null>>
  const textAt = (name: string): string => String(found[name] ?? '')
  const certificates = textAt('cafile') || (process.env['NODE_EXTRA_CA_CERTS'] ?? '')
  const names = ['registry', 'proxy', 'https-proxy', 'noproxy', 'strict-ssl']
  const lines = names.filter((name) => textAt(name) !== '').map((name) => `${name}=${textAt(name)}\n`)
  const isGiven = existsSync(certificates)
  const settings = join(folder, 'npmrc')
  writeFileSync(settings, [...lines, isGiven ? `cafile=${CERTIFICATES}\n` : ''].join(''))
  return [
    `--volume=${settings}:/root/.npmrc:ro`,
    ...(isGiven ? [`--volume=${certificates}:${CERTIFICATES}:ro`] : []),
  ]
}
