import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { exitCodes } from '../../src/cli/command.ts'
import { btc, jsonOf, withoutSpeed } from './backtest-json.ts'
import type { BacktestJson } from './backtest-json.ts'
import { runCaptured } from './run-cli.ts'
import { SAMPLE_MS, writeStrategy, writeTrades } from './sample-files.ts'
import { inTemporaryFolder } from './temporary-folder.ts'

test('the same command gives the same figures and journal hash, another seed moves only what chance may', async () => {
  await inTemporaryFolder(async (folder) => {
    const path = writeTrades(folder, 4000)
    const first = (await jsonOf([path, '--seed', '5'])) as BacktestJson
    assert.deepEqual(withoutSpeed((await jsonOf([path, '--seed', '5'])) as BacktestJson), withoutSpeed(first))
    const other = (await jsonOf([path, '--seed', '6'])) as BacktestJson
    assert.equal(other.trades, first.trades)
    assert.notEqual(other.journalHash, first.journalHash)
  })
})

test('a backtest that is interrupted says so and reports nothing', async () => {
  await inTemporaryFolder(async (folder) => {
    const run = await runCaptured(['backtest', writeTrades(folder, 100), ...btc], AbortSignal.abort())
    assert.equal(run.code, exitCodes.failed)
    assert.equal(run.stdout, '')
    assert.match(run.stderr, /CDB_INTERRUPTED/)
  })
})

test('the example strategy runs from its file', async () => {
  await inTemporaryFolder(async (folder) => {
    const example = fileURLToPath(new URL('../../examples/rsi-bounce.ts', import.meta.url))
    const summary = (await jsonOf([writeTrades(folder, 4000), '--strategy', example])) as BacktestJson
    assert.equal(summary.strategy, 'rsi-bounce')
    assert(summary.signals > 0)
  })
})

test('a strategy file may stand where the command runs', async () => {
  await inTemporaryFolder(async (folder) => {
    const mine = writeStrategy(
      folder,
      `if (trade.tradeId === 100) return { action: 'enter', side: 'buy', reason: 'x' }`,
    )
    const summary = (await jsonOf([
      writeTrades(folder, 400),
      '--strategy',
      join(folder, 'mine.ts'),
    ])) as BacktestJson
    assert.equal(mine, join(folder, 'mine.ts'))
    assert.equal(summary.signals, 1)
  })
})

test('gaps are told on stderr with their times, and listed in the data', async () => {
  await inTemporaryFolder(async (folder) => {
    const minute = (number: number): string => `${SAMPLE_MS + number * 60_000},100,110,90,105,3`
    const path = join(folder, 'candles.csv')
    writeFileSync(path, `time,open,high,low,close,volume\n${[0, 1, 5].map(minute).join('\n')}\n`)
    const run = await runCaptured(['backtest', path, ...btc, '--json'])
    assert.match(
      run.stderr,
      /data is missing in 1 places.*\n {2}2024-01-01 00:02:00 to 2024-01-01 00:05:00 UTC \(3m 0s\)/,
    )
    const { gaps, gapList } = JSON.parse(run.stdout) as BacktestJson
    assert.equal(gaps, 1)
    assert.deepEqual(gapList, [{ fromMs: SAMPLE_MS + 120_000, toMs: SAMPLE_MS + 300_000 }])
  })
})

test('--html writes a page with the command that runs the same again, part of the data included', async () => {
  await inTemporaryFolder(async (folder) => {
    const page = join(folder, 'out.html')
    const path = writeTrades(folder, 2000)
    await jsonOf([path, '--html', page, '--from', '2024-01-01T00:01', '--seed', '9'])
    const text = readFileSync(page, 'utf8')
    assert.match(
      text,
      /--strategy momentum --cash 10000 --seed 9 --instrument BTCUSDT.BINANCE --from 2024-01-01T00:01</,
    )
  })
})

test('the page changes nothing of the run', async () => {
  await inTemporaryFolder(async (folder) => {
    const path = writeTrades(folder, 4000)
    const plain = (await jsonOf([path])) as BacktestJson
    const drawn = (await jsonOf([path, '--html', join(folder, 'out.html')])) as BacktestJson
    assert.deepEqual(withoutSpeed(drawn), withoutSpeed(plain))
  })
})

test('a strategy file that loops is named, and ends the process', async () => {
  await inTemporaryFolder((folder) => {
    const cdb = fileURLToPath(new URL('../../src/cli/cdb.ts', import.meta.url))
    const mine = writeStrategy(folder, 'if (trade.tradeId === 9) for (;;) {}')
    const argv = ['backtest', writeTrades(folder, 100), ...btc, '--strategy', mine]
    const run = spawnSync(process.execPath, [cdb, ...argv], { encoding: 'utf8', timeout: 60_000 })
    assert.notEqual(run.status, 0)
    assert.match(run.stderr, /cdb: CDB_STRATEGY_STALLED: strategy .*mine\.ts did not return within 10 s/)
    return Promise.resolve()
  })
})
