import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { unpackFile } from '../../../src/adapters/recording/unpacked.ts'
import { trades, writeRecording } from './recordings.ts'
import { failsWith, inFolder, readEvents } from './scratch.ts'

test('a gzip of a recording is read like the recording, from a copy that is gone afterwards', async () => {
  await inFolder(async (folder) => {
    const [plain, packed] = [join(folder, 'x.arrow'), join(folder, 'x.arrow.gz')]
    await writeRecording(plain, trades(5))
    await writeFile(packed, gzipSync(await readFile(plain)))
    assert.deepEqual((await readEvents([packed])).events, trades(5))
    const file = await unpackFile(packed)
    assert.deepEqual(await readFile(file.path), await readFile(plain))
    await file.remove()
    assert(!existsSync(file.path))
  })
})

test('other files are read where they are', async () => {
  await inFolder(async (folder) => {
    const path = join(folder, 'x.gz')
    await writeFile(path, gzipSync('text'))
    assert.equal((await unpackFile(path)).path, path)
  })
})

test('a truncated gzip of a recording is an error', async () => {
  await inFolder(async (folder) => {
    const path = join(folder, 'x.gz')
    await writeRecording(join(folder, 'x.arrow'), trades(5))
    const packed = gzipSync(await readFile(join(folder, 'x.arrow')))
    for (const length of [packed.length - 1, packed.length >> 1, 60]) {
      await writeFile(path, packed.subarray(0, length))
      await failsWith(readEvents([path]), 'CDB_FILE_CORRUPT', /x\.gz/)
    }
  })
})
