import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { createSecretFile } from '../../../src/adapters/system/secret-file.ts'
import type { CdbError } from '../../../src/domain/errors.ts'

function inTemporaryFolder(body: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'cdb-secret-'))
  try {
    body(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function secretAt(path: string): Readonly<{ read: () => string; problems: CdbError[] }> {
  const problems: CdbError[] = []
  const read = createSecretFile({
    ...{ path, setting: 'CDB_VENUE_KEY_FILE' },
    parse(text) {
      if (!text.startsWith('key-')) throw new Error(`not a key: ${text}`)
      return text
    },
    onProblem: (problem) => problems.push(problem),
  })
  return { read, problems }
}

test('a secret is read again when its file has changed', () => {
  inTemporaryFolder((folder) => {
    const path = join(folder, 'key')
    writeFileSync(path, 'key-1')
    const { read } = secretAt(path)
    assert.equal(read(), 'key-1')
    writeFileSync(path, 'key-two')
    assert.equal(read(), 'key-two')
  })
})

test('a mounted folder that is switched as a whole brings the new secret', () => {
  inTemporaryFolder((folder) => {
    for (const version of ['1', '2']) {
      mkdirSync(join(folder, `..${version}`))
      writeFileSync(join(folder, `..${version}`, 'key'), `key-${version}`)
    }
    symlinkSync('..1', join(folder, '..data'))
    symlinkSync(join('..data', 'key'), join(folder, 'key'))
    const { read } = secretAt(join(folder, 'key'))
    assert.equal(read(), 'key-1')
    symlinkSync('..2', join(folder, '..new'))
    renameSync(join(folder, '..new'), join(folder, '..data'))
    assert.equal(read(), 'key-2')
  })
})

test('a new secret that cannot be used is told of once, and the one before stays', () => {
  inTemporaryFolder((folder) => {
    const path = join(folder, 'key')
    writeFileSync(path, 'key-1')
    const { read, problems } = secretAt(path)
    read()
    writeFileSync(path, 'canary')
    assert.deepEqual([read(), read()], ['key-1', 'key-1'])
    rmSync(path)
    assert.deepEqual([read(), read()], ['key-1', 'key-1'])
    assert.deepEqual(
      problems.map(({ code }) => code),
      ['CDB_CONFIG_INVALID', 'CDB_FILE_UNREADABLE'],
    )
    assert(!problems.some(({ message, cause }) => `${message}${String(cause)}`.includes('canary')))
    writeFileSync(path, 'key-3')
    assert.equal(read(), 'key-3')
  })
})

test('without a first secret there is none', () => {
  inTemporaryFolder((folder) => {
    const { read } = secretAt(join(folder, 'none'))
    assert.throws(read, { code: 'CDB_FILE_UNREADABLE' })
    writeFileSync(join(folder, 'none'), 'key-1')
    assert.equal(read(), 'key-1')
  })
})
