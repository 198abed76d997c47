import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { root as repository } from '../tidy/repository.ts'
import { buildDockerfile } from './dockerfile-buildah.ts'
import type { BuiltImage } from './dockerfile-buildah.ts'
import { runContainer, startContainer } from './dockerfile-container.ts'
import type { ContainerOptions } from './dockerfile-container.ts'
import { differencesOf, filesOf, sha256 } from './dockerfile-files.ts'
import type { ImageFiles } from './dockerfile-files.ts'
import { buildLayout } from './dockerfile-layout.ts'
import { isOfLibraries, librariesOf, libraryNames } from './dockerfile-libraries.ts'
import { until } from './until.ts'

const START_SECONDS_MAX = 30
const DOCS = 'usr/share/doc'
const PACKAGES = 'var/lib/dpkg/status.d'

type Image = BuiltImage & Readonly<{ files: ImageFiles }>

let folder: string
/** What buildah made of the Dockerfile, and what is made without it. */
let built: Image
let plain: Image

const withFiles = (image: BuiltImage): Image => ({ ...image, files: filesOf(image.root) })

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cdb-dockerfile-'))
  // Read before a container runs in it, which gets folders to mount on.
  built = withFiles(await buildDockerfile(repository, folder))
  plain = withFiles(buildLayout(repository, join(folder, 'plain')))
})

after(() => {
  rmSync(folder, { recursive: true, force: true })
})

type Configuration = Readonly<{ os: string; architecture: string; config: ContainerOptions['settings'] }>

function configurationOf({ configuration }: Image): Configuration {
  const { os, architecture, config } = configuration as Configuration
  return { os, architecture, config }
}

/** Some of the files of an image, by path. */
const filesWhere = ({ files }: Image, isMeant: (path: string) => boolean): ImageFiles =>
  new Map([...files].filter(([path]) => isMeant(path)))

test('buildah builds the Dockerfile, and the image is run and labelled like the one built without it', () => {
  assert.deepEqual(configurationOf(built), configurationOf(plain))
})

test('both images have the same files, to the byte, the mode and the owner', () => {
  const isCompared = (path: string): boolean =>
    !isOfLibraries(path) && !path.startsWith(`${DOCS}/`) && !path.startsWith(`${PACKAGES}/`)
  const files = filesWhere(plain, isCompared)
  for (const path of ['usr/local/bin/node', 'app/src/cli/cdb.ts', 'app/sbom.json', 'app/node_modules/pg']) {
    assert(files.has(path), path)
  }
  assert.deepEqual(differencesOf(filesWhere(built, isCompared), files), [])
})

test('Node loads the same libraries in both, and buildah brings no other', () => {
  const libraries = librariesOf(plain.root)
  assert('libstdc++.so.6' in libraries)
  assert.deepEqual(librariesOf(built.root), libraries)
  assert.deepEqual(libraryNames(built.files.keys()), Object.keys(libraries).toSorted())
})

test('both have the license of every package of Debian', () => {
  const licensesOf = ({ root }: Image): readonly string[] =>
    readdirSync(join(plain.root, PACKAGES)).map((name) => {
      return `${name} ${sha256(readFileSync(join(root, DOCS, name, 'copyright')))}`
    })
  assert.deepEqual(licensesOf(built), licensesOf(plain))
})

test('both tell a scanner the same of every package of Debian', () => {
  const isOfPackage = (path: string): boolean => path.startsWith(`${PACKAGES}/`)
  const paths = [...filesWhere(plain, isOfPackage).keys()]
  assert.equal(paths.length, 5)
  assert.deepEqual([...filesWhere(built, isOfPackage).keys()], paths)
  for (const path of paths) assert.deepEqual(fieldsOf(built, path), fieldsOf(plain, path), path)
})

/** Mode, owner and fields of a package, but for what dpkg notes of an installed one; order is its own. */
const fieldsOf = ({ root, files }: Image, path: string): readonly string[] => [
  ...(files.get(path)?.split(' ').slice(0, -1) ?? []),
  ...readFileSync(join(root, path), 'utf8')
    .trim()
    .split(/\n(?! )/)
    .filter((field) => !/^(?:Status|Conffiles):/.test(field))
    .toSorted(),
]

function containerOf(name: string, args: readonly string[]): ContainerOptions {
  const own = join(folder, name)
  mkdirSync(own)
  return { root: built.root, settings: configurationOf(built).config, args, folder: own }
}

/** Who the program is, what it may do, and what comes of writing to the folder that is its own. */
const LOOK = `JSON.stringify({
  ids: [process.getuid(), process.getgid()],
  capabilities: /^CapBnd:\\s+(\\w+)$/m.exec(fs.readFileSync('/proc/self/status', 'utf8'))[1],
  state: (() => { try { fs.writeFileSync('/state/x', '') } catch (error) { return error.code } })(),
})`

test('the image runs as 10001 without a capability, on a root that it cannot write', () => {
  const { version } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as {
    version: string
  }
  const options = containerOf('version', ['--version'])
  assert.match(runContainer(options), new RegExp(`^cdb ${version} \\(Node\\.js 24\\.`))
  const settings = { ...options.settings, Entrypoint: ['/usr/local/bin/node', '--print', LOOK] }
  const seen = runContainer({ ...options, settings, args: [] })
  const expected = { ids: [10001, 10001], capabilities: '0'.repeat(16), state: 'EROFS' }
  assert.deepEqual(JSON.parse(seen), expected)
})

test('the venue of the image answers, and stops as asked', async () => {
  const options = containerOf('venue', ['venue', '--port', '0'])
  const container = startContainer(options)
  try {
    const answer = await until(
      'the venue answers',
      START_SECONDS_MAX,
      async () => {
        const url = /at (http:\/\/[\d.:]+)/.exec(readFileSync(container.logPath, 'utf8'))?.[1]
        return url === undefined ? null : await (await fetch(`${url}/api/v3/time`)).json()
      },
      () => Promise.resolve(container.lastWords()),
    )
    assert.equal(typeof (answer as { serverTime: unknown }).serverTime, 'number')
    assert(container.isRunning())
  } finally {
    await container.stop()
  }
  // Of a container that had to be killed, runc would keep what it knows.
  assert.deepEqual(readdirSync(join(options.folder, 'state')), [])
})
