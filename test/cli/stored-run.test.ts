import assert from 'node:assert/strict'
import { existsSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { openMemoryPglite } from '../../src/adapters/postgres/pglite.ts'
import { openDataFolder } from '../../src/adapters/system/data-folder.ts'
import { openStoredRun, withStoredDatabase } from '../../src/cli/stored-run.ts'
import { runCaptured } from './run-cli.ts'
import { writeTrades } from './sample-files.ts'
import { inTemporaryFolder } from './temporary-folder.ts'

test('a folder without a run is told, and not made', async () => {
  await inTemporaryFolder(async (folder) => {
    const data = join(folder, 'none')
    await assert.rejects(
      withStoredDatabase(data, () => Promise.resolve()),
      { code: 'CDB_FILE_MISSING', message: /there is no run in the data folder/ },
    )
    assert(!existsSync(data))
  })
})

test('a database in which no run has begun is told', async () => {
  const db = await openMemoryPglite()
  await assert.rejects(openStoredRun(db, undefined), {
    code: 'CDB_FILE_MISSING',
    message: /no run has begun/,
  })
  await db.close()
})

test('a stored run is opened with its settings and data, where the recording lies now, and let go of', async () => {
  await inTemporaryFolder(async (folder) => {
    const data = join(folder, 'data')
    const tape = writeTrades(folder, 300)
    const recording = ['--recording', tape, '--instrument', 'BTCUSDT.BINANCE', '--speed', 'max']
    const ran = await runCaptured([
      'up',
      ...recording,
      '--data',
      data,
      '--seed',
      '4',
      '--param',
      'lookback=1m',
    ])
    assert.equal(ran.code, 0, ran.stderr)
    const moved = join(folder, 'moved.csv')
    renameSync(tape, moved)
    await assert.rejects(
      withStoredDatabase(data, (db) => openStoredRun(db, undefined)),
      { code: 'CDB_FILE_MISSING' },
    )
    await withStoredDatabase(data, async (db) => {
      const { config, market, log } = await openStoredRun(db, moved)
      assert.equal(config.seed, 4)
      assert.equal(config.params['lookback'], 60_000)
      assert.equal((await log.head()).marketSeq, 300)
      assert.equal((await market.source.read(1_000))?.length, 300)
      await market.source.close()
      assert.throws(() => openDataFolder(data), { code: 'CDB_DATA_LOCKED' })
    })
    openDataFolder(data).release()
  })
})
