import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { databasePathOf, openDataFolder } from '../../../src/adapters/system/data-folder.ts'
import { inTemporaryFolder } from '../../cli/temporary-folder.ts'

test('the folder is made with those above it, and holds the number of its process', async () => {
  await inTemporaryFolder((folder) => {
    const path = join(folder, 'a', 'b')
    const held = openDataFolder(path)
    assert.equal(held.path, path)
    assert.equal(held.databasePath, databasePathOf(path))
    assert.equal(readFileSync(join(path, 'pid'), 'utf8'), `${process.pid}\n`)
    assert(!existsSync(held.databasePath), 'the database is made by who opens it')
    held.release()
    return Promise.resolve()
  })
})

test('a folder in use is refused with the number of the process that holds it, until it lets go', async () => {
  await inTemporaryFolder((folder) => {
    const held = openDataFolder(folder)
    assert.throws(() => openDataFolder(folder), {
      code: 'CDB_DATA_LOCKED',
      message: new RegExp(`in use by another process, pid ${process.pid}$`),
      mend: /another --data folder/,
    })
    held.release()
    openDataFolder(folder).release()
    return Promise.resolve()
  })
})

test('a holder that left no readable number is another process', async () => {
  await inTemporaryFolder((folder) => {
    const held = openDataFolder(folder)
    writeFileSync(join(folder, 'pid'), 'nonsense')
    assert.throws(() => openDataFolder(folder), { message: /in use by another process$/ })
    held.release()
    return Promise.resolve()
  })
})

test('a process that was killed leaves no lock behind', async () => {
  await inTemporaryFolder((folder) => {
    const module = new URL('../../../src/adapters/system/data-folder.ts', import.meta.url).href
    const script = `const { openDataFolder } = await import('${module}')
      openDataFolder(process.argv[1]); process.kill(process.pid, 'SIGKILL')`
    const child = spawnSync(process.execPath, ['--input-type=module', '-e', script, folder], {
      timeout: 10_000,
    })
    assert.equal(child.signal, 'SIGKILL', child.stderr.toString())
    assert.notEqual(readFileSync(join(folder, 'pid'), 'utf8'), `${process.pid}\n`)
    openDataFolder(folder).release()
    return Promise.resolve()
  })
})

test('a file in the place of the folder, or above it, is told as data that cannot be written', async () => {
  await inTemporaryFolder((folder) => {
    const file = join(folder, 'file')
    writeFileSync(file, '')
    for (const path of [file, join(file, 'below')]) {
      assert.throws(() => openDataFolder(path), { code: 'CDB_DATA_UNWRITABLE', message: /cannot be used/ })
    }
    return Promise.resolve()
  })
})
