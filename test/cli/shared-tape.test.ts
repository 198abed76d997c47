import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { openMarketFiles } from '../../src/adapters/recording/open.ts'
import { readSharedTape } from '../../src/cli/shared-tape.ts'
import type { MarketEvent } from '../../src/domain/market.ts'
import type { MarketSource } from '../../src/engine/ports.ts'
import { createTapeSource } from '../../src/engine/tape-source.ts'
import { SAMPLE_MS, writeTrades } from './sample-files.ts'
import { inTemporaryFolder } from './temporary-folder.ts'

async function eventsOf(source: MarketSource): Promise<readonly (MarketEvent | undefined)[]> {
  const events: (MarketEvent | undefined)[] = []
  for (let batch = await source.read(1000); batch !== null; batch = await source.read(1000)) {
    for (let index = 0; index < batch.length; index++) events.push(batch.at(index))
  }
  return events
}

/** Minute candles after the sample trades, with a gap between: columns that the trades do without. */
function writeCandles(folder: string): string {
  const openMs = (minute: number): number => SAMPLE_MS + 86_400_000 + minute * 60_000
  const lines = [0, 1, 5].map((minute) => `${openMs(minute)},100,110,90,105,3`)
  const path = join(folder, 'candles.csv')
  writeFileSync(path, `${['time,open,high,low,close,volume', ...lines].join('\n')}\n`)
  return path
}

const ready = (): Promise<void> => Promise.resolve()
const instrument = 'BTCUSDT.BINANCE'

test('the shared tape holds the events of all files, in memory that threads share', async () => {
  await inTemporaryFolder(async (folder) => {
    const paths = [writeTrades(folder, 3000), writeCandles(folder)]
    const expected = await eventsOf(await openMarketFiles(paths, { instrument }))
    const files = await openMarketFiles(paths, { instrument })
    const columns = await readSharedTape(files, ready)
    assert.deepEqual(await eventsOf(createTapeSource(files.instrument, columns)), expected)
    assert(columns.price.buffer instanceof SharedArrayBuffer)
    assert(columns.kind?.buffer instanceof SharedArrayBuffer)
  })
})

test('columns that no event needs are not there', async () => {
  await inTemporaryFolder(async (folder) => {
    const files = await openMarketFiles([writeTrades(folder, 100)], { instrument })
    const columns = await readSharedTape(files, ready)
    assert.equal(columns.bidPrice, null)
    assert.equal(columns.open, null)
    assert.equal(columns.receivedMs, null)
    assert.equal(columns.eventMs.length, 100)
  })
})

test('files without events give a tape without rows', async () => {
  const columns = await readSharedTape({ readColumns: () => Promise.resolve(null) }, ready)
  assert.equal(columns.eventMs.length, 0)
})
