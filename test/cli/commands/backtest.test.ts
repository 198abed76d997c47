import assert from 'node:assert/strict'
import { appendFileSync } from 'node:fs'
import { test } from 'node:test'
import { exitCodes } from '../../../src/cli/command.ts'
import { btc, jsonOf } from '../backtest-json.ts'
import type { BacktestJson } from '../backtest-json.ts'
import { assertGolden, runCaptured } from '../run-cli.ts'
import { SAMPLE_MS, writeTrades } from '../sample-files.ts'
import { inTemporaryFolder } from '../temporary-folder.ts'

test('the JSON of a backtest has the keys that others script against', async () => {
  await inTemporaryFolder(async (folder) => {
    const summary = (await jsonOf([writeTrades(folder, 2000)])) as BacktestJson
    const types = Object.entries(summary).map(
      ([name, value]) =>
        `${name}: ${value === null ? 'null' : Array.isArray(value) ? 'list' : typeof value}\n`,
    )
    assertGolden('backtest-json-keys.txt', types.join(''))
    assert.equal(summary.trades, 2000)
    assert.equal(summary.equityStart, '10000')
  })
})

test('rows that cannot be read are named on stderr, counted, and make the exit code 3', async () => {
  await inTemporaryFolder(async (folder) => {
    const path = writeTrades(folder, 50)
    appendFileSync(path, `51,${SAMPLE_MS + 60_000},NaN,0.5,buy\n`)
    const run = await runCaptured(['backtest', path, ...btc, '--json'])
    assert.equal(run.code, exitCodes.badRows)
    assert.match(run.stderr, /CDB_ROWS_BAD: 1 rows were left out\n {2}.*trades\.csv:52: /)
    assert.equal((JSON.parse(run.stdout) as BacktestJson).badRows, 1)
  })
})

test('--from and --to cut the data, --to exclusive', async () => {
  await inTemporaryFolder(async (folder) => {
    const path = writeTrades(folder, 1000)
    const range = ['--from', '2024-01-01T00:01:00', '--to', '2024-01-01 00:02']
    const summary = (await jsonOf([path, ...range])) as BacktestJson
    assert.equal(summary.trades, 120)
    assert.equal(summary.firstMs, SAMPLE_MS + 60_000)
    assert.equal(summary.lastMs, SAMPLE_MS + 119_500)
  })
})

test('--grid may be given once for each parameter', async () => {
  await inTemporaryFolder(async (folder) => {
    const grid = ['--grid', 'lookback=30s,2m', '--grid', 'threshold=0.02,0.05', '--workers', '1']
    assert.equal(((await jsonOf([writeTrades(folder, 500), ...grid])) as readonly BacktestJson[]).length, 4)
  })
})
