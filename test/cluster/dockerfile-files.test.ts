import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { differencesOf, filesOf } from './dockerfile-files.ts'
import { isOfLibraries, libraryNames } from './dockerfile-libraries.ts'

/** A root of an image with a file, a folder that is empty, and a link. */
function rootFor(t: TestContext): string {
  const root = mkdtempSync(join(tmpdir(), 'cdb-dockerfile-files-'))
  t.after(() => {
    rmSync(root, { recursive: true })
  })
  mkdirSync(join(root, 'state'))
  chmodSync(join(root, 'state'), 0o755)
  mkdirSync(join(root, 'app'))
  writeFileSync(join(root, 'app', 'cdb.ts'), 'x')
  chmodSync(join(root, 'app', 'cdb.ts'), 0o644)
  symlinkSync('app', join(root, 'near'))
  return root
}

test('the same files differ in nothing, whatever their times', (t) => {
  const files = filesOf(rootFor(t))
  assert.deepEqual([...files.keys()], ['app', 'app/cdb.ts', 'near', 'state'])
  assert.deepEqual(differencesOf(files, filesOf(rootFor(t))), [])
})

const changes: Readonly<Record<string, readonly [string, (root: string) => void]>> = {
  'a file that is lost': ['app/cdb.ts', (root) => rmSync(join(root, 'app/cdb.ts'))],
  'a file that is new': ['app/more', (root) => writeFileSync(join(root, 'app/more'), '')],
  'a folder that is lost': ['state', (root) => rmSync(join(root, 'state'), { recursive: true })],
  'another content': ['app/cdb.ts', (root) => writeFileSync(join(root, 'app/cdb.ts'), 'y')],
  'another mode': ['app/cdb.ts', (root) => chmodSync(join(root, 'app/cdb.ts'), 0o600)],
  'another mode of a folder': ['state', (root) => chmodSync(join(root, 'state'), 0o1777)],
  'another target of a link': [
    'near',
    (root) => {
      rmSync(join(root, 'near'))
      symlinkSync('state', join(root, 'near'))
    },
  ],
}

for (const [change, [path, make]] of Object.entries(changes)) {
  test(`two images are told apart by ${change}`, (t) => {
    const files = filesOf(rootFor(t))
    const root = rootFor(t)
    make(root)
    for (const found of [differencesOf(files, filesOf(root)), differencesOf(filesOf(root), files)]) {
      assert.deepEqual(
        found.map((line) => line.replace(/:.*$/, '')),
        [path],
      )
    }
  })
}

test('libraries have one name in whatever folder, and nothing else is taken for one', () => {
  const libraries = [
    'lib64/ld-linux-x86-64.so.2',
    'lib/ld-linux-aarch64.so.1',
    'lib/x86_64-linux-gnu/libc.so.6',
    'usr/lib/x86_64-linux-gnu/libc.so.6',
  ]
  assert(libraries.every(isOfLibraries))
  const others = ['usr/lib/os-release', 'app/node_modules/x/lib/y.so', 'usr/lib', 'etc/x.so']
  assert.deepEqual(others.filter(isOfLibraries), [])
  assert.deepEqual(libraryNames([...libraries, ...others]), [
    ...['ld-linux-aarch64.so.1', 'ld-linux-x86-64.so.2', 'libc.so.6'],
  ])
})
