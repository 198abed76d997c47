import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { openRunLog, runRecordOf } from '../../src/cli/run-log.ts'
import { parseCliArgs } from '../../src/cli/command.ts'
import { up } from '../../src/cli/commands/up.ts'
import { engineConfigOf, runSettingsOf } from '../../src/cli/run-settings.ts'
import { openSimulation } from '../../src/cli/run-source.ts'
import type { RunRecord } from '../../src/adapters/postgres/run.ts'
import { openDataFolder } from '../../src/adapters/system/data-folder.ts'
import { controls } from '../../src/engine/controls.ts'
import { chainOf } from '../contracts/event-log.ts'
import { inTemporaryFolder } from './temporary-folder.ts'

async function recordOf(...argv: readonly string[]): Promise<RunRecord> {
  const settings = runSettingsOf(parseCliArgs(up, argv))
  const market = openSimulation('BTCUSDT.BINANCE', settings.seed)
  return runRecordOf(settings, market, await engineConfigOf(settings, market.source.instrument))
}

test('a run is recorded with its source, its settings as written and every limit', async () => {
  const record = await recordOf('--limit', 'C05.share=0.02', '--seed', '3', '--param', 'lookback=2m')
  assert.deepEqual(record.identity['source'], { kind: 'sim', instrument: 'BTCUSDT.BINANCE', seed: 3 })
  const settings = record.identity['settings'] as Readonly<Record<string, unknown>>
  assert.deepEqual(settings['params'], { lookback: '2m' })
  assert.equal(record.limits['C05.share'], '0.02')
  assert.deepEqual(
    Object.keys(record.limits),
    controls.flatMap(({ id, params }) => params.map(({ name }) => `${id}.${name}`)),
  )
  assert.equal(record.sourcePath, '')
})

test('the log holds the folder until it is closed, also when it was not opened for being of another run', async () => {
  await inTemporaryFolder(async (folder) => {
    const data = join(folder, 'data')
    const log = await openRunLog(data, await recordOf())
    await assert.rejects(openRunLog(data, await recordOf()), { code: 'CDB_DATA_LOCKED' })
    await log.commit(chainOf(1), { marketSeq: 5, logSeq: 1 })
    await log.close()
    await assert.rejects(openRunLog(data, await recordOf('--seed', '2')), {
      code: 'CDB_DATA_FOREIGN',
      message: /source\.seed is 1 there and 2 here/,
    })
    openDataFolder(data).release()
    const next = await openRunLog(data, await recordOf())
    assert.equal((await next.head()).logSeq, 1)
    await next.close()
  })
})
