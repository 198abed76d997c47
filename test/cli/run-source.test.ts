import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { openRecording, openSimulation, reopenSource } from '../../src/cli/run-source.ts'
import type { MarketSource } from '../../src/engine/ports.ts'
import { writeTrades } from './sample-files.ts'
import { inTemporaryFolder } from './temporary-folder.ts'

const ID = 'BTCUSDT.BINANCE'

const firstEvents = async (source: MarketSource, count = 50): Promise<unknown[]> => {
  const batch = await source.read(count)
  return Array.from({ length: batch?.length ?? 0 }, (_, index) => batch?.at(index))
}

test('one seed is one market, also when reopened from its identity; another is another', async () => {
  const first = openSimulation(ID, 7)
  const again = await reopenSource(first.identity, '')
  assert.deepEqual(again.identity, { kind: 'sim', instrument: ID, seed: 7 })
  const events = await firstEvents(first.source)
  assert(events.length > 0)
  assert.deepEqual(await firstEvents(again.source), events)
  assert.notDeepEqual(await firstEvents(openSimulation(ID, 8).source), events)
})

test('a simulated market has been open for a quarter of an hour', () => {
  assert.equal(openSimulation(ID, 1).freeUntilMs, Date.UTC(2024, 0, 1, 0, 15))
})

test('an instrument that is none is refused', () => {
  assert.throws(() => openSimulation('bitcoin', 1), { code: 'CDB_INSTRUMENT_INVALID' })
})

test('a recording is known by instrument, name and size, so that it may move but not change', async () => {
  await inTemporaryFolder(async (folder) => {
    const file = writeTrades(folder, 20)
    const { identity, path, source, freeUntilMs } = await openRecording(file, ID)
    const bytes = statSync(file).size
    assert.deepEqual(identity, { kind: 'recording', instrument: ID, file: 'trades.csv', bytes })
    assert.equal(path, file)
    assert.equal(freeUntilMs, -Infinity)
    await source.close()
    const moved = await reopenSource(identity, writeTrades(folder, 20, 'moved.csv'))
    assert.equal((await firstEvents(moved.source)).length, 20)
    assert.equal(moved.source.instrument.id, ID)
    await moved.source.close()
  })
})

test('a recording that is gone is told', async () => {
  await inTemporaryFolder(async (folder) => {
    await assert.rejects(openRecording(join(folder, 'gone.csv'), ID), { code: 'CDB_FILE_MISSING' })
  })
})
