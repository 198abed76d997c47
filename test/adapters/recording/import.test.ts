import assert from 'node:assert/strict'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { importFiles } from '../../../src/adapters/recording/import.ts'
import { openMarketFiles } from '../../../src/adapters/recording/open.ts'
import { failsWith, inFolder, readEvents, tradeFrame } from './scratch.ts'

const options = {
  replace: false,
  sources: ['x.ws'],
  signal: new AbortController().signal,
  onBatch: () => undefined,
}

test('a recording holds what the files hold, and who they were', async () => {
  await inFolder(async (folder) => {
    const [source, out] = [join(folder, 'x.ws'), join(folder, 'x.arrow')]
    await writeFile(source, `${tradeFrame(1)}\n${tradeFrame(1)}\n${tradeFrame(2)}\n`)
    assert(await importFiles(await openMarketFiles([source]), out, options))
    const [before, after] = [await readEvents([source]), await readEvents([out])]
    assert.deepEqual(after.events, before.events)
    assert.equal(after.files.leftOut, 1)
    assert.equal(after.files.files[0]?.format, 'recording (Arrow) of x.ws')
  })
})

test('aborted or failed, it leaves nothing', async () => {
  await inFolder(async (folder) => {
    const [good, cut, out] = [join(folder, 'a.ws'), join(folder, 'b.ws'), join(folder, 'x.arrow')]
    await writeFile(good, `${tradeFrame(1)}\n`)
    await writeFile(cut, tradeFrame(2).slice(0, -20))
    const signal = AbortSignal.abort()
    assert.equal(await importFiles(await openMarketFiles([good]), out, { ...options, signal }), false)
    await failsWith(importFiles(await openMarketFiles([good, cut]), out, options), 'CDB_FILE_CORRUPT')
    assert.deepEqual((await readdir(folder)).toSorted(), ['a.ws', 'b.ws'])
  })
})
