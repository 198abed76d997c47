import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { openMarketFiles } from '../../../src/adapters/recording/open.ts'
import { trades, writeRecording } from './recordings.ts'
import { failsWith, inFolder, readEvents } from './scratch.ts'

test('a recording truncated at any byte is an error', async () => {
  await inFolder(async (folder) => {
    const path = join(folder, 'x.arrow')
    await writeRecording(path, trades(2), { kinds: ['trade'], received: false })
    const whole = await readFile(path)
    for (let length = 6; length < whole.length; length++) {
      await writeFile(path, whole.subarray(0, length))
      await failsWith(readEvents([path]), 'CDB_FILE_CORRUPT', /x\.arrow/)
    }
  })
})

test('a flipped bit anywhere in a recording is an error', async () => {
  await inFolder(async (folder) => {
    const path = join(folder, 'x.arrow')
    await writeRecording(path, trades(2), { kinds: ['trade'], received: false })
    const whole = await readFile(path)
    for (let at = 0; at < whole.length; at++) {
      const flipped = Buffer.from(whole)
      flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8))
      await writeFile(path, flipped)
      // Without its first bytes it is no recording at all.
      await failsWith(
        readEvents([path], 'BTCUSDT.BINANCE'),
        at < 6 ? 'CDB_FORMAT_UNKNOWN' : 'CDB_FILE_CORRUPT',
      )
    }
  })
})

test('an Arrow file of others is not taken for a recording', async () => {
  await inFolder(async (folder) => {
    const path = join(folder, 'x.arrow')
    await writeRecording(path, trades(2))
    const foreign = (await readFile(path)).toString('latin1').replaceAll('cdb-', 'xyz-')
    await writeFile(path, foreign, 'latin1')
    await failsWith(readEvents([path]), 'CDB_FORMAT_UNKNOWN')
  })
})

test('kept columns stay as they are, reused ones hold the next rows', async () => {
  await inFolder(async (folder) => {
    const path = join(folder, 'x.arrow')
    await writeRecording(path, trades(140_000))
    for (const reuse of [false, true]) {
      const files = await openMarketFiles([path], { reuse })
      const [first, seen] = [await files.readColumns(), [] as number[]]
      seen.push(first?.tradeId?.[0] ?? NaN)
      for (let next = await files.readColumns(); next !== null; next = await files.readColumns()) {
        seen.push(next.tradeId?.[0] ?? NaN)
      }
      await files.close()
      assert.deepEqual(seen, [1, 65_537, 131_073])
      assert.equal(first?.tradeId?.[0] === 1, !reuse)
    }
  })
})
