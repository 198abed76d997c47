import { execFileSync } from 'node:child_process'
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { serviceNodeOptions } from '../src/cli/supervised-child.ts'
import { writeLayout } from './image-layout.ts'
import type { ImageSettings } from './image-layout.ts'
import { imageNames, parseBuilt, withBase, withDigests } from './image-references.ts'
import { imageRoot, imageUser } from './image-root.ts'
import { tarOf } from './image-tar.ts'

const HELP = `Usage: node scripts/images.ts COMMAND

Commands:
  build --output DIR [--prefix ghcr.io/jannekbuengener] [--tag VERSION]
      build the image without Docker and without a registry (needs Debian 12 and npm) and write DIR/layout, a layout
      of the OCI with the image under each of its names, DIR/sbom.json, and the digests to DIR/images.json
  digests --from FILE --write DIR
      write the digests of FILE, which build wrote, into every kustomization.yaml at and below DIR
  arguments
      print the arguments that tell "docker build" what is built: docker build $(node scripts/images.ts arguments) .
  pin IMAGE@sha256:DIGEST
      set the image that the Dockerfile builds on
`

const root = join(import.meta.dirname, '..')

/** What the image is made of: a commit that changes none of it makes no other image. */
const inputs: readonly string[] = [
  'LICENSE',
  'package.json',
  'package-lock.json',
  'src',
  'scripts/image*.ts',
  'scripts/sbom.ts',
  'Dockerfile',
]

export type Revision = Readonly<{ commit: string; epochSeconds: number }>

/** The last commit that changed what the image is made of; "-modified" follows where files differ from it. */
function revisionOf(): Revision {
  const git = (...args: readonly string[]): string =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim()
  const [commit, seconds] = git('log', '-1', '--format=%H %ct', '--', ...inputs).split(' ')
  if (commit === undefined || seconds === undefined) throw new Error('no commit has files of the image')
  const isModified = git('status', '--porcelain', '--', ...inputs) !== ''
  const epochSeconds = Number(process.env['SOURCE_DATE_EPOCH'] ?? seconds)
  if (!Number.isSafeInteger(epochSeconds)) throw new Error('SOURCE_DATE_EPOCH is no number of seconds')
  return { commit: isModified ? `${commit}-modified` : commit, epochSeconds }
}

const timeOf = ({ epochSeconds }: Revision): string =>
  new Date(epochSeconds * 1000).toISOString().replace('.000Z', 'Z')

const versionOf = (): string =>
  (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Readonly<{ version: string }>).version

const architectures: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' }

/** How the image runs and what it says of itself; the Dockerfile says the same, by test. */
export function imageSettings(revision: Revision, version: string): ImageSettings {
  const architecture = architectures[process.arch]
  if (architecture === undefined) throw new Error(`there is no image for ${process.arch}`)
  return {
    created: timeOf(revision),
    architecture,
    user: `${imageUser.uid}:${imageUser.gid}`,
    folder: '/app',
    env: ['PATH=/usr/local/bin', 'NODE_ENV=production', `NODE_OPTIONS=${serviceNodeOptions.join(' ')}`],
    entrypoint: ['/usr/local/bin/node', '/app/src/cli/cdb.ts'],
    command: ['--help'],
    labels: {
      'org.opencontainers.image.title': 'Claire de Binare',
      'org.opencontainers.image.source': 'https://github.com/jannekbuengener/Claire_de_Binare',
      'org.opencontainers.image.licenses': 'MIT',
      'org.opencontainers.image.version': version,
      'org.opencontainers.image.revision': revision.commit,
      'org.opencontainers.image.created': timeOf(revision),
    },
  }
}

function build(output: string, prefix: string, tag: string): void {
  const revision = revisionOf()
  const { layers, sbom } = imageRoot(root, timeOf(revision))
  const layout = join(output, 'layout')
  rmSync(layout, { recursive: true, force: true })
  mkdirSync(layout, { recursive: true })
  const references = imageNames.map((name) => `${prefix}/${name}:${tag}`)
  const { digest, bytes } = writeLayout(layout, {
    settings: imageSettings(revision, tag),
    layers: layers.map(({ entries, holds }) => ({ tar: tarOf(entries, revision.epochSeconds), holds })),
    references,
  })
  writeFileSync(join(output, 'sbom.json'), sbom)
  const images = Object.fromEntries(references.map((reference) => [reference, digest]))
  writeFileSync(
    join(output, 'images.json'),
    `${JSON.stringify({ revision: revision.commit, bytes, images }, null, 2)}\n`,
  )
  process.stdout.write(references.map((reference) => `${reference} ${digest}\n`).join(''))
}

function writeDigests(from: string, folder: string): void {
  const digests = parseBuilt(readFileSync(from, 'utf8'))
  const paths = globSync('**/kustomization.yaml', { cwd: folder }).map((path) => join(folder, path))
  if (paths.length === 0) throw new Error(`no kustomization.yaml at or below ${folder}`)
  for (const path of paths) {
    const text = readFileSync(path, 'utf8')
    const next = withDigests(text, digests)
    if (next === text) continue
    writeFileSync(path, next)
    process.stdout.write(`${relative(process.cwd(), resolve(path))}\n`)
  }
}

function dockerArguments(): void {
  const revision = revisionOf()
  const args = {
    VERSION: versionOf(),
    REVISION: revision.commit,
    CREATED: timeOf(revision),
    SOURCE_DATE_EPOCH: revision.epochSeconds,
  }
  const words = Object.entries(args).map(([name, value]) => `--build-arg=${name}=${value}`)
  process.stdout.write(`${words.join(' ')}\n`)
}

function pin(base: string): void {
  const path = join(root, 'Dockerfile')
  writeFileSync(path, withBase(readFileSync(path, 'utf8'), base))
}

type Options = Readonly<{ output?: string; prefix?: string; tag?: string; from?: string; write?: string }>

function run([command, ...rest]: readonly string[], options: Options): void {
  const { output, from, write } = options
  if (command === 'build' && output !== undefined && rest.length === 0) {
    build(output, options.prefix ?? 'ghcr.io/jannekbuengener', options.tag ?? versionOf())
  } else if (command === 'digests' && from !== undefined && write !== undefined && rest.length === 0) {
    writeDigests(from, write)
  } else if (command === 'arguments' && rest.length === 0) dockerArguments()
  else if (command === 'pin' && rest.length === 1) pin(rest[0] ?? '')
  else throw new Error(`a command, and what it needs:\n\n${HELP}`)
}

if (import.meta.main) {
  const text = { type: 'string' } as const
  const help = { type: 'boolean' } as const
  try {
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      options: { output: text, prefix: text, tag: text, from: text, write: text, help },
    })
    if (values.help === true) process.stdout.write(HELP)
    else run(positionals, values)
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 1
  }
}
