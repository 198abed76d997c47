import assert from 'node:assert/strict'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { realData, realDataTest } from '../../real-data.ts'
import { inFolder, readEvents, tradeFrame } from '../../adapters/recording/scratch.ts'
import { runCaptured } from '../run-cli.ts'

realDataTest('a recording of the recorded frames holds the same events', async () => {
  await inFolder(async (folder) => {
    const frames = realData('binance-spot-btcusdt-2024-08-08.ws.gz')
    const out = join(folder, 'day.arrow')
    const { code, stdout } = await runCaptured(['import', frames, '--out', out, '--json'])
    assert.equal(code, 0)
    assert.equal((JSON.parse(stdout) as { trades: number }).trades, 9757)
    const [source, recording] = [await readEvents([frames]), await readEvents([out])]
    assert.deepEqual(recording.events, source.events)
    assert.deepEqual(recording.files.summary(), source.files.summary())
    const inspected = JSON.parse((await runCaptured(['inspect', out, '--json'])).stdout) as Record<
      string,
      unknown
    >
    assert.equal(inspected['trades'], 9757)
    assert.equal(inspected['badRows'], 0)
    assert.equal(inspected['priceMax'], '61860.8')
  })
})

test('import writes what is good, lists what is bad, and the recording remembers it', async () => {
  await inFolder(async (folder) => {
    const [source, out] = [join(folder, 'x.ws'), join(folder, 'x.arrow')]
    await writeFile(source, `${tradeFrame(1)}\n${tradeFrame(1)}\n${tradeFrame(4)}\n`)
    const { code, stdout, stderr } = await runCaptured(['import', source, '--out', out])
    assert.equal(code, 3)
    assert.match(stderr, /^1 bad rows were left out:\n.*x\.ws:2: duplicate of trade 1\n$/)
    assert.match(stdout, /trades {5}2\n[^]*gaps {7}1\n[^]*written to .*x\.arrow\n$/)
    const report = JSON.parse((await runCaptured(['inspect', out, '--json'])).stdout) as Record<
      string,
      unknown
    >
    assert.deepEqual([report['badRows'], report['leftOut'], report['gaps']], [0, 1, 1])
  })
})

test('import fails without a trace where a file cannot be used', async () => {
  await inFolder(async (folder) => {
    const [good, cut, out] = [join(folder, 'a.ws'), join(folder, 'b.ws'), join(folder, 'x.arrow')]
    await writeFile(good, `${tradeFrame(1)}\n`)
    await writeFile(cut, `${tradeFrame(2)}\n${tradeFrame(3).slice(0, 60)}`)
    const { code, stderr } = await runCaptured(['import', good, cut, '--out', out])
    assert.equal(code, 1)
    assert.match(stderr, /^cdb: CDB_FILE_CORRUPT: .*b\.ws: line 2 is cut off/)
    assert.deepEqual((await readdir(folder)).toSorted(), ['a.ws', 'b.ws'])
  })
})

test('import does not overwrite unless told to', async () => {
  await inFolder(async (folder) => {
    const [source, out] = [join(folder, 'x.ws'), join(folder, 'x.arrow')]
    await writeFile(source, `${tradeFrame(1)}\n`)
    await writeFile(out, 'mine')
    const refused = await runCaptured(['import', source, '--out', out])
    assert.equal(refused.code, 1)
    assert.match(refused.stderr, /CDB_FILE_UNREADABLE.*not overwritten\n {2}mend: .*--force/)
    assert.equal((await runCaptured(['import', source, '--out', out, '--force'])).code, 0)
  })
})

test('an interrupted import leaves nothing behind', async () => {
  await inFolder(async (folder) => {
    const [source, out] = [join(folder, 'x.ws'), join(folder, 'x.arrow')]
    await writeFile(source, `${tradeFrame(1)}\n`)
    const { code, stderr } = await runCaptured(['import', source, '--out', out], AbortSignal.abort())
    assert.deepEqual([code, stderr], [1, 'cdb: interrupted, nothing was written\n'])
    assert.deepEqual(await readdir(folder), ['x.ws'])
  })
})

test('import without files or output is a usage error', async () => {
  for (const argv of [['import'], ['import', 'x.ws'], ['import', '--out', 'x.arrow']]) {
    assert.equal((await runCaptured(argv)).code, 2)
  }
})
