import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { digestOf, writeLayout } from '../../scripts/image-layout.ts'
import { imageNames, parseBuilt, withDigests } from '../../scripts/image-references.ts'
import { treeOf, withParents } from '../../scripts/image-root.ts'
import { tarOf } from '../../scripts/image-tar.ts'
import type { TarEntry } from '../../scripts/image-tar.ts'
import { imageSettings } from '../../scripts/images.ts'
import { imageSbom } from '../../scripts/sbom.ts'
import { root } from '../tidy/repository.ts'

const TIME = 1_700_000_000

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'cdb-images-test-'))
  t.after(() => {
    rmSync(folder, { recursive: true })
  })
  return folder
}

const owner = { uid: 0, gid: 0 } as const
const file = (path: string, text: string, mode = 0o644): TarEntry => ({
  ...{ kind: 'file', path, content: Buffer.from(text), mode, ...owner },
})

const long = `deep/${'n'.repeat(98)}/${'m'.repeat(120)}.js`
const entries: readonly TarEntry[] = [
  file('b/run', 'x'.repeat(513), 0o755),
  file('a', 'first\n'),
  file(long, 'long\n'),
  file('b/empty', ''),
  { kind: 'link', path: 'near', target: 'a', mode: 0o777, ...owner },
  { kind: 'link', path: 'far', target: long, mode: 0o777, ...owner },
  { kind: 'folder', path: 'state', mode: 0o1777, uid: 10001, gid: 10001 },
]

/** What GNU tar or BSD tar says, which did not write it. */
function systemTar(args: readonly string[], input: Uint8Array): string {
  const { status, stdout, stderr } = spawnSync('tar', args, { input, encoding: 'utf8' })
  assert.equal(status, 0, stderr)
  assert.equal(stderr, '')
  return stdout
}

test('the tar of a system reads a layer: contents, modes, links, and names of any length', (t) => {
  const folder = folderFor(t)
  systemTar(['-x', '-p', '--no-same-owner', '-f', '-', '-C', folder], tarOf(withParents(entries), TIME))
  assert.equal(readFileSync(join(folder, 'a'), 'utf8'), 'first\n')
  assert.equal(readFileSync(join(folder, 'b/empty'), 'utf8'), '')
  assert.equal(readFileSync(join(folder, long), 'utf8'), 'long\n')
  assert.equal(readFileSync(join(folder, 'b/run')).length, 513)
  assert.equal(readlinkSync(join(folder, 'near')), 'a')
  assert.equal(readlinkSync(join(folder, 'far')), long)
  assert.equal(statSync(join(folder, 'b/run')).mode & 0o7777, 0o755)
  assert.equal(statSync(join(folder, 'a')).mode & 0o7777, 0o644)
  assert.equal(statSync(join(folder, 'state')).mode & 0o7777, 0o1777)
  assert.equal(statSync(join(folder, 'a')).mtimeMs, TIME * 1000)
})

test('a layer names owners by number', () => {
  const listing = systemTar(['-tv', '--numeric-owner', '-f', '-'], tarOf(entries, TIME))
  assert.match(listing, /^drwxrwxrwt\S* +(?:0 +)?10001[/ ]+10001 .*state\/$/m)
  assert.match(listing, /^-rwxr-xr-x +(?:0 +)?0[/ ]+0 .*b\/run$/m)
})

test('the order of entries does not change a layer, and a path that comes twice is refused', () => {
  assert.deepEqual(tarOf([...entries].reverse(), TIME), tarOf(entries, TIME))
  assert.notDeepEqual(tarOf(entries, TIME + 1), tarOf(entries, TIME))
  assert.throws(() => tarOf([file('a', '1'), file('a', '2')], TIME), /^Error: a is in the layer twice$/)
  assert.throws(() => tarOf([{ ...file('a', ''), uid: 1 << 22 }], TIME), /octal digits/)
})

test('a record of pax counts its bytes where the count gets a digit more', () => {
  // " path=" and a line end are 7 bytes: 999 and 1001 bytes are those of names of 989 and 990.
  for (let length = 985; length < 995; length++) {
    const path = `${`${'p'.repeat(199)}/`.repeat(4)}${'q'.repeat(length - 800)}`
    assert.equal(path.length, length)
    assert.equal(systemTar(['-t', '-f', '-'], tarOf([file(path, 'x')], TIME)), `${path}\n`)
  }
})

test('files of a folder become root’s, readable by all, and executable where they are', (t) => {
  const folder = folderFor(t)
  mkdirSync(join(folder, 'deep'))
  writeFileSync(join(folder, 'deep', 'secretive'), 'x', { mode: 0o600 })
  writeFileSync(join(folder, 'tool'), 'x', { mode: 0o700 })
  const found = withParents(treeOf(folder, 'app/src'))
  const modes = Object.fromEntries(found.map(({ path, mode, uid }) => [path, [mode, uid]]))
  assert.deepEqual(modes, {
    app: [0o755, 0],
    'app/src': [0o755, 0],
    'app/src/deep': [0o755, 0],
    'app/src/deep/secretive': [0o644, 0],
    'app/src/tool': [0o755, 0],
  })
})

type Descriptor = Readonly<{ digest: string; size: number; annotations?: Readonly<Record<string, string>> }>

/** Reads JSON of a layout, whose shape the assertions that follow show. */
const readJson = (...path: readonly string[]): unknown => JSON.parse(readFileSync(join(...path), 'utf8'))

const settings = imageSettings({ commit: 'c0ffee', epochSeconds: TIME }, '1.2.3')
const references = imageNames.map((name) => `ghcr.io/owner/${name}:1.2.3`)

test('a layout has the image under each name, and every digest and size is of the bytes that are there', (t) => {
  const folder = folderFor(t)
  const layers = [
    { tar: tarOf(entries, TIME), holds: 'one' },
    { tar: tarOf([file('z', 'z')], TIME), holds: 'two' },
  ]
  const { digest, bytes } = writeLayout(folder, { settings, layers, references })
  const blob = (descriptor: Descriptor): Buffer => {
    const content = readFileSync(join(folder, 'blobs', descriptor.digest.replace(':', '/')))
    assert.deepEqual([descriptor.digest, descriptor.size], [digestOf(content), content.length])
    return content
  }
  const { manifests } = readJson(folder, 'index.json') as { manifests: Descriptor[] }
  assert.deepEqual(
    manifests.map(({ annotations }) => annotations?.['org.opencontainers.image.ref.name']),
    imageNames,
  )
  assert.deepEqual(new Set(manifests.map((each) => each.digest)), new Set([digest]))
  const text = blob(manifests[0] ?? { digest: '', size: 0 }).toString()
  const manifest = JSON.parse(text) as { config: Descriptor; layers: Descriptor[] }
  const config = JSON.parse(blob(manifest.config).toString()) as {
    config: Record<string, unknown>
    rootfs: { diff_ids: string[] }
  }
  const tars = manifest.layers.map((layer) => gunzipSync(blob(layer)))
  assert.deepEqual(
    tars,
    layers.map(({ tar }) => tar),
  )
  assert.deepEqual(config.rootfs.diff_ids, tars.map(digestOf))
  assert.deepEqual([config.config['User'], config.config['WorkingDir']], ['10001:10001', '/app'])
  const sizes = [...manifest.layers, manifest.config].map(({ size }) => size)
  assert.equal(
    bytes,
    sizes.reduce((total, size) => total + size, text.length),
  )
  const [docker] = readJson(folder, 'manifest.json') as { RepoTags: string[]; Layers: string[] }[]
  assert.deepEqual(docker?.RepoTags, references)
  assert.equal(docker.Layers.length, 2)
})

test('the same contents have the same digest', (t) => {
  const image = { settings, layers: [{ tar: tarOf(entries, TIME), holds: 'one' }], references }
  const [one, two] = [writeLayout(folderFor(t), image), writeLayout(folderFor(t), image)]
  assert.equal(one.digest, two.digest)
})

const digest = `sha256:${'ab'.repeat(32)}`
const older = `sha256:${'cd'.repeat(32)}`

test('digests replace tags and older digests of the named images, and comments stay', () => {
  const text = `configMapGenerator:
  - name: cdb-ws
images:
  - name: cdb-ws
    newName: ghcr.io/owner/cdb-ws
    newTag: 0.1.0 # {"$imagepolicy": "flux-system:cdb-ws-prod:digest"}
  - name: redis
    newName: docker.io/library/redis
    digest: ${older} # 7.2
  - name: cdb-risk
    newName: ghcr.io/owner/cdb-risk
    digest: ${older}
`
  const digests = new Map(['cdb-ws', 'cdb-risk'].map((name) => [name, digest]))
  const next = withDigests(text, digests)
  const changed = text
    .replace('newTag: 0.1.0', `digest: ${digest}`)
    .replace(`cdb-risk\n    digest: ${older}`, `cdb-risk\n    digest: ${digest}`)
  assert.equal(next, changed)
})

test('digests are read from what a build wrote, by the names of overlays', () => {
  const built = JSON.stringify({ images: { 'ghcr.io/owner/cdb-ws:0.1.0': digest } })
  assert.deepEqual([...parseBuilt(built)], [['cdb-ws', digest]])
  assert.throws(() => parseBuilt('{"images":{"cdb-ws":"latest"}}'), /cdb-ws has no digest: "latest"/)
})

const run = (...args: readonly string[]) =>
  spawnSync(process.execPath, [join(root, 'scripts/images.ts'), ...args], { encoding: 'utf8' })

test('the script writes digests into every kustomization of a folder, and names what it wrote', (t) => {
  const folder = folderFor(t)
  mkdirSync(join(folder, 'services'))
  const path = join(folder, 'services', 'kustomization.yaml')
  writeFileSync(path, 'images:\n  - name: cdb-ws\n    newTag: 0.1.0\n')
  writeFileSync(join(folder, 'kustomization.yaml'), 'resources:\n  - services\n')
  const built = join(folder, 'images.json')
  writeFileSync(built, JSON.stringify({ images: { 'r/cdb-ws:1': digest } }))
  const first = run('digests', '--from', built, '--write', folder)
  assert.deepEqual([first.status, first.stdout.trim().split('\n').length], [0, 1])
  assert.equal(readFileSync(path, 'utf8'), `images:\n  - name: cdb-ws\n    digest: ${digest}\n`)
  assert.equal(run('digests', '--from', built, '--write', folder).stdout, '')
})

test('the script tells what it needs, on stderr and with status 1', () => {
  for (const args of [[], ['build'], ['digests', '--write', 'x'], ['pin', 'node:24'], ['build', '--no']]) {
    const { status, stdout, stderr } = run(...args)
    assert.deepEqual([status, stdout], [1, ''], args.join(' '))
    assert.notEqual(stderr, '')
  }
})

const npm = {
  serialNumber: 'urn:uuid:random',
  metadata: {
    timestamp: 'now',
    tools: [{ name: 'cli' }],
    lifecycles: [{ phase: 'pre-build' }],
    component: { 'bom-ref': 'claire-de-binare@0.1.0', name: 'folder', type: 'library' },
  },
  components: [{ name: 'pg' }],
}
const contents = { debianPackages: ['libc6 2.36-9+deb12u14 amd64'], nodeVersion: '24.0.0', created: 'then' }

test('the bill of materials names Node and Debian packages, and no chance, clock or version of npm', () => {
  const sbom = imageSbom(npm, contents)
  assert.deepEqual(
    sbom.components.map((each) => each['purl'] ?? each['name']),
    ['pg', 'pkg:generic/node@24.0.0', 'pkg:deb/debian/libc6@2.36-9%2Bdeb12u14?arch=amd64'],
  )
  assert.deepEqual(sbom.metadata, {
    timestamp: 'then',
    lifecycles: [{ phase: 'pre-build' }],
    component: { 'bom-ref': 'claire-de-binare@0.1.0', name: 'claire-de-binare', type: 'application' },
  })
  const again = { ...npm, serialNumber: 'urn:uuid:other', metadata: { ...npm.metadata, timestamp: 'later' } }
  assert.deepEqual(imageSbom(again, contents), sbom)
  assert.notEqual(imageSbom({ ...npm, components: [] }, contents)['serialNumber'], sbom['serialNumber'])
  assert.match(
    String(sbom['serialNumber']),
    /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/,
  )
  assert.throws(() => imageSbom(npm, { ...contents, debianPackages: ['libc6'] }), /of a Debian package/)
})
