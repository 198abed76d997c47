import assert from 'node:assert/strict'
import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { DEPTH_MAX, FILE_BYTES_MAX, readFolder } from '../../../src/adapters/kubernetes/folder.ts'
import { CdbError } from '../../../src/domain/errors.ts'
import { withFiles } from './written-folder.ts'

test('text files are read by path, and folders of tools are left out', async () => {
  const files = { 'b/c.yaml': 'c: 1', 'a.md': '# a', 'node_modules/x/y.yaml': 'x', '.git/HEAD': 'x' }
  await withFiles(files, async (folder) => {
    const found = await readFolder(folder)
    assert.deepEqual(found, {
      path: folder,
      files: [
        { path: 'a.md', text: '# a' },
        { path: 'b/c.yaml', text: 'c: 1' },
      ],
      refused: [],
    })
  })
})

test('a manifest that is too large is refused as a blocker, other large files less', async () => {
  const large = new Uint8Array(FILE_BYTES_MAX + 1).fill(0x61)
  await withFiles({ 'a.yaml': large, 'a.txt': large }, async (folder) => {
    const { files, refused } = await readFolder(folder)
    assert.deepEqual(files, [])
    assert.deepEqual(
      refused.map(({ path, severity }) => [path, severity]),
      [
        ['a.txt', 'low'],
        ['a.yaml', 'blocker'],
      ],
    )
    assert.match(refused[1]?.reason ?? '', /has 5\.0 MiB, more than 5 are not read/)
  })
})

test('binary files and text that is not UTF-8 are refused', async () => {
  const files = { 'a.yaml': Uint8Array.of(0x61, 0, 0x62), 'b.yaml': Uint8Array.of(0x61, 0xff) }
  await withFiles(files, async (folder) => {
    const { refused } = await readFolder(folder)
    assert.deepEqual(
      refused.map(({ path, reason }) => [path, reason]),
      [
        ['a.yaml', 'is binary'],
        ['b.yaml', 'is not UTF-8'],
      ],
    )
  })
})

test('links are followed inside of the folder, and refused where they lead out or nowhere', async () => {
  const files = {
    'a.yaml': 'a: 1',
    'in.yaml': '-> a.yaml',
    'out.yaml': '-> /etc/hostname',
    'gone.yaml': '-> nowhere.yaml',
    loop: '-> .',
  }
  await withFiles(files, async (folder) => {
    const found = await readFolder(folder)
    assert.deepEqual(
      found.files.map(({ path }) => path),
      ['a.yaml', 'in.yaml'],
    )
    assert.deepEqual(
      found.refused.map(({ path }) => path),
      ['gone.yaml', 'out.yaml'],
    )
  })
})

test('what lies too deep is refused', async () => {
  const deep = Array.from({ length: DEPTH_MAX + 1 }, () => 'd').join('/')
  await withFiles({ [`${deep}/a.yaml`]: 'a: 1' }, async (folder) => {
    const { files, refused } = await readFolder(folder)
    assert.deepEqual(files, [])
    assert.match(refused[0]?.reason ?? '', /deeper than 24 folders/)
  })
})

test('a file that may not be read is refused', async () => {
  await withFiles({ 'a.yaml': 'a: 1' }, async (folder) => {
    chmodSync(folder, 0o755)
    chmodSync(join(folder, 'a.yaml'), 0)
    const { refused } = await asNobody(() => readFolder(folder))
    assert.deepEqual(
      refused.map(({ reason, severity }) => [reason, severity]),
      [['cannot be read: EACCES', 'blocker']],
    )
  })
})

const NOBODY = 65_534

/** Root may read everything, so that it does the work as somebody else. */
async function asNobody<T>(work: () => Promise<T>): Promise<T> {
  const isRoot = process.geteuid?.() === 0
  if (isRoot) process.seteuid?.(NOBODY)
  try {
    return await work()
  } finally {
    if (isRoot) process.seteuid?.(0)
  }
}

test('a folder that is not there, and a file, are told', async () => {
  await withFiles({ 'a.yaml': 'a: 1' }, async (folder) => {
    mkdirSync(join(folder, 'empty'))
    assert.deepEqual((await readFolder(join(folder, 'empty'))).files, [])
    const isCode = (code: string) => (error: unknown) => error instanceof CdbError && error.code === code
    await assert.rejects(readFolder(join(folder, 'none')), isCode('CDB_FILE_MISSING'))
    await assert.rejects(readFolder(join(folder, 'a.yaml')), isCode('CDB_FILE_UNREADABLE'))
    await assert.rejects(readFolder(join(folder, 'a.yaml', 'b')), isCode('CDB_FILE_UNREADABLE'))
  })
})
